import Columns

/// The same numbers for the same seed, on every machine.
struct Random: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) {
    state = seed
    // Neighbouring seeds must not give one sequence, shifted.
    state = next() ^ seed << 32
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
}

/// A value of a column, boxed: slow and obvious.
indirect enum Cell: Hashable {
  case absent
  case bool(Bool)
  case int(Int128)
  case float(UInt64)
  case text([UInt8])
  case list([Cell])
  case structure([Cell])
}

let everyType: [ColumnType] = [
  .bool, .int, .float, .decimal, .string, .bytes, .date, .timestamp, .duration, .uuid, .json,
  .enumeration(["a", "b", "c"]), .list(.int), .list(.string), .map(.float), .vector(3),
  .structure([ColumnField("x", .int, isOptional: true), ColumnField("y", .list(.string))]),
]

func randomColumn(_ type: ColumnType, _ count: Int, isOptional: Bool, _ random: inout Random) -> Column {
  var validity: Bitmap?
  if isOptional {
    let present = (0..<count).map { _ in random.below(4) > 0 }
    validity = Bitmap(count: count) { present[$0] }
  }
  func column(_ storage: Storage) -> Column { Column(count: count, validity: validity, storage: storage) }
  switch type {
  case .bool:
    let values = (0..<count).map { _ in random.below(2) == 0 }
    return column(.bits(Bitmap(count: count) { values[$0] }))
  case .int, .timestamp, .duration:
    let edges: [Int64] = [.min, .max, 0, 1, -1, 7]
    return column(
      .int64(
        Buffer((0..<count).map { _ in random.below(2) == 0 ? random.pick(edges) : Int64(random.below(9)) })))
  case .float:
    let edges = [0.0, -0.0, .nan, -.nan, .infinity, -.infinity, 1.5, -2.25, .leastNonzeroMagnitude]
    return column(.float64(Buffer((0..<count).map { _ in random.pick(edges) })))
  case .decimal, .uuid:
    let edges: [Int128] = [0, 1, -1, 1 << 126, -(1 << 126), 1 << 64, -(1 << 64)]
    return column(.int128(Buffer((0..<count).map { _ in random.pick(edges) })))
  case .string, .bytes, .json:
    let texts = [
      "", "a", "ab", "ab\0", "abcdefghijkl", "abcdefghijklm", "abcdefghijklmn, and longer still", "ö",
    ]
    let arena = TextArena()
    return column(.text(Buffer((0..<count).map { _ in arena.add(random.pick(texts)) }), owners: [arena]))
  case .date: return column(.int32(Buffer((0..<count).map { _ in Int32(random.below(5)) - 2 })))
  case .enumeration(let names):
    return column(.int32(Buffer((0..<count).map { _ in Int32(random.below(names.count)) })))
  case .list(let element): return column(randomLists(element, count, &random))
  case .map(let value):
    // Keys in order and one of each, as maps have them.
    let sizes = (0..<count).map { _ in random.below(3) }
    let arena = TextArena()
    let keys = sizes.flatMap { (0..<$0).map { arena.add("k\($0)") } }
    let entries = [
      Column(count: keys.count, storage: .text(Buffer(keys), owners: [arena])),
      randomColumn(value, keys.count, isOptional: false, &random),
    ]
    return column(
      .list(offsets: offsets(sizes), values: Column(count: keys.count, storage: .structure(entries))))
  case .vector(let width):
    return column(.vector(Buffer((0..<count * width).map { _ in Float(random.below(3)) - 1 })))
  case .structure(let fields):
    return column(
      .structure(fields.map { randomColumn($0.type, count, isOptional: $0.isOptional, &random) }))
  }
}

private func randomLists(_ element: ColumnType, _ count: Int, _ random: inout Random) -> Storage {
  let sizes = (0..<count).map { _ in random.below(4) }
  return .list(
    offsets: offsets(sizes),
    values: randomColumn(element, sizes.reduce(0, +), isOptional: false, &random))
}

private func offsets(_ sizes: [Int]) -> Buffer<Int32> {
  var ends: [Int32] = [0]
  for size in sizes { ends.append((ends.last ?? 0) + Int32(size)) }
  return Buffer(ends)
}

/// A row as a boxed value, floats by the bits that equality sees.
func cell(_ column: Column, _ row: Int) -> Cell {
  guard column.isPresent(row) else { return .absent }
  switch column.storage {
  case .bits(let bits): return .bool(bits[row])
  case .int32(let values): return .int(Int128(values[row]))
  case .int64(let values): return .int(Int128(values[row]))
  case .int128(let values): return .int(values[row])
  case .float64(let values): return .float(visibleBits(values[row]))
  case .text(let views, _): return .text(views[row].withBytes { Array($0) })
  case .vector(let values):
    let width = column.vectorWidth
    return .list((row * width..<(row + 1) * width).map { .float(visibleBits(Double(values[$0]))) })
  case .list(let offsets, let values):
    return .list((Int(offsets[row])..<Int(offsets[row + 1])).map { cell(values, $0) })
  case .structure(let columns): return .structure(columns.map { cell($0, row) })
  }
}

private func visibleBits(_ value: Double) -> UInt64 {
  value == 0 ? 0 : value.isNaN ? Double.nan.bitPattern : value.bitPattern
}

func cells(_ column: Column) -> [Cell] { (0..<column.count).map { cell(column, $0) } }
