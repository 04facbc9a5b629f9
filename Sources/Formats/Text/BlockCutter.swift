import Columns

/// Reads a text block by block and cuts it where rows end: at line feeds outside of quotes. Only counts
/// quotes; whether they stand where they may is for the decoder to say.
///
/// Unchecked: used by one thread at a time.
final class BlockCutter: @unchecked Sendable {
  private let input: any ByteInput
  private let name: String
  /// nil where every line feed ends a row.
  private let quote: UInt8?
  private let blockSize: Int
  private let longestRow: Int
  private var line = 1
  private var isAtStart = true
  private var isAtEnd = false
  /// What was read past the last cut.
  private var rest: (bytes: Buffer<UInt8>, range: Range<Int>)?

  /// A row longer than `longestRow` is an error: most likely its quote is never closed.
  init(input: any ByteInput, name: String, quote: UInt8?, blockSize: Int, longestRow: Int = 64 << 20) {
    self.input = input
    self.name = name
    self.quote = quote
    self.blockSize = max(blockSize, 1)
    self.longestRow = longestRow
  }

  /// The next block, or nil at the end.
  func next() throws -> TextBlock? {
    if isAtEnd, rest == nil { return nil }
    var capacity = (rest?.range.count ?? 0) + blockSize
    while true {
      let (bytes, count) = try fill(capacity)
      // What was filled is the rest until a cut is found in it.
      rest = (bytes, 0..<count)
      if isAtStart, count > 0 { try checkEncoding(bytes, count) }
      let start = isAtStart && hasByteOrderMark(bytes, count) ? 3 : 0
      if isAtEnd {
        rest = nil
        isAtStart = false
        return count > start ? lastBlock(bytes, start..<count) : nil
      }
      if let block = cut(bytes, start..<count) {
        isAtStart = false
        return block
      }
      guard count < longestRow else { throw tooLong(bytes, start..<count) }
      capacity = min(max(capacity * 2, 64), longestRow)
    }
  }

  /// A buffer of `capacity` bytes that begins with the rest, filled up as far as the input goes.
  private func fill(_ capacity: Int) throws -> (Buffer<UInt8>, Int) {
    let bytes = Buffer<UInt8>(uninitialized: capacity + 65)
    var count = 0
    if let rest {
      bytes.base.update(from: rest.bytes.base + rest.range.lowerBound, count: rest.range.count)
      count = rest.range.count
    }
    while count < capacity, !isAtEnd {
      let room = UnsafeMutableRawBufferPointer(start: bytes.base + count, count: capacity - count)
      let read = try input.read(into: room)
      count += read
      isAtEnd = read == 0
    }
    (bytes.base + count).update(repeating: 0, count: 65)
    return (bytes, count)
  }

  private func lastBlock(_ bytes: Buffer<UInt8>, _ range: Range<Int>) -> TextBlock {
    let start = UnsafePointer(bytes.base + range.lowerBound)
    var (lineFeeds, quotes) = countBytes(start, range.count, lineFeed, quote ?? lineFeed)
    if quote == nil { quotes = 0 }
    var end = range.upperBound
    let isUnterminated = quotes % 2 != 0
    if !isUnterminated, bytes.base[end - 1] != lineFeed {
      bytes.base[end] = lineFeed
      end += 1
      lineFeeds += 1
    }
    return TextBlock(
      bytes: bytes, range: range.lowerBound..<end, firstLine: line, lineFeeds: lineFeeds,
      isUnterminated: isUnterminated)
  }

  /// Cuts behind the last row end in `range`, if there is one.
  private func cut(_ bytes: Buffer<UInt8>, _ range: Range<Int>) -> TextBlock? {
    let base = UnsafePointer(bytes.base)
    let counts = countBytes(base + range.lowerBound, range.count, lineFeed, quote ?? lineFeed)
    var isInside = quote != nil && counts.second % 2 != 0
    var end = range.upperBound
    var dropped = 0
    while end > range.lowerBound {
      let byte = base[end - 1]
      if byte == lineFeed {
        if !isInside { break }
        dropped += 1
      } else if byte == quote {
        isInside.toggle()
      }
      end -= 1
    }
    guard end > range.lowerBound else { return nil }
    let block = TextBlock(
      bytes: bytes, range: range.lowerBound..<end, firstLine: line, lineFeeds: counts.first - dropped,
      isUnterminated: false)
    line += block.lineFeeds
    rest = end < range.upperBound ? (bytes, end..<range.upperBound) : nil
    return block
  }

  private func hasByteOrderMark(_ bytes: Buffer<UInt8>, _ count: Int) -> Bool {
    count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
  }

  /// What is plainly no UTF-8 text is said so at once.
  private func checkEncoding(_ bytes: Buffer<UInt8>, _ count: Int) throws {
    guard count >= 2 else { return }
    switch (bytes[0], bytes[1]) {
    case (0xFF, 0xFE), (0xFE, 0xFF):
      throw RowFault(
        position: name, message: "expected UTF-8, found UTF-16",
        help: "convert the file to UTF-8, as with `iconv`")
    case (0x1F, 0x8B), (0x50, 0x4B), (0x28, 0xB5):
      if bytes[0] == 0x50, count < 4 || bytes[2] != 3 || bytes[3] != 4 { return }
      if bytes[0] == 0x28, count < 4 || bytes[2] != 0x2F || bytes[3] != 0xFD { return }
      throw RowFault(
        position: name, message: "expected text, found compressed data", help: "unpack the file first")
    default: return
    }
  }

  private func tooLong(_ bytes: Buffer<UInt8>, _ range: Range<Int>) -> RowFault {
    let opening = quote.flatMap { bytes.values[range].firstIndex(of: $0) }
    let limit = "a row is longer than \(longestRow >> 20) MiB"
    guard let opening else {
      return RowFault(position: "\(name):\(line)", message: limit, help: "is this a text of rows?")
    }
    let lines = countBytes(bytes.base + range.lowerBound, opening - range.lowerBound, lineFeed, 0).first
    return RowFault(
      position: "\(name):\(line + lines)", message: limit, help: "a quote opens here: is it closed?")
  }
}
