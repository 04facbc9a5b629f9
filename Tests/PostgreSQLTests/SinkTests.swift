import Columns
import Connectors
import Engine
import Formats
import PostgreSQL
import Testing

@testable import TestServers

private let stock = TableSchema(columns: [
  FieldSchema("id", .int), FieldSchema("shop", .string, isOptional: true), FieldSchema("n", .int),
])

private func row(_ id: Int, _ shop: String?, _ n: Int) -> String {
  #"{"id":\#(id),"shop":\#(shop.map { "\"\($0)\"" } ?? "null"),"n":\#(n)}"#
}

/// A mode, what is written twice, and what is there then, after 1 and 9 were there before.
struct ModeCase: Sendable, CustomStringConvertible {
  let name: String
  let write: PostgresWrite
  let after: [String]
  /// Where the two writes are epochs of one run, if that is another.
  var afterEpochs: [String]?

  var description: String { name }

  static let isNegative: @Sendable (Batch) -> Bitmap = { batch in
    Bitmap(count: batch.count) { batch.columns[2].int64s[$0] < 0 }
  }

  static let all: [ModeCase] = [
    ModeCase(
      name: "append", write: .append,
      after: ["(1,a,0)", "(1,a,1)", "(1,a,11)", "(1,a,5)", "(2,b,-1)", "(2,b,2)", "(3,,3)", "(9,z,0)"]),
    ModeCase(
      name: "replace", write: .replace, after: ["(1,a,5)", "(2,b,-1)"],
      afterEpochs: ["(1,a,1)", "(1,a,11)", "(1,a,5)", "(2,b,-1)", "(2,b,2)", "(3,,3)"]),
    ModeCase(
      name: "replace(by: id)", write: .replaceBy(["id"]), after: ["(1,a,5)", "(2,b,-1)", "(3,,3)", "(9,z,0)"]),
    ModeCase(
      name: "replace(by: shop)", write: .replaceBy(["shop"]),
      after: ["(1,a,5)", "(2,b,-1)", "(3,,3)", "(9,z,0)"]),
    ModeCase(
      name: "upsert", write: .upsert(by: ["id"], delete: nil),
      after: ["(1,a,5)", "(2,b,-1)", "(3,,3)", "(9,z,0)"]),
    ModeCase(
      name: "upsert with delete", write: .upsert(by: ["id"], delete: isNegative),
      after: ["(1,a,5)", "(3,,3)", "(9,z,0)"]),
    ModeCase(name: "delete", write: .delete(by: ["id"]), after: ["(9,z,0)"]),
  ]

  static let first = [row(1, "a", 1), row(2, "b", 2), row(1, "a", 11), row(3, nil, 3)]
  static let second = [row(1, "a", 5), row(2, "b", -1)]
}

@Suite struct SinkTests {
  let database: Database

  init() throws { database = try Database() }

  private func makeTable(_ write: PostgresWrite) throws {
    let isKeyed = if case .upsert = write { true } else { false }
    try database.run(
      "CREATE TABLE stock (shop text, id bigint \(isKeyed ? "PRIMARY KEY" : ""), n int, at timestamptz DEFAULT now());"
        + "INSERT INTO stock VALUES ('z', 9, 0), ('a', 1, 0)")
  }

  private func target(_ write: PostgresWrite, _ schema: TableSchema = stock) throws -> PostgresTarget {
    PostgresTarget(table: "stock", at: try database.address, schema: schema, write: write)
  }

  private var rows: [String] {
    get throws { try database.rows("SELECT id, shop, n FROM stock ORDER BY id, shop, n::text") }
  }

  @Test(arguments: ModeCase.all)
  func aBatchChangesTheTableAsItsModeSays(mode: ModeCase) throws {
    try makeTable(mode.write)
    let sink = PostgresSink(try target(mode.write))
    try sink.write(ModeCase.first, stock)
    try sink.write(ModeCase.second, stock)
    #expect(try rows == mode.after)
  }

  @Test(arguments: ModeCase.all)
  func epochsDoTheSameHoweverOftenTheyAreApplied(mode: ModeCase) throws {
    try makeTable(mode.write)
    let sink = PostgresEpochSink(try target(mode.write), name: "out")
    let output = try sink.open(run: "r", after: 0)
    try output.apply(1, ModeCase.first, stock)
    try output.apply(1, ModeCase.first, stock)
    // The process is gone after the epoch was applied, and before it was noted.
    let again = try sink.open(run: "r", after: 0)
    try again.apply(1, ModeCase.first, stock)
    try again.apply(2, [], stock)
    try again.apply(3, ModeCase.second, stock)
    let last = try sink.open(run: "r", after: 2)
    try last.apply(3, ModeCase.second, stock)
    try last.close(isComplete: true)
    #expect(try rows == mode.afterEpochs ?? mode.after)
    #expect(try database.rows("SELECT * FROM thalweg_epochs") == ["(r,out,3)"])
  }

  @Test func eachSinkAndRunHasItsOwnEpochs() throws {
    try makeTable(.append)
    for (run, name) in [("r", "a"), ("r", "b"), ("s", "a")] {
      let output = try PostgresEpochSink(try target(.append), name: name).open(run: run, after: 0)
      try output.apply(1, [row(5, nil, 5)], stock)
    }
    #expect(try rows.filter { $0 == "(5,,5)" }.count == 3)
  }

  @Test func anEpochSurvivesTheEndOfItsConnection() throws {
    try makeTable(.replaceBy(["id"]))
    let output = try PostgresEpochSink(try target(.replaceBy(["id"])), name: "out").open(run: "r", after: 0)
    try output.apply(1, [row(1, "a", 1)], stock)
    try database.run(
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = '\(database.schema)' AND pid <> pg_backend_pid()
      """)
    try output.apply(2, [row(2, "b", 2)], stock)
    #expect(try rows == ["(1,a,1)", "(2,b,2)", "(9,z,0)"])
  }

  @Test func anEpochThatIsRefusedLeavesNothing() throws {
    try makeTable(.append)
    try database.run("ALTER TABLE stock ADD CHECK (n < 100)")
    let output = try PostgresEpochSink(try target(.append), name: "out").open(run: "r", after: 0)
    let fault = #expect(throws: RowFault.self) {
      try output.apply(1, [row(5, nil, 5), row(6, nil, 100)], stock)
    }
    #expect(fault?.message.contains(#"violates check constraint "stock_n_check""#) == true)
    #expect(fault?.message.contains("100") == false, "values may be labelled")
    #expect(try rows == ["(1,a,0)", "(9,z,0)"])
    try output.apply(1, [row(5, nil, 5)], stock)
    #expect(try rows == ["(1,a,0)", "(5,,5)", "(9,z,0)"])
  }

  @Test(arguments: [PostgresWrite.append, .replace])
  func nothingIsVisibleBeforeItIsPublished(write: PostgresWrite) throws {
    try makeTable(write)
    let output = try PostgresSink(try target(write)).open()
    try output.append(output.encode(batch(row(5, "e", 5), stock)))
    try output.finish()
    #expect(try rows == ["(1,a,0)", "(9,z,0)"])
    try output.publish()
    #expect(try rows.contains("(5,e,5)"))
  }

  @Test func whatIsDiscardedWasNeverThere() throws {
    try makeTable(.replace)
    let output = try PostgresSink(try target(.replace)).open()
    try output.append(output.encode(batch(row(5, "e", 5), stock)))
    try output.finish()
    output.discard()
    #expect(try rows == ["(1,a,0)", "(9,z,0)"])
  }

  @Test func aDeferredConstraintIsLookedAtBeforeOthersPublish() throws {
    try database.run(
      "CREATE TABLE stock (id bigint, shop text, n int, UNIQUE (id) DEFERRABLE INITIALLY DEFERRED)")
    let output = try PostgresSink(try target(.append)).open()
    try output.append(output.encode(batch("\(row(1, "a", 1))\n\(row(1, "a", 2))", stock)))
    #expect(throws: RowFault.self) { try output.finish() }
  }

  @Test func aMissingTableComesWithTheStatementThatMakesIt() throws {
    let wanted = try target(.upsert(by: ["id"], delete: nil))
    let fault = #expect(throws: RowFault.self) { try PostgresSink(wanted).open() }
    #expect(fault?.message.hasPrefix("there is no table `stock` at postgres@127.0.0.1:") == true)
    let statement = try #require(fault?.help).filter { $0 != "`" }
    #expect(
      statement
        == #"CREATE TABLE "stock" ("id" bigint NOT NULL, "shop" text, "n" bigint NOT NULL, PRIMARY KEY ("id"))"#
    )
    try database.run(statement)
    try PostgresSink(wanted).write([row(1, "a", 1)], stock)
    #expect(try rows == ["(1,a,1)"])
  }

  @Test func theStatementFitsEveryType() throws {
    let schema = TableSchema(
      columns: TypeCase.all.enumerated().map { index, type in
        FieldSchema("x\(index)", type.field.type, isOptional: true, children: type.field.children)
      })
    let wanted = PostgresTarget(table: "made", at: try database.address, schema: schema, write: .append)
    let fault = #expect(throws: RowFault.self) { try PostgresSink(wanted).open() }
    try database.run(try #require(fault?.help).filter { $0 != "`" })
    try PostgresSink(wanted).write([], schema)
  }

  @Test(arguments: [
    ("CREATE TABLE stock (id bigint, n int)", "has no column `shop`", #"ADD "shop" text"#),
    ("CREATE TABLE stock (id bigint, shop text, n int, v int NOT NULL)", "`v` needs a value", "SET DEFAULT"),
    (
      "CREATE TABLE stock (id bigint GENERATED ALWAYS AS IDENTITY, shop text, n int)",
      "makes the values of the column `id`", "leave the field out"
    ),
  ])
  func aTableThatDoesNotFitIsRefusedAtOnce(table: String, words: String, help: String) throws {
    try database.run(table)
    let fault = #expect(throws: RowFault.self) { try PostgresSink(try target(.append)).open() }
    #expect(fault?.message.contains(words) == true)
    #expect(fault?.help?.contains(help) == true)
  }

  @Test(arguments: [["id"], ["shop"], ["id", "shop"]])
  func anUpsertNeedsAUniqueIndexAndTheHelpMakesIt(key: [String]) throws {
    try database.run("CREATE TABLE stock (id bigint, shop text, n int); CREATE UNIQUE INDEX ON stock (n)")
    let sink = PostgresSink(try target(.upsert(by: key, delete: nil)))
    let fault = #expect(throws: RowFault.self) { try sink.open() }
    #expect(fault?.message.hasPrefix("`upsert` needs a unique index on `\(key[0])`") == true)
    try database.run(try #require(fault?.help).filter { $0 != "`" })
    try sink.write([row(1, nil, 1), row(1, nil, 2)], stock)
    try sink.write([row(1, nil, 3)], stock)
    #expect(try rows == ["(1,,3)"], "two nulls are the same key")
  }

  @Test func anUpsertLeavesOtherColumnsAlone() throws {
    try database.run(
      "CREATE TABLE stock (id bigint PRIMARY KEY, shop text, n int, note text); INSERT INTO stock VALUES (1, 'a', 1, 'kept')"
    )
    try PostgresSink(try target(.upsert(by: ["id"], delete: nil))).write([row(1, "b", 2)], stock)
    #expect(try database.rows("SELECT * FROM stock") == ["(1,b,2,kept)"])
  }

  @Test func aDeletionNeedsNoMoreThanTheKey() throws {
    try makeTable(.append)
    let keys = TableSchema(columns: [FieldSchema("id", .int)])
    try PostgresSink(try target(.delete(by: ["id"]), keys)).write([#"{"id":9}"#], keys)
    #expect(try rows == ["(1,a,0)"])
  }
}
