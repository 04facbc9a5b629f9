import Columns
import Formats
import Testing

/// What is written reads back as the same values.
@Suite struct RoundTripTests {
  /// An absent JSON and the JSON `null` are the same where the field is optional.
  private func settled(_ batch: Batch, _ fields: [FieldSchema]) -> [[Cell]] {
    batch.cells.map { row in
      zip(row, fields).map { cell, field in
        field.type == .json && field.isOptional && cell == .text("null") ? .none : cell
      }
    }
  }

  @Test(arguments: 1...20) func `random rows survive CSV`(_ seed: Int) throws {
    var random = RandomColumns(UInt64(seed))
    let batch = random.batch(scalarFields, count: 37 * seed % 200)
    let dialects = [
      CSVDialect(), CSVDialect(separator: UInt8(ascii: ";"), null: "NA"),
      CSVDialect(separator: UInt8(ascii: "\t"), hasHeader: false, null: "\\N", quote: UInt8(ascii: "'")),
      CSVDialect(separator: UInt8(ascii: "-"), null: "0"),
      CSVDialect(separator: UInt8(ascii: "."), null: "true"),
    ]
    for dialect in dialects {
      let writer = CSVWriter(schema: TableSchema(columns: scalarFields), dialect: dialect)
      let text = (dialect.hasHeader ? writer.header() : []) + (try writer.encode(batch))
      let rows = try readCSV(text, scalarFields, dialect: dialect, blockSize: 1000)
      expectSame(rows, batch.cells, scalarFields, "\(dialect)")
    }
  }

  @Test(arguments: 1...20) func `random rows survive JSON Lines`(_ seed: Int) throws {
    var random = RandomColumns(UInt64(seed))
    let inner = [FieldSchema("id", .int), FieldSchema("tag \"x\"", .string, isOptional: true)]
    let record = FieldSchema("record", .structure([]), children: inner)
    let fields =
      scalarFields + [
        record, FieldSchema("record?", .structure([]), isOptional: true, children: inner),
        FieldSchema("list", .list(.int)),
        FieldSchema(
          "nested?", .list(.list(.string)), isOptional: true,
          children: [
            FieldSchema("", .list(.string), children: [FieldSchema("", .string, isOptional: true)])
          ]),
        FieldSchema("map", .map(.float)),
        FieldSchema("records", .list(.structure([])), children: [record]), FieldSchema("vector", .vector(3)),
      ]
    let batch = random.batch(fields, count: 31 * seed % 150)
    let text = try JSONLinesWriter(schema: TableSchema(columns: fields)).encode(batch)
    let rows = try readJSON(text, fields, blockSize: 1000)
    expectSame(rows, settled(batch, fields), fields, "")
  }

  private func expectSame(_ rows: [[Cell]], _ expected: [[Cell]], _ fields: [FieldSchema], _ note: String) {
    #expect(rows.count == expected.count)
    for (line, (row, wanted)) in zip(rows, expected).enumerated() {
      for (field, (cell, value)) in zip(fields, zip(row, wanted)) where cell != value {
        Issue.record("row \(line), \(field.name): \(cell) is not \(value) \(note)")
        return
      }
    }
  }

  @Test func `a column alone keeps absent apart from empty`() throws {
    let field = FieldSchema("s", .string, isOptional: true)
    let text = "s\n\"\"\n\n\"\"\n"
    let rows = try readCSV(text, [field])
    #expect(rows == [[.text("")], [.none], [.text("")]])
    let column = Column(
      count: 2, validity: Bitmap(count: 2) { $0 == 0 },
      storage: .text(Buffer(repeating: TextView(), count: 2), owners: []))
    let writer = CSVWriter(schema: TableSchema(columns: [field]))
    #expect(
      String(decoding: try writer.encode(Batch(count: 2, columns: [column])), as: UTF8.self) == "\"\"\n\n")
  }

  @Test func `formats of dates and times survive`() throws {
    let fields = [
      FieldSchema("day", .date, format: try TimeFormat("%d/%m/%Y")),
      FieldSchema("seconds", .timestamp, format: try TimeFormat("epoch_s")),
      FieldSchema("millis", .timestamp, isOptional: true, format: try TimeFormat("epoch_ms")),
      FieldSchema("text", .timestamp, format: try TimeFormat("%A, %d %B %Y \"%T.%f\"")),
    ]
    let batch = Batch(
      count: 2,
      columns: [
        Column(count: 2, storage: .int32(Buffer([15_706, -1]))),
        Column(count: 2, storage: .int64(Buffer([1_357_016_400_000_000, -1_500_000]))),
        Column(
          count: 2, validity: Bitmap(count: 2) { $0 == 0 },
          storage: .int64(Buffer([1_357_016_400_123_456, 0]))),
        Column(count: 2, storage: .int64(Buffer([1_357_016_400_123_456, -1]))),
      ])
    let schema = TableSchema(columns: fields)
    let csv = try CSVWriter(schema: schema).encode(batch)
    #expect(
      String(decoding: csv, as: UTF8.self) == #"""
        01/01/2013,1357016400,1357016400123.456,"Tuesday, 01 January 2013 ""05:00:00.123456"""
        31/12/1969,-1.5,,"Wednesday, 31 December 1969 ""23:59:59.999999"""

        """#)
    #expect(try readCSV(csv, fields, dialect: CSVDialect(hasHeader: false)) == batch.cells)
    let json = try JSONLinesWriter(schema: schema).encode(batch)
    #expect(
      String(decoding: json.prefix { $0 != 10 }, as: UTF8.self)
        == #"{"day":"01/01/2013","seconds":1357016400,"millis":1357016400123.456,"#
        + #""text":"Tuesday, 01 January 2013 \"05:00:00.123456\""}"#)
    #expect(try readJSON(json, fields) == batch.cells)
  }
}
