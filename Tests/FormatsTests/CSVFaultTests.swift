import Columns
import Formats
import RegularExpressions
import Testing

/// What the user reads when a text does not fit.
@Suite struct CSVFaultTests {
  static let order: [FieldSchema] = [
    FieldSchema("id", .int), FieldSchema("shop", .string),
    FieldSchema("status", .enumeration(["paid", "open"]), isOptional: true),
    FieldSchema("total", .decimal, isOptional: true), FieldSchema("at", .timestamp, isOptional: true),
  ]

  /// A text, and the fault it gives.
  static let shapes: [(text: String, fault: String)] = [
    (
      "",
      """
      in.csv: expected a header, found an empty file
        help: the first row names the columns; `header: false` reads a file without one
      """
    ),
    (
      "id,Shop,status\n",
      """
      in.csv:1: `shop`: the header has no such column; there are `id`, `Shop`, `status`
        help: did you mean `Shop`? `@name("Shop")` reads it
      """
    ),
    (
      "id,store\n",
      """
      in.csv:1: `shop`: the header has no such column; there are `id`, `store`
        help: make the field optional, give it a default, or name its column with `@name("...")`
      """
    ),
    ("id,shop,id\n", "in.csv:1: `id`: the header names the column 2 times"),
    (
      "id,shop\n1,a\n2\n",
      "in.csv:3: expected 2 fields, found 1\n  help: every row has as many fields as the header"
    ),
    (
      "id,shop\n1,a\n2,b,c\n",
      "in.csv:3: expected 2 fields, found more\n  help: a field that holds `,` must be quoted"
    ),
    (
      "id,shop\n1,a \"b\" c\n",
      #"""
      in.csv:2: a `"` inside of a field that does not begin with one
        help: quote the whole field and double the quotes inside: `"a ""b"""`
      """#
    ),
    (
      "id,shop\n1,\"a\"b\n",
      """
      in.csv:2: expected the end of the field after the quote, found "b"
        help: a quote inside of a quoted field is doubled: `""`
      """
    ),
    (
      "id,shop\n1,\"a\n2,b\n3,\"c\"\n",
      """
      in.csv:4: expected the end of the field after the quote that opened in line 2, found "c\\""
        help: a quote inside of a quoted field is doubled: `""`
      """
    ),
    (
      "id,shop\n1,a\n2,\"b\n3,c\n",
      """
      in.csv:3: a quoted field opens here and is never closed
        help: close it, or double the quote if it belongs to the text
      """
    ),
    (
      "id,\"shop\n1,a\n",
      """
      in.csv:1: a quoted field opens here and is never closed
        help: close it, or double the quote if it belongs to the text
      """
    ),
  ]

  @Test(arguments: shapes) func `the shape of the text`(_ text: String, _ expected: String) {
    #expect(fault { _ = try readCSV(text, Self.order) } == expected)
  }

  /// The fields of a row, and the fault it gives.
  static let values: [(row: String, fault: String)] = [
    ("x,a,,,", "`id`: expected an `Int`, found \"x\""),
    (
      ",a,,,",
      "`id`: expected an `Int`, found an empty field\n  help: declare the field `Int?` if an empty field means absent"
    ),
    ("\"\",a,,,", "`id`: expected an `Int`, found \"\""),
    ("1.5,a,,,", "`id`: expected an `Int`, found \"1.5\": it has a fraction"),
    (
      "9223372036854775808,a,,,",
      "`id`: expected an `Int`, found \"9223372036854775808\": it does not fit 64 bits"
    ),
    (" 1,a,,,", "`id`: expected an `Int`, found \" 1\": there are spaces around it"),
    (
      "\"1,000\",a,,,",
      "`id`: expected an `Int`, found \"1,000\": numbers are written with a point and without grouping"
    ),
    (
      "NA,a,,,",
      "`id`: expected an `Int`, found \"NA\"\n  help: declare the field `Int?` and give `null: \"NA\"` if `NA` means absent"
    ),
    ("1,a,Paid,,", "`status`: expected one of `paid`, `open`, found \"Paid\"\n  help: did you mean `paid`?"),
    ("1,a,\"\",,", "`status`: expected one of `paid`, `open`, found \"\": quoted text never means absent"),
    (
      "1,a,,1.0000000000000000001,",
      "`total`: expected a `Decimal`, found \"1.0000000000000000001\": it has more than 18 digits after the point"
    ),
    (
      "1,a,,1e20,",
      "`total`: expected a `Decimal`, found \"1e20\": it has more than 20 digits before the point"
    ),
    (
      "1,a,,NULL,",
      "`total`: expected a `Decimal`, found \"NULL\"\n  help: `null: \"NULL\"` makes `NULL` mean absent"
    ),
    ("1,a,,,2013-01-01", "`at`: expected a `Timestamp`, found \"2013-01-01\": it is a Date without a time"),
    (
      "1,a,,,2013-01-01T05:00:00",
      "`at`: expected a `Timestamp`, found \"2013-01-01T05:00:00\": it has no time zone: `Z` or an offset such as `+01:00`"
    ),
    (
      "1,a,,,2013-02-30T05:00:00Z",
      "`at`: expected a `Timestamp`, found \"2013-02-30T05:00:00Z\": timestamps are written `YYYY-MM-DDTHH:MM:SSZ`"
    ),
    (
      "1,a,,,\(String(repeating: "é", count: 100))",
      "`at`: expected a `Timestamp`, found \"\(String(repeating: "é", count: 40))…\": timestamps are written `YYYY-MM-DDTHH:MM:SSZ`"
    ),
  ]

  @Test(arguments: values) func `a value of another type`(_ row: String, _ expected: String) {
    let text = "id,shop,status,total,at\n1,a,,,\n\(row)\n"
    #expect(fault { _ = try readCSV(text, Self.order) } == "in.csv:3: \(expected)")
  }

  @Test func `text that is not UTF-8 is a fault where it is read`() throws {
    let bytes = Array("id,shop,x\n1,a,b\n2,caf".utf8) + [0xE9] + Array(",c\n".utf8)
    #expect(
      fault { _ = try readCSV(bytes, Self.order) }
        == "in.csv:3: `shop`: expected text in UTF-8, found \"caf\u{FFFD}\"\n  help: convert the file to UTF-8, as with `iconv`"
    )
    let elsewhere = Array("id,shop,x\n1,a,".utf8) + [0xE9] + Array("\n".utf8)
    #expect(try readCSV(elsewhere, Self.order).count == 1)
  }

  @Test func `texts in UTF-16 and compressed ones are called so`() {
    #expect(
      fault { _ = try readCSV([0xFF, 0xFE, 0x69, 0], Self.order) }
        == "in.csv: expected UTF-8, found UTF-16\n  help: convert the file to UTF-8, as with `iconv`")
    #expect(
      fault { _ = try readCSV([0x1F, 0x8B, 8, 0], Self.order) }
        == "in.csv: expected text, found compressed data\n  help: unpack the file first")
  }

  @Test func `a broken constraint says what it allows`() throws {
    let pattern = try RegularExpression("[A-Z]{3}")
    let cases: [(FieldSchema, String, String)] = [
      (FieldSchema("v", .int, constraints: [.intRange(1, 9999)]), "0", "a value from 1 to 9999"),
      (FieldSchema("v", .float, constraints: [.floatRange(0, 1.5)]), "nan", "a value from 0.0 to 1.5"),
      (
        FieldSchema("v", .decimal, constraints: [.decimalRange(0, ScalarText.decimalScale / 2)]), "0.51",
        "a value from 0 to 0.5"
      ),
      (
        FieldSchema("v", .date, constraints: [.intRange(0, 1)]), "1970-01-03",
        "a value from 1970-01-01 to 1970-01-02"
      ),
      (
        FieldSchema("v", .string, constraints: [.oneOfTexts(["EWR", "JFK"])]), "LGA",
        "one of \"EWR\", \"JFK\""
      ),
      (FieldSchema("v", .string, constraints: [.pattern(pattern)]), "abc", "text that matches `[A-Z]{3}`"),
      (FieldSchema("v", .int, constraints: [.oneOfInts([1, 2])]), "3", "one of 1, 2"),
    ]
    for (field, value, expected) in cases {
      #expect(
        fault { _ = try readCSV("v\n\(value)\n", [field]) }
          == "in.csv:2: `v`: expected \(expected), found \"\(value)\"")
    }
  }

  @Test func `the first row that does not fit is the one reported, whatever the column`() {
    let fields = [
      FieldSchema("a", .int), FieldSchema("b", .int, constraints: [.intRange(0, 9)]), FieldSchema("c", .int),
    ]
    #expect(
      fault { _ = try readCSV("a,b,c\n1,1,1\n1,1,x\n1,10,1\ny,1,1\n", fields) }.hasPrefix("in.csv:3: `c`"))
    #expect(fault { _ = try readCSV("a,b,c\n1,10,1\n1,1,x\ny,1,1\n", fields) }.hasPrefix("in.csv:2: `b`"))
    #expect(
      fault { _ = try readCSV("a,b,c\n1,1,1\n1,1\nx,1,1\n", fields) }.hasPrefix("in.csv:3: expected 3 fields")
    )
    #expect(fault { _ = try readCSV("a,b,c\nx,1,1\n1,1\n", fields) }.hasPrefix("in.csv:2: `a`"))
  }

  @Test func `lines are counted through quoted line ends`() {
    let fields = [FieldSchema("s", .string), FieldSchema("n", .int)]
    #expect(
      fault { _ = try readCSV("s,n\n\"a\nb\nc\",1\r\n\n\"d\ne\",x\n", fields) }.hasPrefix("in.csv:6: `n`"))
    #expect(
      fault { _ = try readCSV("\"s\",\"n\nm\"\n\"a\nb\",1\nc,x\n", [fields[0], FieldSchema("n\nm", .int)]) }
        .hasPrefix("in.csv:5: `n"))
  }

  @Test func `unknown columns are refused where the program says so`() {
    let dialect = CSVDialect(refusesUnknown: true)
    #expect(
      fault { _ = try readCSV("id,shop,totl\n", Self.order, dialect: dialect) } == """
        in.csv:1: `totl`: the record has no such column, and unknown ones are refused
          help: did you mean `total`?
        """)
  }
}
