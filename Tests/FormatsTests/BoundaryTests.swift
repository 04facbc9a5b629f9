import Columns
import Formats
import Testing

/// Where a text is cut into blocks changes nothing: neither rows nor faults.
@Suite struct BoundaryTests {
  private let fields = [
    FieldSchema("a", .string), FieldSchema("b", .int, isOptional: true),
    FieldSchema("c", .string, isOptional: true),
  ]

  private func outcome(_ body: () throws -> [[Cell]]) -> String {
    do { return try body().description } catch { return "\(error)" }
  }

  static let texts = [
    "a,b,c\n1,2,3\n\"x\ny\",5,\"\"\"\"\n,,\n\nlast,7,\"a,b\"",
    "a,b,c\r\n1,2,3\r\n\r\n\"x\r\ny\",5,\"\"\"\"\r\n,,\r\nlast,7,\"a,b\"\r\n",
    "a,b,c\n1,2,3\n\"x\ny\",oops,z\n", "a,b,c\n1,2,3\n\"x\ny\",4\n5,6,7\n", "a,b,c\n1,2,\"3\n4,5,6\n",
    "a,b,c\n1,2,x\"y\n4,5,\"6\"\n", "a,b,c\n1,2,3,4\n\"5\"6,7,8\n",
    "a,b,c\n"
      + (0..<300).map { "\"row \n\($0)\",\($0),\"\($0 % 3 == 0 ? "quoted \"\" text" : "")\"\n" }.joined(),
  ]

  @Test(arguments: texts) func `CSV blocks of any size`(_ text: String) {
    let whole = outcome { try readCSV(text, fields) }
    for size in [1, 2, 3, 5, 7, 11, 16, 31, 64, 100, 1000] {
      #expect(outcome { try readCSV(text, fields, blockSize: size) } == whole)
    }
  }

  @Test func `JSON Lines blocks of any size`() throws {
    let lines = (0..<200).map {
      "{\"a\":\"text \\n \($0)\",\"b\":\($0),\"c\":null}" + ($0 % 5 == 0 ? "\n\n" : "\n")
    }
    for text in [lines.joined(), lines.joined() + "{\"a\":\"x\",\"b\":\"y\"}\n" + lines.joined()] {
      let whole = outcome { try readJSON(text, fields) }
      for size in [1, 2, 3, 7, 64, 100, 1000] {
        #expect(outcome { try readJSON(text, fields, blockSize: size) } == whole)
      }
    }
  }

  @Test func `input that trickles in is the same input`() throws {
    let text = Array(Self.texts[0].utf8)
    for step in 1...9 {
      let reader = try CSVReader(
        input: MemoryInput(text, step: step), name: "in.csv", schema: TableSchema(columns: fields),
        blockSize: 8)
      var rows: [[Cell]] = []
      while let morsel = try reader.next() { rows += try morsel.decode().cells }
      #expect(rows == (try readCSV(text, fields)))
    }
  }

  /// Damaged texts give rows or a fault, never anything else.
  @Test(arguments: 0..<8) func `truncated and mutated texts are read or refused`(_ seed: Int) throws {
    var random = Seeded(UInt64(seed))
    var columns = RandomColumns(UInt64(seed))
    let batch = columns.batch(scalarFields, count: 6)
    let schema = TableSchema(columns: scalarFields)
    let writer = CSVWriter(schema: schema)
    let csv = writer.header() + (try writer.encode(batch))
    let json = try JSONLinesWriter(schema: schema).encode(batch)
    let marks = Array("\",\n\r\\{}[]:0-e.".utf8) + [0, 0x80, 0xFF, 0xED, 0x20]
    for round in 0..<400 {
      var texts = [csv, json]
      let size = [1, 64, 1 << 18][round % 3]
      for index in texts.indices {
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          let place = Int.random(in: 0..<texts[index].count, using: &random)
          switch Int.random(in: 0..<4, using: &random) {
          case 0: texts[index].removeSubrange(place...)
          case 1: texts[index].remove(at: place)
          case 2: texts[index].insert(marks.randomElement(using: &random) ?? 0, at: place)
          default: texts[index][place] = marks.randomElement(using: &random) ?? 0
          }
          if texts[index].isEmpty { texts[index] = [0x22] }
        }
      }
      do { _ = try readCSV(texts[0], scalarFields, blockSize: size) } catch is RowFault {}
      do { _ = try readJSON(texts[1], scalarFields, blockSize: size) } catch is RowFault {}
    }
  }
}
