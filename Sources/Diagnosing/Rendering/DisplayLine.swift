/// A source line as a terminal shows it: tabs expanded, control characters made visible, and the column at
/// which each byte comes to stand.
struct DisplayLine {
  /// What is printed.
  private(set) var text = ""
  /// The column (from 0) of each byte of the line; one more for the end of the line.
  private(set) var columns: [Int] = []
  /// The column of the first character that is no blank; the width where there is none.
  private(set) var firstInk = 0
  /// Columns cut off at the left, less those of the marker put there.
  private var shift = 0

  private static let tabWidth = 4
  /// Lines wider than this are cut around what is marked in them.
  private static let widthLimit = 160
  private static let marker = "..."

  /// Lays out the bytes of one line, which hold no line break.
  init(_ bytes: ArraySlice<UInt8>) {
    columns.reserveCapacity(bytes.count + 1)
    var column = 0
    var hasInk = false
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let (scalar, length) = Self.decode(bytes, at: index)
      columns.append(contentsOf: repeatElement(column, count: length))
      index += length
      if scalar == "\t" {
        let width = Self.tabWidth - column % Self.tabWidth
        text += String(repeating: " ", count: width)
        column += width
        continue
      }
      if !hasInk, scalar != " " {
        hasInk = true
        firstInk = column
      }
      let shown = scalar.shown
      text.unicodeScalars.append(shown)
      column += shown.displayWidth
    }
    columns.append(column)
    if !hasInk { firstInk = column }
  }

  /// Number of columns.
  var width: Int { columns[columns.count - 1] }

  /// The column at which byte `offset` of the line is printed.
  func column(of offset: Int) -> Int {
    max(columns[min(max(offset, 0), columns.count - 1)] - shift, 0)
  }

  /// Cuts a long line down to the surroundings of the columns in `range`.
  mutating func cut(around range: Range<Int>) {
    guard width > Self.widthLimit else { return }
    let spare = max(Self.widthLimit - range.count, 0)
    var low = range.lowerBound - spare / 3
    if low < 40 { low = 0 }
    let high = min(width, low + Self.widthLimit)
    var kept = low > 0 ? Self.marker : ""
    var column = 0
    for scalar in text.unicodeScalars {
      if column >= low && column < high { kept.unicodeScalars.append(scalar) }
      column += scalar.displayWidth
    }
    if high < width { kept += Self.marker }
    text = kept
    let bound = high - low + (low > 0 ? Self.marker.count : 0)
    shift = low > 0 ? low - Self.marker.count : 0
    for index in columns.indices { columns[index] = min(columns[index], bound + shift) }
    firstInk = max(firstInk - shift, 0)
  }

  /// The scalar at `index` and its length; a byte that starts none gives U+FFFD.
  private static func decode(_ bytes: ArraySlice<UInt8>, at index: Int) -> (Unicode.Scalar, Int) {
    let first = bytes[index]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard first >= 0xC2, first < 0xF5, index + length <= bytes.endIndex else { return ("\u{FFFD}", 1) }
    var value = UInt32(first) & (length == 4 ? 0x07 : length == 3 ? 0x0F : 0x1F)
    for next in bytes[(index + 1)..<(index + length)] {
      guard next & 0xC0 == 0x80 else { return ("\u{FFFD}", 1) }
      value = value << 6 | UInt32(next & 0x3F)
    }
    let least: UInt32 = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80
    guard value >= least, let scalar = Unicode.Scalar(value) else { return ("\u{FFFD}", 1) }
    return (scalar, length)
  }
}

extension Unicode.Scalar {
  /// What a terminal may be given in its place: control characters as pictures, and what changes the
  /// direction of text as U+FFFD, so that a program can't look like another one.
  var shown: Unicode.Scalar {
    switch value {
    case 0..<0x20: Unicode.Scalar(0x2400 + value) ?? "\u{FFFD}"
    case 0x7F: "\u{2421}"
    case 0x80..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: "\u{FFFD}"
    default: self
    }
  }

  /// Columns on a terminal: 0, 1 or 2.
  var displayWidth: Int {
    if value < 0x300 { return 1 }
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x20000...0x3FFFD:
      return 2
    case 0x1160...0x11FF: return 0
    default: break
    }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: return properties.isEmojiPresentation ? 2 : 1
    }
  }
}

extension String {
  /// The text with control characters made visible, for messages that quote what the user wrote.
  var shownOnALine: String {
    guard unicodeScalars.contains(where: { $0.shown != $0 }) else { return self }
    var shown = String.UnicodeScalarView()
    for scalar in unicodeScalars { shown.append(scalar == "\n" ? scalar : scalar.shown) }
    return String(shown)
  }
}
