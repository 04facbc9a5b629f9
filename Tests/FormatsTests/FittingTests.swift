import Columns
import Formats
import Testing

private let schema = TableSchema(columns: [
  FieldSchema("id", .int), FieldSchema("share", .float, constraints: [.floatRange(0, 1)]),
  FieldSchema("note", .string, isOptional: true),
])

/// What came of a text: the ids that fit, their places, and what did not fit.
private struct Read: Equatable {
  var ids: [Int64] = []
  var places: [String] = []
  var refused: [String] = []
  var texts: [String] = []

  mutating func add(_ rows: DecodedRows, _ position: (Int) -> String) {
    if case .int64(let ids) = rows.batch.columns[0].storage { self.ids += ids.values }
    let numbers = rows.fitting.map { $0.values.map { Int($0) } } ?? Array(0..<rows.batch.count)
    places += numbers.map(position)
    refused += rows.refused.map { "\($0.fault.position): \($0.fault.message)" }
    texts += rows.refused.map(\.text)
    for row in rows.refused {
      #expect(position(row.row) == row.fault.position || row.fault.message.contains("quote"))
    }
  }

  static func csv(
    _ text: String, _ schema: TableSchema = schema, blockSize: Int = 1 << 18, arrival: TextArrival = .whole
  ) throws -> Read {
    let reader = try CSVReader(
      input: MemoryInput(Array(text.utf8)), name: "t", schema: schema, arrival: arrival, blockSize: blockSize)
    var read = Read()
    while let morsel = try reader.next() { read.add(try morsel.decodeFitting(), morsel.position) }
    return read
  }

  static func json(_ text: String, blockSize: Int = 1 << 18) throws -> Read {
    let reader = JSONLinesReader(
      input: MemoryInput(Array(text.utf8)), name: "t", schema: schema, blockSize: blockSize)
    var read = Read()
    while let morsel = try reader.next() { read.add(try morsel.decodeFitting(), morsel.position) }
    return read
  }
}

@Suite struct Fitting {
  @Test(arguments: [1, 20, 64, 1 << 18])
  func `rows of csv that do not fit are left out and told`(blockSize: Int) throws {
    let text = """
      id,share,note
      1,0.5,a
      x,0.5,b

      3,7,"over
      two lines"
      4,1
      5,0.1,e"f
      6,0.1,"g"h
      7,0.2,"i
      j"
      8,1,k,l
      9,1,m

      """
    let read = try Read.csv(text, blockSize: blockSize)
    #expect(read.ids == [1, 7, 9])
    #expect(read.places == ["t:2", "t:10", "t:13"])
    #expect(
      read.refused == [
        "t:3: expected an `Int`, found \"x\"", "t:5: expected a value from 0.0 to 1.0, found \"7\"",
        "t:7: expected 3 fields, found 2",
        "t:8: a `\"` inside of a field that does not begin with one",
        "t:9: expected the end of the field after the quote, found \"h\"",
        "t:12: expected 3 fields, found more",
      ])
    #expect(read.texts[1] == "3,7,\"over\ntwo lines\"")
    #expect(read.texts[3] == "5,0.1,e\"f")
  }

  @Test(arguments: [10, 1 << 18])
  func `a quote that is never closed takes the rest`(blockSize: Int) throws {
    let read = try Read.csv("id,share,note\n1,0,a\n2,0,\"b\n3,0,c", blockSize: blockSize)
    #expect(read.ids == [1])
    #expect(read.refused == ["t:3: a quoted field opens here and is never closed"])
    #expect(read.texts == ["2,0,\"b\n3,0,c"])
  }

  @Test func `a blank line of a single column is a row`() throws {
    let single = TableSchema(columns: [FieldSchema("id", .int)])
    let read = try Read.csv("id\n1\n\nx\n2\n", single)
    #expect(read.ids == [1, 2])
    #expect(read.places == ["t:2", "t:5"])
    #expect(read.refused.count == 2)
  }

  @Test(arguments: [1, 30, 1 << 18])
  func `lines of json that do not fit are left out and told`(blockSize: Int) throws {
    let text = """
      {"id":1,"share":0.5,"note":"a text that is rather long"}
      {"id":"x","share":0.5}

      {"id":3,"share":7,"note":"b"}
      {"id":4
      nonsense
      {"id":7,"share":1} {"id":8}
      {"id":9,"share":1}
      """
    let read = try Read.json(text, blockSize: blockSize)
    #expect(read.ids == [1, 9])
    #expect(read.places == ["t:1", "t:8"])
    #expect(read.refused.map { $0.prefix(3) } == ["t:2", "t:4", "t:5", "t:6", "t:7"])
    #expect(read.texts[2] == "{\"id\":4")
  }

  @Test(arguments: 1...40)
  func `whatever is wrong in a row, all others come`(seed: UInt64) throws {
    var dice = Seeded(seed)
    var rows: [String] = []
    var good: [Int64] = []
    let density = Int.random(in: 1...100, using: &dice)
    for id in 0..<Int64.random(in: 1...2000, using: &dice) {
      let wrong = Int.random(in: 1...100, using: &dice) <= density
      if !wrong { good.append(id) }
      rows.append(wrong ? Self.wrong(id, &dice) : Self.right(id, &dice))
    }
    let text = "id,share,note\n" + rows.joined(separator: "\n") + (seed % 2 == 0 ? "\n" : "")
    let whole = try Read.csv(text)
    #expect(whole.ids == good)
    #expect(whole.refused.count == rows.count - good.count)
    #expect(try Read.csv(text, blockSize: Int.random(in: 1...9000, using: &dice)) == whole)
    if seed % 2 == 0 { #expect(try Read.csv(text, blockSize: 500, arrival: .growing) == whole) }
  }

  private static func right(_ id: Int64, _ dice: inout Seeded) -> String {
    ["\(id),0.5,a", "\(id),1,\"b, c\"", "\(id),0,", "\(id),0,\"d \"\"e\"\"\""].randomElement(using: &dice)
      ?? ""
  }

  private static func wrong(_ id: Int64, _ dice: inout Seeded) -> String {
    [
      "x\(id),0.5,a", "\(id),2,a", "\(id),", "\(id),0.5,a,b", "\(id),0.5,a\"b\"", "\(id),0,\"a\"b",
      "\(id),0,5\" pipe",
    ].randomElement(using: &dice) ?? ""
  }
}
