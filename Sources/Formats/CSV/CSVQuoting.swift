import Columns

/// The content of a field that begins with a quote.
enum CSVQuoting {
  /// The bytes between the quotes; nil when the last byte is no closing quote.
  @inline(__always)
  static func content(_ start: UnsafePointer<UInt8>, _ count: Int, quote: UInt8) -> UnsafeBufferPointer<
    UInt8
  >? {
    guard count >= 2, start[count - 1] == quote else { return nil }
    return UnsafeBufferPointer(start: start + 1, count: count - 2)
  }

  /// Takes the first of each two quotes away; `place` has as much room as `content` has bytes.
  static func unescape(
    _ content: UnsafeBufferPointer<UInt8>, quote: UInt8, to place: UnsafeMutablePointer<UInt8>
  ) -> Int {
    var next = place
    var index = 0
    while index < content.count {
      let byte = content[index]
      next[0] = byte
      next += 1
      index += byte == quote ? 2 : 1
    }
    return next - place
  }

  /// The text of a field, for messages and headers.
  static func text(_ start: UnsafePointer<UInt8>, _ count: Int, quote: UInt8) -> String {
    guard count > 0, start[0] == quote, let content = content(start, count, quote: quote) else {
      return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
    let bytes = [UInt8](unsafeUninitializedCapacity: content.count) { room, filled in
      filled = room.baseAddress.map { unescape(content, quote: quote, to: $0) } ?? 0
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
