import Columns
import Formats

/// Makes columns of random values: every type, its limits, texts that need quotes and escapes.
struct RandomColumns {
  var random: Seeded

  init(_ seed: UInt64) { random = Seeded(seed) }

  static let texts = [
    "", "a", "NA", "null", "hello world", "a,b", "say \"hi\"", "two\nlines", "cr\rlf\r\n", "tab\t",
    "ünïcödé 🦀", "\"",
    "\"\"", ",", " spaced ", "\\", "{\"a\": 1}", "exactly12byt", "thirteen byte", "\u{1}\u{7f}", "日本語",
    String(repeating: "long \"text\", ", count: 30),
  ]

  mutating func int() -> Int64 {
    let value = Int64(truncatingIfNeeded: random.next())
    return [value, value >> 50, .min, .max, 0, -1].randomElement(using: &random) ?? 0
  }

  mutating func float() -> Double {
    let value = Double(bitPattern: random.next())
    let near = Double(Int64.random(in: -100_000...100_000, using: &random)) / 100
    return [value.isNaN ? 1.5 : value, near, 0, -0.0, Double.leastNonzeroMagnitude, .greatestFiniteMagnitude]
      .filter(\.isFinite).randomElement(using: &random) ?? 0
  }

  mutating func decimal() -> Int128 {
    let wide = Int128(Int64(truncatingIfNeeded: random.next())) << 62 | Int128(random.next() >> 2)
    let near = Int128(Int64.random(in: -100_000...100_000, using: &random)) * 10_000_000_000_000_000
    return [
      wide % ScalarText.decimalLimit, near, 0, ScalarText.decimalLimit - 1, 1 - ScalarText.decimalLimit,
    ]
    .randomElement(using: &random) ?? 0
  }

  mutating func column(_ field: FieldSchema, count: Int) -> Column {
    let present = field.isOptional ? Bitmap(count: count) { _ in Bool.random(using: &random) } : nil
    return Column(count: count, validity: present, storage: storage(field, count: count))
  }

  private mutating func storage(_ field: FieldSchema, count: Int) -> Storage {
    switch field.type {
    case .bool: return .bits(Bitmap(count: count) { _ in Bool.random(using: &random) })
    case .int, .duration: return .int64(Buffer((0..<count).map { _ in int() }))
    case .timestamp:
      return .int64(
        Buffer((0..<count).map { _ in int() / [1, 1000, 1_000_000].randomElement(using: &random)! }))
    case .float: return .float64(Buffer((0..<count).map { _ in float() }))
    case .decimal: return .int128(Buffer((0..<count).map { _ in decimal() }))
    case .uuid:
      return .int128(Buffer((0..<count).map { _ in Int128(random.next()) << 64 | Int128(random.next()) }))
    case .string: return texts(count) { Self.texts.randomElement(using: &$0) ?? "" }
    case .bytes:
      return texts(count) { String(decoding: [UInt8.random(in: 0...127, using: &$0)], as: UTF8.self) }
    case .json:
      return texts(count) {
        ["null", "1", "[1, 2.5e3]", "{\"a\":{\"b\":[]}}", "\"x\\n\\\"y\"", "true"].randomElement(using: &$0)
          ?? ""
      }
    case .date:
      return .int32(Buffer((0..<count).map { _ in Int32.random(in: -800_000...3_000_000, using: &random) }))
    case .enumeration(let cases):
      return .int32(Buffer((0..<count).map { _ in Int32.random(in: 0..<Int32(cases.count), using: &random) }))
    case .list, .map: return lists(field, count: count)
    case .vector(let width):
      return .vector(Buffer((0..<(count * width)).map { _ in Float.random(in: -1...1, using: &random) }))
    case .structure: return .structure(field.children.map { column($0, count: count) })
    }
  }

  private mutating func texts(_ count: Int, _ make: (inout Seeded) -> String) -> Storage {
    let arena = TextArena()
    return .text(Buffer((0..<count).map { _ in arena.add(make(&random)) }), owners: [arena])
  }

  private mutating func lists(_ field: FieldSchema, count: Int) -> Storage {
    let sizes = (0..<count).map { _ in Int32.random(in: 0...4, using: &random) }
    let offsets = Buffer(sizes.reduce(into: [Int32(0)]) { $0.append($0[$0.count - 1] + $1) })
    let total = Int(offsets[count])
    guard case .map = field.type else {
      return .list(offsets: offsets, values: column(field.children[0], count: total))
    }
    let arena = TextArena()
    let keys = Buffer((0..<total).map { arena.add("key \"\($0)\"") })
    let parts = [
      Column(count: total, storage: .text(keys, owners: [arena])), column(field.children[0], count: total),
    ]
    return .list(offsets: offsets, values: Column(count: total, storage: .structure(parts)))
  }

  mutating func batch(_ fields: [FieldSchema], count: Int) -> Batch {
    Batch(count: count, columns: fields.map { column($0, count: count) })
  }
}

/// One field of each scalar type, and each optional.
let scalarFields: [FieldSchema] = [
  ("bool", ColumnType.bool), ("int", .int), ("float", .float), ("decimal", .decimal), ("string", .string),
  ("bytes", .bytes), ("date", .date), ("timestamp", .timestamp), ("duration", .duration), ("uuid", .uuid),
  ("json", .json), ("status", .enumeration(["paid", "open", "refunded"])),
].flatMap { name, type in [FieldSchema(name, type), FieldSchema("\(name)?", type, isOptional: true)] }
