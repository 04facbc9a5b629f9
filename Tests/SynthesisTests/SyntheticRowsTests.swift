import Columns
import Formats
import RegularExpressions
import Testing

@testable import Synthesis

struct SyntheticRowsTests {
  private func jsonLines(
    _ schema: TableSchema, keys: Set<Int> = [], _ rows: Range<Int>, seed: Int64 = 1
  ) throws -> String {
    let made = try SyntheticRows(schema, keys: keys, count: rows.upperBound, seed: seed)
    return String(decoding: try JSONLinesWriter(schema: schema).encode(made.batch(rows)), as: UTF8.self)
  }

  private func lines(_ text: String) -> [Substring] { text.split(separator: "\n") }

  @Test(arguments: 1...150 as ClosedRange<UInt64>)
  func `rows of any schema are read back as they are, without a fault`(seed: UInt64) throws {
    var random = RandomSchema(seed: seed)
    let schema = random.schema()
    let made = try SyntheticRows(schema, count: 300, seed: Int64(seed))
    let batch = made.batch(0..<300)
    let json = JSONLinesWriter(schema: schema)
    let text = try json.encode(batch)
    let reader = JSONLinesReader(input: MemoryInput(text), name: "a.jsonl", schema: schema)
    var again: [UInt8] = []
    while let morsel = try reader.next() { again += try json.encode(try morsel.decode()) }
    #expect(again == text)
    guard schema.columns.allSatisfy(\.type.isScalar) else { return }
    let csv = CSVWriter(schema: schema)
    let table = csv.header() + (try csv.encode(batch))
    let rows = try CSVReader(input: MemoryInput(table), name: "a.csv", schema: schema)
    var copy = csv.header()
    while let morsel = try rows.next() { copy += try csv.encode(try morsel.decode()) }
    #expect(copy == table)
  }

  @Test(arguments: 1...100 as ClosedRange<UInt64>)
  func `the keys of rows are different`(seed: UInt64) throws {
    var random = RandomSchema(seed: seed)
    let columns = (0..<2).map { random.scalar("k\($0)") }
    let keys: Set<Int> = seed.isMultiple(of: 2) ? [0] : [0, 1]
    let schema = TableSchema(columns: Array(columns[..<keys.count]))
    let count = 400
    do {
      let all = lines(try jsonLines(schema, keys: keys, 0..<count))
      #expect(Set(all).count == count)
    } catch let problem as SynthesisProblem {
      // A few values fulfil the constraints: so many rows can be had, and no more.
      let digits = problem.message.split(separator: " ").last.flatMap { Int($0) }
      let most = try #require(digits, "\(problem.message)")
      #expect(most < count)
      #expect(Set(lines(try jsonLines(schema, keys: keys, 0..<most))).count == most)
    }
  }

  @Test func `a row depends on nothing but its number`() throws {
    var random = RandomSchema(seed: 3)
    let schema = random.schema()
    let whole = lines(try jsonLines(schema, 0..<1000))
    #expect(lines(try jsonLines(schema, 400..<500)) == Array(whole[400..<500]))
    #expect(lines(try jsonLines(schema, 0..<10)) == Array(whole[..<10]))
    #expect(lines(try jsonLines(schema, 0..<10, seed: 2)) != Array(whole[..<10]))
  }

  @Test func `columns that nobody needs are placeholders`() throws {
    let schema = TableSchema(columns: [FieldSchema("a", .int), FieldSchema("b", .int)])
    let made = try SyntheticRows(schema, count: 5, seed: 1)
    let batch = made.batch(0..<5, needed: [false, true])
    #expect(batch.columns[0].count == 5)
    if case .structure(let fields) = batch.columns[0].storage {
      #expect(fields.isEmpty)
    } else {
      Issue.record()
    }
    let whole = made.batch(0..<5)
    for row in 0..<5 { #expect(batch.columns[1].int64s[row] == whole.columns[1].int64s[row]) }
  }

  @Test func `optional values are absent some of the time`() throws {
    let schema = TableSchema(columns: [FieldSchema("a", .int, isOptional: true)])
    let column = try SyntheticRows(schema, count: 1000, seed: 1).batch(0..<1000).columns[0]
    let absent = (0..<1000).count { !column.isPresent($0) }
    #expect((50..<250).contains(absent))
  }

  @Test func `constraints that leave nothing are told`() throws {
    let texts = [ValueConstraint.oneOfTexts(["a"]), .pattern(try RegularExpression("b"))]
    for field in [
      FieldSchema("f", .int, constraints: [.intRange(1, 5), .oneOfInts([6])]),
      FieldSchema("f", .int, constraints: [.intRange(1, 5), .intRange(6, 7)]),
      FieldSchema("f", .string, constraints: texts),
      FieldSchema("f", .float, constraints: [.floatRange(0, 1), .oneOfFloats([2])]),
      FieldSchema("f", .decimal, constraints: [.decimalRange(0, 1), .oneOfDecimals([2])]),
      FieldSchema("f", .enumeration(["a"]), constraints: [.oneOfInts([3])]),
    ] {
      let inner = FieldSchema("r", .structure([ColumnField("f", field.type)]), children: [field])
      do {
        _ = try SyntheticRows(TableSchema(columns: [inner]), count: 1, seed: 1)
        Issue.record("made \(field)")
      } catch {
        #expect(error.path == ["r", "f"])
        #expect(error.message.contains("`f`"))
      }
    }
  }

  /// Fixed for ever: a seed gives the same rows on every machine and in every version.
  @Test func `a seed gives what it always gave`() throws {
    let schema = TableSchema(columns: [
      FieldSchema("id", .int), FieldSchema("shop", .string), FieldSchema("email", .string),
      FieldSchema("code", .string, constraints: [.pattern(try RegularExpression("[A-Z]{2}-\\d+"))]),
      FieldSchema("amount", .decimal), FieldSchema("share", .float),
      FieldSchema("temp", .float, constraints: [.floatRange(-1.5, 2.5)]), FieldSchema("open", .bool),
      FieldSchema("day", .date), FieldSchema("at", .timestamp), FieldSchema("took", .duration),
      FieldSchema("ref", .uuid, isOptional: true), FieldSchema("kind", .enumeration(["low", "high"])),
      FieldSchema("tags", .list(.string)), FieldSchema("data", .json), FieldSchema("raw", .bytes),
      FieldSchema("counts", .map(.int)), FieldSchema("v", .vector(2)),
      FieldSchema(
        "place", .structure([ColumnField("city", .string), ColumnField("lat", .float)]),
        children: [FieldSchema("city", .string), FieldSchema("lat", .float)]),
    ])
    let got = try jsonLines(schema, keys: [0], 0..<3, seed: 7)
    #expect(got == Self.golden)
  }

  private static let golden = #"""
    {"id":1,"shop":"Station","email":"ivan.vogel@example.com","code":"CF-185384","amount":383.01,"share":0.13,"temp":1.28,"open":false,"day":"2025-01-03","at":"2025-01-01T00:00:39Z","took":"1h34m39s","ref":"a640f9e7-de01-4928-bc33-26d69aac9edc","kind":"high","tags":["ridge","oak","reef"],"data":{"ridge":39},"raw":"5FX07WUOeVlDu4M7aQ==","counts":{},"v":[0.9519591,0.12341213],"place":{"city":"Bergen","lat":-39.8523}}
    {"id":2,"shop":"Park","email":"ada.walker@example.net","code":"LE-7","amount":284.92,"share":0.162,"temp":0.79,"open":true,"day":"2025-01-01","at":"2025-01-01T00:01:43Z","took":"43m48s","ref":"a414e91c-4824-42ba-90f4-6af0bab3145b","kind":"low","tags":["falcon"],"data":{"fern":17},"raw":"qkvcbs5CjbbN","counts":{},"v":[-0.084721625,-0.48027378],"place":{"city":"Ulm","lat":-14.0978}}
    {"id":3,"shop":"Riverside","email":"nils.tanaka@example.com","code":"DO-06","amount":426.35,"share":0.37,"temp":-1.31,"open":true,"day":"2025-01-03","at":"2025-01-01T00:02:55Z","took":"1h58m8s","ref":"0b5b00c6-d07c-4e66-b6be-102c6d1c8397","kind":"low","tags":[],"data":{"blue":10},"raw":"WBSSTl/oQNggi2rozQ==","counts":{"amber":565,"apple":13,"arrow":532},"v":[-0.045193195,0.93774045],"place":{"city":"Graz","lat":-68.7347}}

    """#
}
