import Columns
import Connectors
import Engine
import Formats
import PostgreSQL
import Testing

@testable import TestServers

/// A type of the language, a type of the server that holds it, and values.
struct TypeCase: Sendable, CustomStringConvertible {
  let field: FieldSchema
  let serverType: String
  /// As JSON.
  let values: [String]

  init(_ type: ColumnType, _ serverType: String, _ values: [String], children: [FieldSchema] = []) {
    field = FieldSchema("x", type, isOptional: true, children: children)
    self.serverType = serverType
    self.values = values
  }

  var description: String { "\(field.type.languageName) in \(serverType)" }

  static let all: [TypeCase] = [
    TypeCase(.bool, "boolean", ["true", "false"]),
    TypeCase(.int, "bigint", ["0", "-1", "9223372036854775807", "-9223372036854775808"]),
    TypeCase(.int, "integer", ["0", "-1", "2147483647", "-2147483648"]),
    TypeCase(.int, "smallint", ["0", "-1", "32767", "-32768"]),
    TypeCase(.float, "double precision", ["0.0", "-1.5", "1.7976931348623157e308", "5e-324"]),
    TypeCase(
      .decimal, "numeric",
      [
        "0", "1", "-1", "0.5", "-0.000000000000000001", "10000", "99999999999999999999.999999999999999999",
        "-99999999999999999999.999999999999999999", "12345678.000100000000000001", "100000000", "0.0001",
        "0.00001",
      ]),
    TypeCase(.decimal, "numeric(10, 2)", ["12345678.9", "-0.01", "3"]),
    TypeCase(.string, "text", [#""""#, #""käse""#, #""a longer text with \" and \\ and \n""#]),
    TypeCase(.string, "varchar(20)", [#""short""#]),
    TypeCase(.string, "color", [#""red""#, #""green""#]),
    TypeCase(.enumeration(["red", "green"]), "color", [#""green""#, #""red""#]),
    TypeCase(.enumeration(["red", "a case with a long name"]), "text", [#""a case with a long name""#]),
    TypeCase(.bytes, "bytea", [#""""#, #""AP8=""#, #""AAECAwQFBgcICQoLDA0ODw==""#]),
    TypeCase(.date, "date", [#""1970-01-01""#, #""0001-01-01""#, #""9999-12-31""#, #""2000-02-29""#]),
    TypeCase(
      .timestamp, "timestamp with time zone",
      [#""1970-01-01T00:00:00Z""#, #""0001-01-01T00:00:00Z""#, #""9999-12-31T23:59:59.999999Z""#]),
    TypeCase(.duration, "interval", [#""PT0S""#, #""PT36H""#, #""PT0.000001S""#]),
    TypeCase(
      .uuid, "uuid",
      [#""00000000-0000-0000-0000-000000000000""#, #""ffffffff-ffff-ffff-ffff-fffffffffffe""#]),
    TypeCase(.json, "json", [#"{"a":[1,null,"x"]}"#, "null", "1.50"]),
    TypeCase(.json, "jsonb", [#"{"a": [1, null, "x"]}"#, "null", "1.50"]),
    TypeCase(.list(.int), "bigint[]", ["[]", "[1]", "[1,2,3]"]),
    TypeCase(.list(.int), "integer[]", ["[]", "[-1]"]),
    TypeCase(
      .list(.string), "text[]", [#"["a","a much longer text","",null]"#],
      children: [
        FieldSchema("", .string, isOptional: true)
      ]),
    TypeCase(.list(.decimal), "numeric[]", ["[0.1,-2]"]),
    TypeCase(.list(.int), "jsonb", ["[1,2,3]"]),
    TypeCase(.list(.list(.int)), "jsonb", ["[[1],[2,3],[]]"]),
    TypeCase(.map(.int), "jsonb", [#"{"a":1,"b":2}"#, "{}"]),
    TypeCase(.vector(3), "real[]", ["[1.0,2.5,-3.0]"]),
    TypeCase(
      .structure([ColumnField("n", .int), ColumnField("s", .string, isOptional: true)]), "json",
      [#"{"n":1,"s":"x"}"#, #"{"n":2,"s":null}"#]),
  ]
}

/// A value that a field can't hold, or a column.
struct MisfitCase: Sendable {
  let type: ColumnType
  let serverType: String
  let value: String
  let words: String
}

@Suite struct TypeTests {
  let database: Database

  init() throws {
    database = try Database()
    try database.run("CREATE TYPE color AS ENUM ('red', 'green')")
  }

  @Test(arguments: TypeCase.all)
  func everyValueComesBack(type: TypeCase) throws {
    try database.run("CREATE TABLE t (x \(type.serverType))")
    let schema = TableSchema(columns: [type.field])
    let rows = (type.values + ["null"]).map { #"{"x":\#($0)}"# }
    let target = PostgresTarget(table: "t", at: try database.address, schema: schema, write: .append)
    try PostgresSink(target).write(rows, schema)
    let source = PostgresSource(.table("t"), at: try database.address, schema: schema)
    // The rows went through JSON on their way in, too.
    let given = try rows.map { try lines(batch($0, schema), schema)[0] }
    #expect(try source.read(schema).flatMap { $0 } == given)
  }

  @Test func theServerHasTheSameValues() throws {
    try database.run(
      """
      CREATE TABLE t (d numeric, at timestamptz, day date, for_ interval, id uuid, xs bigint[], doc jsonb, b bytea)
      """)
    let schema = TableSchema(columns: [
      FieldSchema("d", .decimal), FieldSchema("at", .timestamp), FieldSchema("day", .date),
      FieldSchema("for_", .duration), FieldSchema("id", .uuid), FieldSchema("xs", .list(.int)),
      FieldSchema("doc", .json), FieldSchema("b", .bytes),
    ])
    let target = PostgresTarget(table: "t", at: try database.address, schema: schema, write: .append)
    try PostgresSink(target).write(
      [
        #"{"d":-1234.05,"at":"2026-01-31T08:00:00.5Z","day":"2026-01-31","for_":"PT90S","id":"00000000-0000-0000-0000-00000000000a","xs":[1,2],"doc":{"a":1},"b":"AP8="}"#
      ], schema)
    #expect(
      try database.rows(
        "SELECT d, at AT TIME ZONE 'UTC' AS at, day, for_, id, xs, doc, b FROM t")
        == [
          #"(-1234.05,"2026-01-31 08:00:00.5",2026-01-31,00:01:30,00000000-0000-0000-0000-00000000000a,"{1,2}","{""a"": 1}","\\x00ff")"#
        ])
  }

  @Test(arguments: [
    MisfitCase(
      type: .int, serverType: "text", value: "'1'", words: "is of type `text`, which is not an `Int`"),
    MisfitCase(type: .float, serverType: "numeric", value: "1", words: "is of type `numeric`"),
    MisfitCase(
      type: .timestamp, serverType: "timestamp", value: "now()", words: "timestamp without time zone"),
    MisfitCase(type: .int, serverType: "bigint", value: "NULL", words: "expected an `Int`, found null"),
    MisfitCase(type: .decimal, serverType: "numeric", value: "'NaN'", words: "or `NaN`"),
    MisfitCase(type: .decimal, serverType: "numeric", value: "1e20", words: "20 digits before the point"),
    MisfitCase(type: .decimal, serverType: "numeric", value: "1e-19", words: "18 after it"),
    MisfitCase(type: .date, serverType: "date", value: "'infinity'", words: "`infinity`"),
    MisfitCase(type: .timestamp, serverType: "timestamptz", value: "'-infinity'", words: "`infinity`"),
    MisfitCase(type: .timestamp, serverType: "timestamptz", value: "'20000-01-01'", words: "a year"),
    MisfitCase(type: .duration, serverType: "interval", value: "'1 month'", words: "an interval of months"),
    MisfitCase(
      type: .enumeration(["a"]), serverType: "text", value: "'b'", words: #"expected one of `a`, found "b""#),
    MisfitCase(
      type: .list(.int), serverType: "bigint[]", value: "'{{1},{2}}'", words: "an array of 2 dimensions"),
    MisfitCase(
      type: .list(.int), serverType: "bigint[]", value: "'{7,NULL}'", words: "element 1: expected an `Int`"),
    MisfitCase(type: .vector(3), serverType: "real[]", value: "'{1,2}'", words: "expected 3 floats, found 2"),
    MisfitCase(type: .list(.list(.int)), serverType: "jsonb", value: "'[[1],[\"x\"]]'", words: "Int"),
  ])
  func whatDoesNotFitIsNamed(misfit: MisfitCase) throws {
    try database.run("CREATE TABLE t (x \(misfit.serverType)); INSERT INTO t VALUES (\(misfit.value))")
    let schema = TableSchema(columns: [FieldSchema("x", misfit.type)])
    let source = PostgresSource(.table("t"), at: try database.address, schema: schema)
    let fault = #expect(throws: RowFault.self) { try source.read(schema) }
    #expect(fault?.message.contains(misfit.words) == true, "\(fault?.message ?? "")")
    #expect(fault?.position.hasPrefix("t") == true)
  }

  @Test(arguments: [
    (FieldSchema("x", .int), "smallint", "32768", "a `smallint`"),
    (FieldSchema("x", .int), "integer", "2147483648", "an `integer`"),
    (FieldSchema("x", .decimal), "numeric(10, 2)", "0.001", "a `numeric` of 2 digits after the point"),
    (FieldSchema("x", .string), "text", #""a\u0000b""#, "U+0000"),
    (FieldSchema("x", .int, isOptional: true), "bigint NOT NULL", "null", "takes no null"),
  ])
  func whatTheTableCantHoldIsNamed(field: FieldSchema, serverType: String, value: String, words: String)
    throws
  {
    try database.run("CREATE TABLE t (x \(serverType))")
    let schema = TableSchema(columns: [field])
    let target = PostgresTarget(table: "t", at: try database.address, schema: schema, write: .append)
    let fault = #expect(throws: RowFault.self) {
      try PostgresSink(target).write([#"{"x":\#(value)}"#], schema)
    }
    #expect(fault?.message.contains(words) == true, "\(fault?.message ?? "")")
    #expect(fault?.column == "x")
    #expect(try database.rows("SELECT * FROM t").isEmpty)
  }

  @Test(arguments: [("float4", ColumnType.float), ("text", .int), ("bigint", .string), ("date", .timestamp)])
  func aColumnThatDoesNotHoldEveryValueIsRefused(serverType: String, type: ColumnType) throws {
    try database.run("CREATE TABLE t (x \(serverType))")
    let schema = TableSchema(columns: [FieldSchema("x", type)])
    let target = PostgresTarget(table: "t", at: try database.address, schema: schema, write: .append)
    let fault = #expect(throws: RowFault.self) { try PostgresSink(target).open() }
    #expect(fault?.message.contains("does not hold every `\(type.languageName)`") == true)
  }
}
