// The canonical order (LANGUAGE.md 3): false < true; numbers by value, NaN greatest and -0.0 equal to 0.0;
// text, bytes and uuids by bytes; enums by declaration; lists lexicographic; structures by fields in order;
// absent values last.

extension TextView {
  /// The order of the bytes: negative, 0 or positive; a prefix comes before what it begins.
  @inlinable public static func order(_ left: TextView, _ right: TextView) -> Int {
    let a = UInt32(truncatingIfNeeded: left.head >> 32).byteSwapped
    let b = UInt32(truncatingIfNeeded: right.head >> 32).byteSwapped
    if a != b { return a < b ? -1 : 1 }
    if left.isInline, right.isInline {
      // Bytes past the end are 0, so only the lengths of equal words are left to compare.
      let c = left.tail.byteSwapped
      let d = right.tail.byteSwapped
      if c != d { return c < d ? -1 : 1 }
      return left.count - right.count
    }
    return left.withBytes { x in right.withBytes { y in orderOfBytes(x, y) } }
  }
}

/// The order of two byte strings: negative, 0 or positive.
@inlinable public func orderOfBytes(
  _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
) -> Int {
  let shared = min(left.count, right.count)
  var index = 0
  if let a = UnsafeRawPointer(left.baseAddress), let b = UnsafeRawPointer(right.baseAddress) {
    while index + 8 <= shared {
      let x = a.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      let y = b.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      if x != y { return UInt64(bigEndian: x) < UInt64(bigEndian: y) ? -1 : 1 }
      index += 8
    }
  }
  while index < shared {
    if left[index] != right[index] { return left[index] < right[index] ? -1 : 1 }
    index += 1
  }
  return left.count - right.count
}

/// The order of two floats: NaN is greatest and equals itself, -0.0 equals 0.0.
@inlinable public func orderOfFloats(_ left: Double, _ right: Double) -> Int {
  if left < right { return -1 }
  if left > right { return 1 }
  if left == right { return 0 }
  return (left.isNaN ? 1 : 0) - (right.isNaN ? 1 : 0)
}

@inlinable func orderOf<Value: Comparable>(_ left: Value, _ right: Value) -> Int {
  left < right ? -1 : left == right ? 0 : 1
}

/// The canonical order of row `i` of one column and row `j` of another, both of `type`: negative, 0 or positive.
public func canonicalOrder(_ type: ColumnType, _ left: Column, _ i: Int, _ right: Column, _ j: Int) -> Int {
  let hasLeft = left.isPresent(i)
  let hasRight = right.isPresent(j)
  guard hasLeft, hasRight else { return (hasLeft ? 0 : 1) - (hasRight ? 0 : 1) }
  switch (left.storage, right.storage) {
  case (.bits(let a), .bits(let b)): return (a[i] ? 1 : 0) - (b[j] ? 1 : 0)
  case (.int32(let a), .int32(let b)): return orderOf(a[i], b[j])
  case (.int64(let a), .int64(let b)): return orderOf(a[i], b[j])
  case (.float64(let a), .float64(let b)): return orderOfFloats(a[i], b[j])
  case (.int128(let a), .int128(let b)):
    if type == .uuid { return orderOf(UInt128(truncatingIfNeeded: a[i]), UInt128(truncatingIfNeeded: b[j])) }
    return orderOf(a[i], b[j])
  case (.text(let a, _), .text(let b, _)): return TextView.order(a[i], b[j])
  case (.vector(let a), .vector(let b)):
    let width = left.vectorWidth
    let other = right.vectorWidth
    for index in 0..<min(width, other) {
      let order = orderOfFloats(Double(a[i * width + index]), Double(b[j * other + index]))
      if order != 0 { return order }
    }
    return width - other
  case (.list(let starts, let values), .list(let otherStarts, let others)):
    let element = type.elementOfList
    let first = Int(starts[i])
    let second = Int(otherStarts[j])
    let count = Int(starts[i + 1]) - first
    let otherCount = Int(otherStarts[j + 1]) - second
    for index in 0..<min(count, otherCount) {
      let order = canonicalOrder(element, values, first + index, others, second + index)
      if order != 0 { return order }
    }
    return count - otherCount
  case (.structure(let a), .structure(let b)):
    guard case .structure(let fields) = type else { return 0 }
    for index in fields.indices {
      let order = canonicalOrder(fields[index].type, a[index], i, b[index], j)
      if order != 0 { return order }
    }
    return 0
  default: preconditionFailure("columns of different kinds have no order")
  }
}

extension ColumnType {
  /// What the elements of a list are; of a map, structures of key and value.
  public var elementOfList: ColumnType {
    switch self {
    case .list(let element): element
    case .map(let value): .structure([ColumnField("key", .string), ColumnField("value", value)])
    default: preconditionFailure("not a list")
    }
  }
}

/// A column by which rows are ordered.
public struct OrderKey: Sendable {
  /// What the column holds.
  public let type: ColumnType
  /// Greatest first; absent values come last all the same.
  public let isDescending: Bool

  /// An ascending key unless told otherwise.
  public init(_ type: ColumnType, isDescending: Bool = false) {
    self.type = type
    self.isDescending = isDescending
  }
}

/// Compares rows of one list of key columns with rows of another (or the same), key by key.
public struct RowOrder: @unchecked Sendable {
  // Unchecked because of the pointers, which `owners` keeps valid and nobody writes.
  private enum Comparison {
    case bits(UnsafePointer<UInt64>, UnsafePointer<UInt64>)
    case int32(UnsafePointer<Int32>, UnsafePointer<Int32>)
    case int64(UnsafePointer<Int64>, UnsafePointer<Int64>)
    case float64(UnsafePointer<Double>, UnsafePointer<Double>)
    case int128(UnsafePointer<Int128>, UnsafePointer<Int128>)
    case text(UnsafePointer<TextView>, UnsafePointer<TextView>)
    case other(Int)
  }
  private struct Key {
    let comparison: Comparison
    let leftValidity: UnsafePointer<UInt64>?
    let rightValidity: UnsafePointer<UInt64>?
    let sign: Int
  }
  private let keys: [Key]
  private let owners: (left: [Column], right: [Column])
  private let types: [ColumnType]

  /// Compares rows of `left` with rows of `right`: a column for each key in both.
  public init(_ left: [Column], _ right: [Column], by orders: [OrderKey]) {
    owners = (left, right)
    types = orders.map(\.type)
    keys = orders.indices.map { index in
      let a = left[index]
      let b = right[index]
      let comparison: Comparison =
        switch (a.storage, b.storage) {
        case (.bits(let x), .bits(let y)): .bits(x.words.base, y.words.base)
        case (.int32(let x), .int32(let y)): .int32(x.base, y.base)
        case (.int64(let x), .int64(let y)): .int64(x.base, y.base)
        case (.float64(let x), .float64(let y)): .float64(x.base, y.base)
        case (.int128(let x), .int128(let y)) where orders[index].type != .uuid: .int128(x.base, y.base)
        case (.text(let x, _), .text(let y, _)): .text(x.base, y.base)
        default: .other(index)
        }
      return Key(
        comparison: comparison, leftValidity: a.validity.map { UnsafePointer($0.words.base) },
        rightValidity: b.validity.map { UnsafePointer($0.words.base) },
        sign: orders[index].isDescending ? -1 : 1)
    }
  }

  /// The order of row `i` on the left and row `j` on the right, by the keys from `first` on: negative, 0 or
  /// positive.
  public func compare(_ i: Int, _ j: Int, from first: Int = 0) -> Int {
    var index = first
    while index < keys.count {
      let key = keys[index]
      index += 1
      if key.leftValidity != nil || key.rightValidity != nil {
        let hasLeft = key.leftValidity.map { $0[i >> 6] >> UInt64(i & 63) & 1 != 0 } ?? true
        let hasRight = key.rightValidity.map { $0[j >> 6] >> UInt64(j & 63) & 1 != 0 } ?? true
        guard hasLeft, hasRight else {
          if hasLeft == hasRight { continue }
          return hasLeft ? -1 : 1
        }
      }
      let order: Int
      switch key.comparison {
      case .bits(let a, let b):
        order = Int(a[i >> 6] >> UInt64(i & 63) & 1) - Int(b[j >> 6] >> UInt64(j & 63) & 1)
      case .int32(let a, let b): order = orderOf(a[i], b[j])
      case .int64(let a, let b): order = orderOf(a[i], b[j])
      case .float64(let a, let b): order = orderOfFloats(a[i], b[j])
      case .int128(let a, let b): order = orderOf(a[i], b[j])
      case .text(let a, let b): order = TextView.order(a[i], b[j])
      case .other(let column):
        order = canonicalOrder(types[column], owners.left[column], i, owners.right[column], j)
      }
      if order != 0 { return order * key.sign }
    }
    return 0
  }
}
