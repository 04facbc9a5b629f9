import Columns
import Formats
import RegularExpressions
import Testing

@Suite struct CSVReaderTests {
  private let people = [
    FieldSchema("name", .string), FieldSchema("age", .int, isOptional: true),
    FieldSchema("note", .string, isOptional: true),
  ]

  @Test func `columns are found by name, in any order, and others are not read`() throws {
    let rows = try readCSV("x,note,age,name\n1,hi,5,Ann\n2,,,Bob\n", people)
    #expect(rows == [[.text("Ann"), .int(5), .text("hi")], [.text("Bob"), .none, .none]])
  }

  @Test func `quotes keep separators, line ends and doubled quotes`() throws {
    let text =
      "name,age,note\r\n\"A, B\",\"7\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",,\"\"\r\n\"\"\"\",1,\"a \"\"\"\"\"\n"
    #expect(
      try readCSV(text, people) == [
        [.text("A, B"), .int(7), .text("say \"hi\"")], [.text("two\nlines"), .none, .text("")],
        [.text("\""), .int(1), .text("a \"\"")],
      ])
  }

  @Test(arguments: [
    "a,b\n1,2\n3,4\n", "a,b\n1,2\n3,4", "a,b\r\n1,2\r\n3,4\r\n", "a,b\r\n1,2\r\n3,4",
    "\u{FEFF}a,b\n1,2\n3,4\n",
    "\"a\",\"b\"\n\"1\",\"2\"\n\"3\",\"4\"", "a,b\n\n1,2\n\r\n\n3,4\n\n", "b,a\n2,1\n4,3\n",
    "a,b\n+1,02\n3,4",
  ])
  func `line ends, blank lines, a byte order mark and quotes make no difference`(_ text: String) throws {
    let fields = [FieldSchema("a", .int), FieldSchema("b", .int)]
    #expect(try readCSV(text, fields) == [[.int(1), .int(2)], [.int(3), .int(4)]])
  }

  @Test func `a header alone has no rows, an empty file without a header neither`() throws {
    #expect(try readCSV("name,age,note", people) == [])
    #expect(try readCSV("name,age,note\n", people) == [])
    #expect(try readCSV("", people, dialect: CSVDialect(hasHeader: false)) == [])
  }

  @Test func `without a header columns come in order, and the last optional ones may be missing`() throws {
    let dialect = CSVDialect(hasHeader: false)
    #expect(try readCSV("Ann,5,x\n", people, dialect: dialect) == [[.text("Ann"), .int(5), .text("x")]])
    #expect(try readCSV("Ann,5,x,more\n", people, dialect: dialect) == [[.text("Ann"), .int(5), .text("x")]])
    #expect(try readCSV("Ann\n", people, dialect: dialect) == [[.text("Ann"), .none, .none]])
  }

  @Test func `a missing column is absent or its default`() throws {
    let five = Column(count: 1, storage: .int64(Buffer([5])))
    let fields = [
      FieldSchema("a", .int), FieldSchema("b", .int, defaultValue: five),
      FieldSchema("c", .date, isOptional: true),
    ]
    #expect(try readCSV("a\n1\n2\n", fields) == [[.int(1), .int(5), .none], [.int(2), .int(5), .none]])
  }

  @Test func `the null marker counts unquoted and in optional fields only`() throws {
    let fields = [
      FieldSchema("a", .string), FieldSchema("b", .string, isOptional: true),
      FieldSchema("c", .int, isOptional: true),
    ]
    let rows = try readCSV("a,b,c\nNA,NA,NA\nx,\"NA\",1\n,,2\n", fields, dialect: CSVDialect(null: "NA"))
    #expect(
      rows == [
        [.text("NA"), .none, .none], [.text("x"), .text("NA"), .int(1)], [.text(""), .text(""), .int(2)],
      ])
    // A marker that is a number is still no number.
    #expect(
      try readCSV("c\n-999\n\"-999\"\n-99\n", [fields[2]], dialect: CSVDialect(null: "-999"))
        == [[.none], [.int(-999)], [.int(-99)]])
    let long = "not available at all"
    #expect(
      try readCSV("b\n\(long)\n\"\(long)\"\n", [fields[1]], dialect: CSVDialect(null: long))
        == [[.none], [.text(long)]])
  }

  @Test func `other separators and quotes`() throws {
    let dialect = CSVDialect(separator: UInt8(ascii: ";"), quote: UInt8(ascii: "'"))
    #expect(
      try readCSV("name;age;note\n'it''s; me';5;\"\n", people, dialect: dialect)
        == [[.text("it's; me"), .int(5), .text("\"")]])
  }

  @Test func `columns that nobody reads are validated, but not kept`() throws {
    let fields = [
      FieldSchema("a", .int), FieldSchema("b", .string), FieldSchema("c", .float, isOptional: true),
    ]
    let rows = try readCSV("a,b,c\n1,x,\n2,y,1.5\n", fields, needed: [false, true, false])
    #expect(rows == [[.list([]), .text("x"), .list([])], [.list([]), .text("y"), .list([])]])
    #expect(
      fault { _ = try readCSV("a,b,c\n1,x,\n2,y,z\n", fields, needed: [true, true, false]) }
        == "in.csv:3: `c`: expected a `Float`, found \"z\"")
  }

  @Test func `long runs of rows need no more than a block`() throws {
    let fields = [FieldSchema("n", .int), FieldSchema("s", .string, isOptional: true)]
    let text = "n,s\n" + (0..<5000).map { "\($0),\($0 % 7 == 0 ? "" : "text number \($0)")\n" }.joined()
    let rows = try readCSV(text, fields)
    #expect(rows.count == 5000)
    for (index, row) in rows.enumerated() {
      #expect(row == [.int(Int64(index)), index % 7 == 0 ? .none : .text("text number \(index)")])
    }
  }

  @Test func `every type is read from its text`() throws {
    let fields = scalarFields.filter { !$0.isOptional }
    let header = fields.map(\.name).joined(separator: ",")
    let row =
      "true,-42,1e3,12.50,text,AQID,2013-01-01,2013-01-01 06:00:00.5+01:00,1h30m,"
      + "123E4567-e89b-12d3-a456-426614174000,\"{\"\"a\"\": [1]}\",open"
    #expect(
      try readCSV("\(header)\n\(row)\n", fields) == [
        [
          .bool(true), .int(-42), .float(1000), .wide(12_500_000_000_000_000_000), .text("text"),
          .text("\u{1}\u{2}\u{3}"), .int(15706), .int(1_357_016_400_500_000), .int(5_400_000_000),
          .wide(0x123E4567_E89B_12D3_A456_426614174000), .text("{\"a\": [1]}"), .int(1),
        ]
      ])
  }

  @Test func `constraints hold for present values`() throws {
    let fields = [
      FieldSchema("n", .int, isOptional: true, constraints: [.intRange(1, 9)]),
      FieldSchema("s", .string, isOptional: true, constraints: [.pattern(try RegularExpression("[a-z]+"))]),
      FieldSchema("t", .string, constraints: [.oneOfTexts(["EWR", "a long name of an airport"])]),
      FieldSchema("f", .float, constraints: [.floatRange(0, 1)]),
      FieldSchema("d", .decimal, constraints: [.decimalRange(0, ScalarText.decimalScale)]),
    ]
    let rows = try readCSV("n,s,t,f,d\n,,EWR,0.5,1\n9,abc,a long name of an airport,1,0.5\n", fields)
    #expect(rows.count == 2)
  }
}
