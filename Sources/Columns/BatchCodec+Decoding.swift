/// Why bytes are no batch.
public struct DamagedBatch: Error, Hashable, Sendable {
  /// What is wrong with them.
  public let reason: String

  /// Bytes that are no batch, and why.
  public init(reason: String) { self.reason = reason }
}

extension Batch {
  /// Reads back what `encode` wrote. Whatever the bytes are, they give a batch or an error; bytes that end too
  /// soon always an error.
  public static func decode(_ bytes: UnsafeRawBufferPointer) throws(DamagedBatch) -> Batch {
    guard bytes.count >= 4 else { throw DamagedBatch(reason: "the bytes are no batch") }
    let mark = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
    guard mark & 0xFF_FFFF == batchMark else { throw DamagedBatch(reason: "the bytes are no batch") }
    guard mark >> 24 == batchVersion else { throw DamagedBatch(reason: "version \(mark >> 24) is not known") }
    var reader = BatchReader(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(4)))
    return try reader.batch()
  }

  /// Reads back what `encoded` gave.
  public static func decode(_ bytes: [UInt8]) throws(DamagedBatch) -> Batch {
    let result: Result<Batch, DamagedBatch> = bytes.withUnsafeBytes { raw in
      do throws(DamagedBatch) { return .success(try decode(raw)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}

/// Takes a batch's parts off the front of its bytes. Nothing is believed: each count is held against the bytes
/// that are left before memory is taken for it.
private struct BatchReader {
  private var left: UnsafeRawBufferPointer
  private static let short = DamagedBatch(reason: "the bytes end too soon")

  init(_ bytes: UnsafeRawBufferPointer) { left = bytes }

  mutating func batch() throws(DamagedBatch) -> Batch {
    let count = try rows()
    let tagged = try byte()
    guard tagged < 4 else { throw DamagedBatch(reason: "tags \(tagged) are not known") }
    let times: Buffer<Int64>? = try tagged & 1 == 0 ? nil : buffer(count)
    let watermarks: Buffer<Int64>? = try tagged & 2 == 0 ? nil : buffer(count)
    let width = try size(of: UInt32.self)
    var columns: [Column] = []
    for _ in 0..<width { columns.append(try column(count, depth: 0)) }
    guard left.isEmpty else { throw DamagedBatch(reason: "bytes are left over") }
    return Batch(
      count: count, columns: columns,
      tags: tagged == 0 ? nil : RowTags(times: times, watermarks: watermarks))
  }

  private mutating func column(_ count: Int, depth: Int) throws(DamagedBatch) -> Column {
    guard depth < StorageKind.deepest else { throw DamagedBatch(reason: "the columns are nested too deep") }
    let head = try byte()
    guard let kind = StorageKind(rawValue: head & ~StorageKind.hasAbsent) else {
      throw DamagedBatch(reason: "the storage \(head) is not known")
    }
    let validity = try head & StorageKind.hasAbsent == 0 ? nil : bitmap(count)
    let storage: Storage
    switch kind {
    case .bits: storage = .bits(try bitmap(count))
    case .int32: storage = .int32(try buffer(count))
    case .int64: storage = .int64(try buffer(count))
    case .float64: storage = .float64(try buffer(count))
    case .int128: storage = .int128(try buffer(count))
    case .text: storage = try text(count)
    case .list: storage = try list(count, depth)
    case .vector:
      let (floats, isTooMuch) = try size(of: UInt64.self).multipliedReportingOverflow(by: count)
      if isTooMuch { throw Self.short }
      storage = .vector(try buffer(floats))
    case .structure:
      var columns: [Column] = []
      for _ in 0..<(try size(of: UInt32.self)) { columns.append(try column(count, depth: depth + 1)) }
      storage = .structure(columns)
    }
    return Column(count: count, validity: validity, storage: storage)
  }

  private mutating func list(_ count: Int, _ depth: Int) throws(DamagedBatch) -> Storage {
    let (sizes, total) = try sizes(count)
    guard total <= Int32.max else { throw DamagedBatch(reason: "a list has too many values") }
    let offsets = Buffer<Int32>(uninitialized: count + 1)
    var next: Int32 = 0
    offsets.base[0] = 0
    for row in 0..<count {
      next += Int32(sizes.base[row])
      offsets.base[row + 1] = next
    }
    return .list(offsets: offsets, values: try column(total, depth: depth + 1))
  }

  private mutating func text(_ count: Int) throws(DamagedBatch) -> Storage {
    let (lengths, total) = try sizes(count)
    let bytes = try take(total)
    var kept = 0
    for row in 0..<count where lengths.base[row] > 12 { kept += Int(lengths.base[row]) }
    let block = Buffer<UInt8>(uninitialized: kept)
    let views = Buffer<TextView>(uninitialized: count)
    var place = block.base
    guard var from = bytes.bindMemory(to: UInt8.self).baseAddress else { throw Self.short }
    // So far 16 bytes can be read at a place.
    let padded = from + (total - 16)
    for row in 0..<count {
      let length = Int(lengths.base[row])
      if length > 12 {
        place.initialize(from: from, count: length)
        views.base[row] = TextView(place, count: length)
        place += length
      } else {
        views.base[row] =
          from <= padded ? TextView(padded: from, count: length) : TextView(from, count: length)
      }
      from += length
    }
    return .text(views, owners: kept == 0 ? [] : [block])
  }

  /// A size a row, and their sum, which is that of the bytes or rows that follow.
  private mutating func sizes(_ count: Int) throws(DamagedBatch) -> (sizes: Buffer<UInt32>, total: Int) {
    let sizes: Buffer<UInt32> = try buffer(count)
    let total = try size(of: UInt64.self)
    var sum = 0
    // A row's size has 32 bits, and there are no more than 2^31 of them: the sum has no more than 63.
    for row in 0..<count { sum += Int(sizes.base[row]) }
    guard sum == total else { throw DamagedBatch(reason: "sizes do not add up") }
    return (sizes, total)
  }

  private mutating func bitmap(_ count: Int) throws(DamagedBatch) -> Bitmap {
    let words: Buffer<UInt64> = try buffer((count + 63) / 64)
    if count % 64 != 0, words.base[words.count - 1] >> UInt64(count % 64) != 0 {
      throw DamagedBatch(reason: "bits are set past the last row")
    }
    return Bitmap(words: words, count: count)
  }

  private mutating func buffer<Value>(_ count: Int) throws(DamagedBatch) -> Buffer<Value> {
    let (size, isTooMuch) = count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride)
    if isTooMuch { throw Self.short }
    let bytes = try take(size)
    let buffer = Buffer<Value>(uninitialized: count)
    if let start = bytes.baseAddress {
      UnsafeMutableRawPointer(buffer.base).copyMemory(from: start, byteCount: size)
    }
    return buffer
  }

  /// No batch has 2^31 rows.
  private mutating func rows() throws(DamagedBatch) -> Int {
    let count = try size(of: UInt64.self)
    guard count <= Int32.max else { throw DamagedBatch(reason: "there are too many rows") }
    return count
  }

  /// A number of rows, columns or bytes.
  private mutating func size<Number: FixedWidthInteger & BitwiseCopyable>(
    of type: Number.Type
  ) throws(DamagedBatch) -> Int {
    let value = Number(littleEndian: try take(MemoryLayout<Number>.size).loadUnaligned(as: Number.self))
    guard let size = Int(exactly: value) else { throw Self.short }
    return size
  }

  private mutating func byte() throws(DamagedBatch) -> UInt8 { try take(1)[0] }

  private mutating func take(_ count: Int) throws(DamagedBatch) -> UnsafeRawBufferPointer {
    guard count <= left.count else { throw Self.short }
    let taken = UnsafeRawBufferPointer(rebasing: left.prefix(count))
    left = UnsafeRawBufferPointer(rebasing: left.dropFirst(count))
    return taken
  }
}
