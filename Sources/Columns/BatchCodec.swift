// Batches as bytes: for state, spill files and exchanges. Every buffer is copied as it lies in memory, so that
// what comes back is the same bit for bit.
//
//     "TWB", version      4 bytes
//     rows                UInt64
//     tags                1 byte: bit 0 times, bit 1 watermarks; then Int64 a row each
//     columns             UInt32, then each column
//
//     column:  storage's kind and 0x80 where some rows are absent, 1 byte; validity, a bit a row in words; values
//     text:    UInt32 a row, the lengths; UInt64, their sum; the bytes
//     list:    UInt32 a row, the sizes; UInt64, their sum; the column of the values
//     vector:  UInt64, the floats a row; the floats
//     structure: UInt32, the number of columns; each column
//
// All numbers are little-endian: the hosts that the project builds on are. Where rows come from is not kept.
// There is no hash in it: whoever writes the bytes away has one over them, and over what else belongs to them.

/// The first bytes of an encoded batch, but for the version behind them.
let batchMark: UInt32 = 0x42_57_54
let batchVersion: UInt32 = 1

/// How storages are told apart.
enum StorageKind: UInt8 {
  case bits, int32, int64, float64, int128, text, list, vector, structure

  /// Beside the kind: a validity bitmap follows.
  static let hasAbsent: UInt8 = 0x80
  /// Lists and structures in each other; deeper ones are refused, as reading them would take too much stack.
  static let deepest = 200
}

extension Batch {
  /// Adds the batch as bytes: its columns, times and watermarks.
  public func encode(to bytes: inout ByteWriter) {
    bytes.append(scalar: batchMark | batchVersion << 24)
    bytes.append(scalar: UInt64(count))
    bytes.append((tags?.times == nil ? 0 : 1) | (tags?.watermarks == nil ? 0 : 2))
    if let times = tags?.times { bytes.append(times, count) }
    if let watermarks = tags?.watermarks { bytes.append(watermarks, count) }
    bytes.append(scalar: UInt32(columns.count))
    for column in columns { column.encode(to: &bytes) }
  }

  /// The batch as bytes.
  public func encoded() -> [UInt8] {
    var bytes = ByteWriter(capacity: byteSize + 64)
    encode(to: &bytes)
    return bytes.array()
  }
}

extension Column {
  fileprivate func encode(to bytes: inout ByteWriter) {
    bytes.append(storage.kind.rawValue | (validity == nil ? 0 : StorageKind.hasAbsent))
    if let validity { bytes.append(validity.words, (count + 63) / 64) }
    switch storage {
    case .bits(let bits): bytes.append(bits.words, (count + 63) / 64)
    case .int32(let values): bytes.append(values, count)
    case .int64(let values): bytes.append(values, count)
    case .float64(let values): bytes.append(values, count)
    case .int128(let values): bytes.append(values, count)
    case .text(let views, _): encodeText(views, to: &bytes)
    case .vector(let values):
      let width = vectorWidth
      bytes.append(scalar: UInt64(width))
      bytes.append(values, count * width)
    case .structure(let columns):
      bytes.append(scalar: UInt32(columns.count))
      for column in columns { column.encode(to: &bytes) }
    case .list(let offsets, let values):
      let first = Int(offsets[0])
      let end = Int(offsets[count])
      let sizes = Buffer<UInt32>(uninitialized: count)
      for row in 0..<count { sizes.base[row] = UInt32(offsets.base[row + 1] - offsets.base[row]) }
      bytes.append(sizes, count)
      bytes.append(scalar: UInt64(end - first))
      values.sliced(first..<end).encode(to: &bytes)
    }
  }

  private func encodeText(_ views: Buffer<TextView>, to bytes: inout ByteWriter) {
    let lengths = Buffer<UInt32>(uninitialized: count)
    var total = 0
    for row in 0..<count {
      lengths.base[row] = UInt32(truncatingIfNeeded: views.base[row].count)
      total += views.base[row].count
    }
    bytes.append(lengths, count)
    bytes.append(scalar: UInt64(total))
    // Room for all at once, and for the whole 12 bytes that the last short text may write.
    _ = bytes.reserve(total + 12)
    for row in 0..<count { bytes.append(views.base[row]) }
  }
}

extension Storage {
  fileprivate var kind: StorageKind {
    switch self {
    case .bits: .bits
    case .int32: .int32
    case .int64: .int64
    case .float64: .float64
    case .int128: .int128
    case .text: .text
    case .list: .list
    case .vector: .vector
    case .structure: .structure
    }
  }
}

extension ByteWriter {
  /// Adds a number as it lies in memory.
  fileprivate mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(scalar value: Number) {
    let size = MemoryLayout<Number>.size
    UnsafeMutableRawPointer(reserve(size)).storeBytes(of: value.littleEndian, as: Number.self)
    advance(size)
  }

  /// Adds the first values of a buffer as they lie in memory.
  fileprivate mutating func append<Value>(_ values: Buffer<Value>, _ count: Int) {
    precondition(values.count >= count, "a column has a value for each row")
    let size = count * MemoryLayout<Value>.stride
    UnsafeMutableRawPointer(reserve(size)).copyMemory(from: values.base, byteCount: size)
    advance(size)
  }
}
