import Columns
import Formats
import Testing

@Suite struct JSONLinesReaderTests {
  private let item = FieldSchema(
    "items", .list(.structure([])),
    children: [
      FieldSchema(
        "", .structure([]),
        children: [FieldSchema("sku", .string), FieldSchema("price", .decimal, isOptional: true)])
    ])

  @Test func `records, lists, maps and optionals`() throws {
    let fields = [
      FieldSchema("id", .int), item, FieldSchema("tags", .map(.int), isOptional: true),
      FieldSchema("at", .timestamp, isOptional: true),
    ]
    let text = """
      {"id": 1, "items": [{"sku":"a","price":1.50},{"price":null,"sku":"b"}], "tags": {"x":1,"y":2}}

        {"at":"2013-01-01T05:00:00Z","unknown":{"deep":[1,2,{"x":"}"}]},"items":[],"id":-2}
      """
    #expect(
      try readJSON(text, fields) == [
        [
          .int(1),
          .list([.list([.text("a"), .wide(1_500_000_000_000_000_000)]), .list([.text("b"), .none])]),
          .list([.list([.text("x"), .int(1)]), .list([.text("y"), .int(2)])]), .none,
        ],
        [.int(-2), .list([]), .none, .int(1_357_016_400_000_000)],
      ])
  }

  @Test func `escapes and surrogates`() throws {
    let text = #"{"s":"a\"\\\/\b\f\n\r\tA\u00e9\u20AC\ud83d\uDE00 and more than twelve"}"#
    #expect(
      try readJSON(text, [FieldSchema("s", .string)])
        == [[.text("a\"\\/\u{8}\u{c}\n\r\tAé€😀 and more than twelve")]])
    #expect(try readJSON(#"{"\u0073":"x"}"#, [FieldSchema("s", .string)]) == [[.text("x")]])
  }

  @Test func `numbers are exact`() throws {
    let fields = [FieldSchema("i", .int), FieldSchema("f", .float), FieldSchema("d", .decimal)]
    let text = """
      {"i":9223372036854775807,"f":5,"d":0.100000000000000001}
      {"i":-9223372036854775808,"f":-0.0,"d":"99999999999999999999.999999999999999999"}
      {"i":0,"f":1.7976931348623157e308,"d":1e3}
      """
    #expect(
      try readJSON(text, fields) == [
        [.int(.max), .float(5), .wide(100_000_000_000_000_001)],
        [.int(.min), .float(-0.0), .wide(ScalarText.decimalLimit - 1)],
        [.int(0), .float(.greatestFiniteMagnitude), .wide(1000 * ScalarText.decimalScale)],
      ])
  }

  @Test func `defaults stand for missing keys`() throws {
    let fields = [
      FieldSchema("a", .int, defaultValue: Column(count: 1, storage: .int64(Buffer([7])))),
      FieldSchema(
        "s", .string,
        defaultValue: Column(
          count: 1, storage: .text(Buffer([TextView()]), owners: []))),
    ]
    #expect(
      try readJSON("{}\n{\"a\":1,\"s\":\"x\"}\n", fields) == [[.int(7), .text("")], [.int(1), .text("x")]])
  }

  @Test func `elements that are no records stand on the lines as they are`() throws {
    #expect(
      try readJSON("1\n 2 \n\n3", [FieldSchema("value", .int)], isRecord: false) == [
        [.int(1)], [.int(2)], [.int(3)],
      ])
    let batch = Batch(count: 2, columns: [Column(count: 2, storage: .int64(Buffer([1, 2])))])
    let writer = JSONLinesWriter(schema: TableSchema(columns: [FieldSchema("value", .int)], isRecord: false))
    #expect(try writer.encode(batch) == Array("1\n2\n".utf8))
  }

  @Test func `a whole number is an Int however it is written`() throws {
    #expect(
      try readJSON(
        "2.0\n1.5e3\n-0.0\n-120e-1\n9007199254740993.0", [FieldSchema("value", .int)], isRecord: false)
        == [[.int(2)], [.int(1500)], [.int(0)], [.int(-12)], [.int(9_007_199_254_740_993)]])
  }

  @Test func `a Json keeps its text`() throws {
    let fields = [FieldSchema("j", .json), FieldSchema("k", .json, isOptional: true)]
    #expect(
      try readJSON("{\"j\": {\"a\" : [1, 2.50]} ,\"k\":null}\n{\"j\":null,\"k\":\"x\"}", fields)
        == [[.text("{\"a\" : [1, 2.50]}"), .none], [.text("null"), .text("\"x\"")]])
  }

  /// A line, and the fault it gives after one that is right.
  static let faults: [(line: String, fault: String)] = [
    ("{\"id\":\"x\"}", "`id`: expected an `Int`, found \"x\""),
    ("{\"id\":1.5}", "`id`: expected an `Int`, found 1.5: it has a fraction"),
    (
      "{\"id\":9223372036854775808}",
      "`id`: expected an `Int`, found 9223372036854775808: it does not fit 64 bits"
    ),
    (
      "{\"id\":null}",
      "`id`: expected an `Int`, found null\n  help: make the field optional if it may be absent"
    ),
    ("{\"id\":true}", "`id`: expected an `Int`, found true"),
    ("{\"id\":[1]}", "`id`: expected an `Int`, found an array"),
    (
      "{\"other\":1}",
      "`id`: expected an `Int`, found no key `id`\n  help: make the field optional or give it a default if it may be missing"
    ),
    ("{\"id\":1,\"id\":2}", "the key `id` stands twice in one object"),
    ("{\"id\":1,\"tags\":{\"a\":1,\"a\":2}}", "`tags`: the key `a` stands twice in one object"),
    ("{\"id\":1,\"items\":[{\"sku\":\"a\"},{\"sku\":5}]}", "`items[1].sku`: expected a `String`, found 5"),
    ("{\"id\":1,\"tags\":{\"a b\":\"c\"}}", "`tags[\"a b\"]`: expected an `Int`, found \"c\""),
    ("{\"id\":1,\"items\":{}}", "`items`: expected an array for a `List<record>`, found an object"),
    ("{\"id\":1,\"status\":\"Paid\"}", "`status`: expected one of `paid`, `open`, found \"Paid\""),
    ("{\"id\":1,\"at\":5}", "`at`: expected a string for a `Timestamp`, found 5"),
    (
      "{\"id\":1,\"at\":\"2013-01-01\"}",
      "`at`: expected a string for a `Timestamp`, found \"2013-01-01\": it is a Date without a time"
    ),
    ("{\"id\":1,\"n\":10}", "`n`: expected a value from 1 to 9, found 10"),
    (
      "{\"id\":1,\"v\":[1]}",
      "`v`: expected an array of numbers for a `Vector<2>`, found another number of elements"
    ),
    (
      "{\"id\":1,\"v\":[1,1e39]}", "`v`: expected a `Float`, found 1e39: it is too large for a Float"
    ),
    ("[1]", "expected an object, found an array"),
    (
      "{\"id\":1",
      "the text ends too early, found the end\n  help: JSON Lines has one whole value on each line"
    ),
    ("{\"id\":1} x", "expected nothing after the value, found \"x\""),
    ("{\"id\":1,}", "expected a key in quotes, found \"}\""),
    ("{\"id\" 1}", "expected `:` after the key, found \"1}\""),
    ("{\"id\":1 \"n\":2}", "expected `,` or `}`, found \"\\\"n\\\":2}\""),
    (
      "{\"id\":01}",
      "`id`: this is no number of JSON: no leading zeros or `+`, a digit on both sides of the point, found \"01}\""
    ),
    ("{\"id\":1,\"x\":nul}", "expected a value, found \"nul}\""),
    (
      "{\"id\":1,\"x\":\"\\q\"}",
      "no such escape; there are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX, found \"}\""
    ),
    ("{\"id\":1,\"x\":\"\\ud800\"}", "half of a surrogate pair stands alone, found \"}\""),
    (
      "{\"id\":1,\"x\":\"abc",
      "a string is not closed on its line, found the end\n  help: JSON Lines has one whole value on each line"
    ),
    (
      "{\"id\":1,\"x\":\"a\tb\"}",
      "a control character in a string must be written as an escape, found \"\\tb\\\"}\""
    ),
  ]

  @Test(arguments: faults) func `what does not fit is named with its path`(_ line: String, _ expected: String)
  {
    let fields = [
      FieldSchema("id", .int), FieldSchema("n", .int, isOptional: true, constraints: [.intRange(1, 9)]),
      FieldSchema("items", item.type, isOptional: true, children: item.children),
      FieldSchema("tags", .map(.int), isOptional: true), FieldSchema("v", .vector(2), isOptional: true),
      FieldSchema("status", .enumeration(["paid", "open"]), isOptional: true),
      FieldSchema("at", .timestamp, isOptional: true),
    ]
    #expect(
      fault { _ = try readJSON("{\"id\":1}\n\n\(line)\n{\"id\":2}\n", fields) } == "in.jsonl:3: \(expected)")
  }

  @Test func `nesting is bounded`() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(
      fault { _ = try readJSON("{\"x\":\(deep)\n", [FieldSchema("id", .int)]) }
        .hasPrefix("in.jsonl:1: nested deeper than 256 levels"))
  }

  @Test func `unknown keys are refused where the program says so`() {
    #expect(
      fault { _ = try readJSON("{\"id\":1,\"x\":2}", [FieldSchema("id", .int)], refusesUnknown: true) }
        == "in.jsonl:1: the record has no field `x`, and unknown ones are refused\n  help: declare it, or leave `unknown: fail` out"
    )
  }

  @Test func `text that is not UTF-8 is a fault of its line`() {
    let bytes = Array("{\"id\":1}\n{\"id\":2,\"x\":\"".utf8) + [0xFF] + Array("\"}\n".utf8)
    #expect(
      fault { _ = try readJSON(bytes, [FieldSchema("id", .int)]) }.hasPrefix(
        "in.jsonl:2: expected text in UTF-8"))
  }

  @Test func `a float without a number in JSON is a fault`() {
    let batch = Batch(count: 1, columns: [Column(count: 1, storage: .float64(Buffer([.nan])))])
    let writer = JSONLinesWriter(schema: TableSchema(columns: [FieldSchema("x", .float)]))
    #expect(fault { _ = try writer.encode(batch) }.contains("`x`: JSON has no number for `nan`"))
  }

  @Test func `texts parse one by one, each failing on its own`() {
    let parser = JSONRowParser(schema: TableSchema(columns: [FieldSchema("id", .int), item]))
    func append(_ text: String) -> String? { Array(text.utf8).withUnsafeBufferPointer { parser.append($0) } }
    #expect(append("{\"id\":1,\"items\":[{\"sku\":\"a long name of a thing\"}]}") == nil)
    #expect(
      append("{\"id\":2,\"items\":[{\"sku\":\"b\"},{\"sku\":3}]}")
        == "`items[1].sku`: expected a `String`, found 3")
    #expect(append("") == "the text ends too early, found the end")
    #expect(append(" {\n\"items\" : [ ] , \"id\" : 3\n} ") == nil)
    #expect(append("{} {}") == "`id`: expected an `Int`, found no key `id`")
    let column = parser.finish()
    #expect(
      (0..<column.count).map { Cell(column, $0) } == [
        .list([.int(1), .list([.list([.text("a long name of a thing"), .none])])]), .none, .none,
        .list([.int(3), .list([])]), .none,
      ])
  }
}
