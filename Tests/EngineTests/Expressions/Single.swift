import Columns
import Semantics

@testable import Engine

/// A value, boxed: what the reference evaluator works with.
indirect enum Single: Equatable, CustomStringConvertible {
  case none
  case bool(Bool)
  case int(Int64)
  case float(Double)
  case decimal(Int128)
  case string(String)
  case date(Int32)
  case timestamp(Int64)
  case duration(Int64)
  case uuid(UInt128)
  case enumCase(Int)
  case list([Single])
  case record([Single])

  static func == (left: Single, right: Single) -> Bool { order(left, right) == 0 }

  /// The canonical order of two values of one type.
  static func order(_ left: Single, _ right: Single) -> Int {
    func sign<Number: Comparable>(_ a: Number, _ b: Number) -> Int { a < b ? -1 : a > b ? 1 : 0 }
    switch (left, right) {
    case (.none, .none): return 0
    case (.none, _): return 1
    case (_, .none): return -1
    case (.bool(let a), .bool(let b)): return sign(a ? 1 : 0, b ? 1 : 0)
    case (.int(let a), .int(let b)), (.timestamp(let a), .timestamp(let b)),
      (.duration(let a), .duration(let b)):
      return sign(a, b)
    case (.date(let a), .date(let b)): return sign(a, b)
    case (.decimal(let a), .decimal(let b)): return sign(a, b)
    case (.uuid(let a), .uuid(let b)): return sign(a, b)
    case (.enumCase(let a), .enumCase(let b)): return sign(a, b)
    case (.float(let a), .float(let b)):
      if a.isNaN || b.isNaN { return (a.isNaN ? 1 : 0) - (b.isNaN ? 1 : 0) }
      return sign(a, b)
    case (.string(let a), .string(let b)):
      for (x, y) in zip(a.utf8, b.utf8) where x != y { return sign(x, y) }
      return sign(a.utf8.count, b.utf8.count)
    case (.list(let a), .list(let b)), (.record(let a), .record(let b)):
      for (x, y) in zip(a, b) where order(x, y) != 0 { return order(x, y) }
      return sign(a.count, b.count)
    default: return -2
    }
  }

  var description: String {
    switch self {
    case .none: "none"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .float(let value): "\(value)f"
    case .decimal(let value): "\(textOf(decimal: value))m"
    case .string(let value): value.debugDescription
    case .date(let value): textOf(date: value)
    case .timestamp(let value): textOf(timestamp: value)
    case .duration(let value): textOf(duration: value)
    case .uuid(let value): "\(value)u"
    case .enumCase(let value): ".\(value)"
    case .list(let values): "\(values)"
    case .record(let values): "{\(values)}"
    }
  }
}

extension Single {
  /// The value of a row.
  init(_ column: Column, _ row: Int, _ type: Type) {
    guard column.isPresent(row) else {
      self = .none
      return
    }
    switch type.plain {
    case .bool: self = .bool(column.bits[row])
    case .int: self = .int(column.int64s[row])
    case .float: self = .float(column.floats[row])
    case .decimal: self = .decimal(column.int128s[row])
    case .string, .bytes, .json: self = .string(column.texts[row].string)
    case .date: self = .date(column.int32s[row])
    case .timestamp: self = .timestamp(column.int64s[row])
    case .duration: self = .duration(column.int64s[row])
    case .uuid: self = .uuid(UInt128(truncatingIfNeeded: column.int128s[row]))
    case .enumeration: self = .enumCase(Int(column.int32s[row]))
    case .list(let element):
      let (offsets, values) = column.lists
      self = .list((Int(offsets[row])..<Int(offsets[row + 1])).map { Single(values, $0, element) })
    case .map(let value):
      let (offsets, values) = column.lists
      let entry = Type.row(RowType(names: ["key", "value"], types: [.string, value]))
      self = .list((Int(offsets[row])..<Int(offsets[row + 1])).map { Single(values, $0, entry) })
    case .row(let row_):
      self = .record(zip(column.fields, row_.types).map { Single($0, row, $1) })
    case .record(let record):
      self = .record(zip(column.fields, record.fields).map { Single($0, row, $1.type) })
    case .vector:
      let width = column.vectorWidth
      self = .list((row * width..<(row + 1) * width).map { .float(Double(column.vectors[$0])) })
    default: self = .none
    }
  }
}

/// A column of values; absent ones get what a careless builder would leave there.
func column(_ values: [Single], _ type: Type) -> Column {
  let count = values.count
  let isAbsent = values.map { if case .none = $0 { true } else { false } }
  let validity = isAbsent.contains(true) ? Bitmap(count: count) { !isAbsent[$0] } : nil
  func make(_ storage: Storage) -> Column { Column(count: count, validity: validity, storage: storage) }
  switch type.plain {
  case .bool:
    return make(.bits(Bitmap(count: count) { if case .bool(let b) = values[$0] { b } else { $0 % 2 == 0 } }))
  case .int, .timestamp, .duration:
    return make(
      .int64(
        Buffer(
          values.map { value -> Int64 in
            switch value {
            case .int(let number), .timestamp(let number), .duration(let number): number
            default: .max
            }
          })))
  case .float: return make(.float64(Buffer(values.map { if case .float(let x) = $0 { x } else { .nan } })))
  case .decimal: return make(.int128(Buffer(values.map { if case .decimal(let x) = $0 { x } else { -1 } })))
  case .uuid:
    return make(
      .int128(Buffer(values.map { if case .uuid(let x) = $0 { Int128(truncatingIfNeeded: x) } else { 0 } })))
  case .string, .bytes, .json:
    let arena = TextArena()
    return make(
      .text(
        Buffer(values.map { if case .string(let x) = $0 { arena.add(x) } else { TextView() } }),
        owners: [arena]))
  case .date: return make(.int32(Buffer(values.map { if case .date(let x) = $0 { x } else { 9 } })))
  case .enumeration:
    return make(.int32(Buffer(values.map { if case .enumCase(let x) = $0 { Int32(x) } else { 0 } })))
  case .list(let element):
    return make(lists(values, element))
  case .map(let value):
    return make(lists(values, .row(RowType(names: ["key", "value"], types: [.string, value]))))
  case .row(let row): return make(structure(values, row.types))
  case .record(let record): return make(structure(values, record.fields.map(\.type)))
  default: preconditionFailure("no columns of \(type) in tests")
  }
}

private func lists(_ values: [Single], _ element: Type) -> Storage {
  var offsets: [Int32] = [0]
  var children: [Single] = []
  for value in values {
    if case .list(let items) = value { children += items }
    offsets.append(Int32(children.count))
  }
  return .list(offsets: Buffer(offsets), values: column(children, element))
}

private func structure(_ values: [Single], _ types: [Type]) -> Storage {
  .structure(
    types.indices.map { index in
      column(
        values.map { if case .record(let fields) = $0 { fields[index] } else { filler(types[index]) } },
        types[index])
    })
}

/// Some value of a type that is not optional.
func filler(_ type: Type) -> Single {
  switch type {
  case .optional: .none
  case .bool: .bool(true)
  case .int: .int(.max)
  case .float: .float(.nan)
  case .decimal: .decimal(0)
  case .string, .bytes: .string("")
  case .json: .string("null")
  case .date: .date(0)
  case .timestamp: .timestamp(.max)
  case .duration: .duration(.min)
  case .uuid: .uuid(0)
  case .enumeration: .enumCase(0)
  case .list, .map: .list([])
  case .row(let row): .record(row.types.map { filler($0) })
  case .record(let record): .record(record.fields.map { filler($0.type) })
  case .distinct(let type): filler(type.raw)
  default: .none
  }
}
