import Columns
import Semantics

@testable import Engine

/// A value of any type, boxed: what the reference works on.
indirect enum Value: Hashable, Sendable, CustomStringConvertible {
  case none
  case bool(Bool)
  case int(Int64)
  case float(Double)
  case decimal(Int128)
  case text(String)
  case date(Int32)
  case list([Value])
  case row([Value])

  var description: String {
    switch self {
    case .none: "none"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .float(let value): "\(value)"
    case .decimal(let value): "\(value)e-18"
    case .text(let value): "\"\(value)\""
    case .date(let value): "day \(value)"
    case .list(let values): "\(values)"
    case .row(let values): "{\(values.map(\.description).joined(separator: ", "))}"
    }
  }

  /// As in the language: NaN equals NaN, -0.0 equals 0.0.
  static func == (a: Value, b: Value) -> Bool {
    switch (a, b) {
    case (.none, .none): true
    case (.bool(let x), .bool(let y)): x == y
    case (.int(let x), .int(let y)): x == y
    case (.float(let x), .float(let y)): x == y || (x.isNaN && y.isNaN)
    case (.decimal(let x), .decimal(let y)): x == y
    case (.text(let x), .text(let y)): x == y
    case (.date(let x), .date(let y)): x == y
    case (.list(let x), .list(let y)), (.row(let x), .row(let y)): x == y
    default: false
    }
  }

  func hash(into hasher: inout Hasher) {
    switch self {
    case .none: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .int(let value): hasher.combine(value)
    case .float(let value): hasher.combine(value.isNaN ? 1 : value == 0 ? 0 : value.bitPattern)
    case .decimal(let value): hasher.combine(value)
    case .text(let value): hasher.combine(value)
    case .date(let value): hasher.combine(value)
    case .list(let values), .row(let values): hasher.combine(values)
    }
  }

  var fields: [Value] {
    guard case .row(let fields) = self else { return [] }
    return fields
  }

  /// The canonical order; absent values last, whatever the direction.
  static func order(_ a: Value, _ b: Value, descending: Bool = false) -> Int {
    let sign = descending ? -1 : 1
    func compare<T: Comparable>(_ x: T, _ y: T) -> Int { x < y ? -sign : x == y ? 0 : sign }
    switch (a, b) {
    case (.none, .none): return 0
    case (.none, _): return 1
    case (_, .none): return -1
    case (.bool(let x), .bool(let y)): return compare(x ? 1 : 0, y ? 1 : 0)
    case (.int(let x), .int(let y)): return compare(x, y)
    case (.float(let x), .float(let y)):
      if x.isNaN || y.isNaN { return compare(x.isNaN ? 1 : 0, y.isNaN ? 1 : 0) }
      return compare(x, y)
    case (.decimal(let x), .decimal(let y)): return compare(x, y)
    case (.date(let x), .date(let y)): return compare(x, y)
    case (.text(let x), .text(let y)):
      if x == y { return 0 }
      return Array(x.utf8).lexicographicallyPrecedes(Array(y.utf8)) ? -sign : sign
    case (.list(let x), .list(let y)), (.row(let x), .row(let y)):
      for (p, q) in zip(x, y) {
        let result = order(p, q, descending: descending)
        if result != 0 { return result }
      }
      return compare(x.count, y.count)
    default: fatalError("values of different types: \(a), \(b)")
    }
  }
}

extension Column {
  /// A column of values of `type`.
  init(_ values: [Value], _ type: Type) {
    let count = values.count
    var validity: Bitmap?
    if case .optional = type, values.contains(.none) {
      validity = Bitmap(count: count) { values[$0] != .none }
    }
    let arena = TextArena()
    let storage: Storage
    switch type.plain {
    case .bool: storage = .bits(Bitmap(count: count) { values[$0] == .bool(true) })
    case .int, .timestamp, .duration:
      storage = .int64(Buffer(values.map { if case .int(let x) = $0 { x } else { 0 } }))
    case .float: storage = .float64(Buffer(values.map { if case .float(let x) = $0 { x } else { 0 } }))
    case .decimal: storage = .int128(Buffer(values.map { if case .decimal(let x) = $0 { x } else { 0 } }))
    case .date, .enumeration:
      storage = .int32(Buffer(values.map { if case .date(let x) = $0 { x } else { 0 } }))
    case .string:
      storage = .text(
        Buffer(values.map { if case .text(let x) = $0 { arena.add(x) } else { TextView() } }),
        owners: [arena])
    case .list(let element):
      var offsets: [Int32] = [0]
      var children: [Value] = []
      for value in values {
        if case .list(let elements) = value { children += elements }
        offsets.append(Int32(children.count))
      }
      storage = .list(offsets: Buffer(offsets), values: Column(children, element))
    case .record, .row:
      storage = .structure(
        type.plain.fieldTypes.indices.map { index in
          Column(
            values.map { $0 == .none ? .none : $0.fields[index] }, type.plain.fieldTypes[index])
        })
    case let other: fatalError("no test column of \(other)")
    }
    self.init(count: count, validity: validity, storage: storage)
  }

  /// The value of a row.
  func value(_ row: Int, _ type: Type) -> Value {
    guard isPresent(row) else { return .none }
    switch storage {
    case .bits(let bits): return .bool(bits[row])
    case .int32(let values): return .date(values[row])
    case .int64(let values): return .int(values[row])
    case .float64(let values): return .float(values[row])
    case .int128(let values): return .decimal(values[row])
    case .text(let views, _): return .text(views[row].string)
    case .list(let offsets, let values):
      guard case .list(let element) = type.plain else { fatalError("a list of \(type)") }
      return .list((offsets[row]..<offsets[row + 1]).map { values.value(Int($0), element) })
    case .vector: fatalError("no vectors in tests")
    case .structure(let columns):
      return .row(zip(columns, type.plain.fieldTypes).map { $0.value(row, $1) })
    }
  }
}

extension Batch {
  /// A batch of elements; placeholders for fields that are not needed.
  init(_ elements: [Value], _ type: Type, needed: [Bool]? = nil) {
    let batch = Batch(elements: Column(elements, type), of: type)
    self = needed.map { batch.pruned($0) } ?? batch
  }

  /// The elements.
  func values(_ type: Type) -> [Value] {
    let column = elements(of: type)
    return (0..<count).map { column.value($0, type) }
  }
}
