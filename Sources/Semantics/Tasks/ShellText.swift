/// Follows the text of a shell command as far as to know what a place in it is: only where no quotes, comment
/// or here-document stand around it can an argument be put in.
struct ShellText {
  /// What a place is part of.
  enum Place: String {
    case plain
    case singleQuotes = "'"
    case doubleQuotes = "\""
    case comment = "#"
    case hereDocument = "<<"
  }

  /// What comes next is part of this.
  private(set) var place = Place.plain
  private var isWordStart = true
  /// Whether a backslash stands right before.
  private(set) var isEscaped = false
  /// The words that end the here-documents that begin on the next line.
  private var delimiters: [[UInt8]] = []
  /// The current line of a here-document.
  private var line: [UInt8] = []

  /// Reads text up to the next placeholder or the end.
  mutating func read(_ text: String) {
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if place == .hereDocument {
        continueDocument(byte)
        continue
      }
      if isEscaped {
        isEscaped = false
        continue
      }
      switch (place, byte) {
      case (.plain, UInt8(ascii: "\\")), (.doubleQuotes, UInt8(ascii: "\\")): isEscaped = true
      case (.plain, UInt8(ascii: "'")): place = .singleQuotes
      case (.plain, UInt8(ascii: "\"")): place = .doubleQuotes
      case (.singleQuotes, UInt8(ascii: "'")), (.doubleQuotes, UInt8(ascii: "\"")): place = .plain
      case (.plain, UInt8(ascii: "#")) where isWordStart: place = .comment
      case (.plain, UInt8(ascii: "\n")), (.comment, UInt8(ascii: "\n")):
        place = delimiters.isEmpty ? .plain : .hereDocument
      case (.plain, UInt8(ascii: "<")): delimiter(in: bytes, &index)
      default: break
      }
      isWordStart = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: ";")].contains(
        byte)
    }
  }

  /// A placeholder stands here.
  mutating func skipPlaceholder() {
    isWordStart = false
    isEscaped = false
    if place == .hereDocument { line.append(UInt8(ascii: "{")) }
  }

  /// `<<WORD`, `<<-WORD`, `<<'WORD'` behind its first `<`; `<<<` is no here-document.
  private mutating func delimiter(in bytes: [UInt8], _ index: inout Int) {
    guard index < bytes.count, bytes[index] == UInt8(ascii: "<") else { return }
    index += 1
    if index < bytes.count, bytes[index] == UInt8(ascii: "<") {
      index += 1
      return
    }
    let skipped: [UInt8] = [UInt8(ascii: "-"), UInt8(ascii: " "), UInt8(ascii: "'"), UInt8(ascii: "\"")]
    while index < bytes.count, skipped.contains(bytes[index]) { index += 1 }
    let ends: [UInt8] = [
      UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: ";"),
    ]
    var word: [UInt8] = []
    while index < bytes.count, !ends.contains(bytes[index]) {
      word.append(bytes[index])
      index += 1
    }
    while index < bytes.count, bytes[index] == UInt8(ascii: "'") || bytes[index] == UInt8(ascii: "\"") {
      index += 1
    }
    if !word.isEmpty { delimiters.append(word) }
  }

  private mutating func continueDocument(_ byte: UInt8) {
    guard byte == UInt8(ascii: "\n") else {
      line.append(byte)
      return
    }
    if let delimiter = delimiters.first, Array(line.drop { $0 == UInt8(ascii: "\t") }) == delimiter {
      delimiters.removeFirst()
      if delimiters.isEmpty { place = .plain }
    }
    line = []
  }
}
