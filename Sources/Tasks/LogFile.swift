import Foundation

/// What an attempt wrote to its standard output and error.
struct LogFile {
  /// Where it is.
  let path: String

  /// Looks at no more than the end of a log of any length.
  private static let tail: UInt64 = 16_384

  /// The last lines that are not empty.
  func lastLines(_ count: Int = 5) -> [String] {
    guard let handle = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? handle.close() }
    guard let end = try? handle.seekToEnd() else { return [] }
    try? handle.seek(toOffset: end > Self.tail ? end - Self.tail : 0)
    let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline)
      .filter { !$0.allSatisfy(\.isWhitespace) }
      .suffix(count).map { Self.plain($0) }
  }

  /// Without control characters, and cut where it is too long to be shown.
  private static func plain(_ line: Substring) -> String {
    let shown = String(
      String.UnicodeScalarView(
        line.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    return shown.count > 200 ? "\(shown.prefix(200))…" : shown
  }
}
