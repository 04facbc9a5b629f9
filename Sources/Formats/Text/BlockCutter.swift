import Columns

/// Reads a text block by block and cuts it where rows end: at line feeds outside of quotes. Only counts
/// quotes; whether they stand where they may is for the decoder to say.
///
/// Unchecked: used by one thread at a time.
final class BlockCutter: @unchecked Sendable {
  private let input: any ByteInput
  private let name: String
  /// nil where every line feed ends a row.
  private let dialect: CSVDialect?
  private let arrival: TextArrival
  private let blockSize: Int
  private let longestRow: Int
  /// Behind the last block.
  private(set) var place: TextPlace
  private var isAtEnd = false
  /// What was read past the last cut.
  private var rest: (bytes: Buffer<UInt8>, range: Range<Int>)?

  /// A row longer than `longestRow` is an error: most likely its quote is never closed.
  /// - Parameter place: Where the input begins.
  init(
    input: any ByteInput, name: String, dialect: CSVDialect?, arrival: TextArrival = .whole,
    at place: TextPlace = .start, blockSize: Int, longestRow: Int = 64 << 20
  ) {
    self.input = input
    self.name = name
    self.dialect = dialect
    self.arrival = arrival
    self.place = place
    self.blockSize = max(blockSize, 1)
    self.longestRow = longestRow
  }

  /// Goes on elsewhere in the text that `other` cuts.
  convenience init(continuing other: BlockCutter, input: any ByteInput, at place: TextPlace, blockSize: Int) {
    self.init(
      input: input, name: other.name, dialect: other.dialect, arrival: other.arrival, at: place,
      blockSize: blockSize)
  }

  private var quote: UInt8? { dialect?.quote }

  /// The next block, or nil at the end.
  func next() throws -> TextBlock? {
    if isAtEnd, rest == nil { return nil }
    var capacity = (rest?.range.count ?? 0) + blockSize
    while true {
      let (bytes, count) = try fill(capacity)
      // What was filled is the rest until a cut is found in it.
      rest = (bytes, 0..<count)
      let isAtStart = place.offset == 0
      if isAtStart, count > 0 { try checkEncoding(bytes, count) }
      let start = isAtStart && hasByteOrderMark(bytes, count) ? 3 : 0
      if isAtEnd, arrival != .growing {
        rest = nil
        return count > start ? lastBlock(bytes, start..<count) : nil
      }
      if let block = cut(bytes, start..<count) { return block }
      if isAtEnd {
        rest = nil
        return nil
      }
      guard count < longestRow else { throw tooLong(bytes, start..<count) }
      if count == capacity { capacity = min(max(capacity * 2, 64), longestRow) }
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
      if arrival == .live { break }
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
    // Behind the range it stands, too, where a row may turn out to end after all.
    bytes.base[end] = lineFeed
    if !isUnterminated, bytes.base[end - 1] != lineFeed {
      end += 1
      lineFeeds += 1
    }
    let block = TextBlock(
      bytes: bytes, range: range.lowerBound..<end, firstLine: place.line, lineFeeds: lineFeeds,
      isUnterminated: isUnterminated)
    place = TextPlace(offset: place.offset + range.upperBound, line: place.line + lineFeeds)
    return block
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
    if counts.second % 2 != 0, let dialect, let last = lastRowEnd(base, range, dialect) {
      end = last
      dropped = counts.first - countBytes(base + range.lowerBound, end - range.lowerBound, lineFeed, 0).first
    }
    guard end > range.lowerBound else { return nil }
    let block = TextBlock(
      bytes: bytes, range: range.lowerBound..<end, firstLine: place.line,
      lineFeeds: counts.first - dropped, isUnterminated: false)
    place = TextPlace(offset: place.offset + end, line: place.line + block.lineFeeds)
    rest = end < range.upperBound ? (bytes, end..<range.upperBound) : nil
    return block
  }

  /// The end of the last whole row where quotes stand where none may, so that their number tells nothing; nil where
  /// all stand right.
  private func lastRowEnd(_ base: UnsafePointer<UInt8>, _ range: Range<Int>, _ dialect: CSVDialect) -> Int? {
    var last: Int?
    var isMisquoted = false
    dialect.forEachRow(of: base, range) { row, isWrong in
      last = row.upperBound
      isMisquoted = isMisquoted || isWrong
    }
    return isMisquoted ? last : nil
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
      return RowFault(position: "\(name):\(place.line)", message: limit, help: "is this a text of rows?")
    }
    let lines = countBytes(bytes.base + range.lowerBound, opening - range.lowerBound, lineFeed, 0).first
    return RowFault(
      position: "\(name):\(place.line + lines)", message: limit, help: "a quote opens here: is it closed?")
  }
}
