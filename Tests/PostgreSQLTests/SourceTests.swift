import Columns
import Connectors
import Engine
import Formats
import PostgreSQL
import Testing

@testable import TestServers

private let order = TableSchema(columns: [
  FieldSchema("id", .int), FieldSchema("shop", .string), FieldSchema("note", .string, isOptional: true),
])

@Suite struct SourceTests {
  let database: Database

  init() throws { database = try Database() }

  private func source(
    _ relation: PostgresSource.Relation = .table("orders"), _ schema: TableSchema = order,
    needed: [Bool]? = nil
  ) throws -> PostgresSource {
    PostgresSource(relation, at: try database.address, schema: schema, needed: needed)
  }

  private func open(_ relation: PostgresSource.Relation, _ schema: TableSchema = order) throws -> RowFault? {
    #expect(throws: RowFault.self) { try source(relation, schema).open() }
  }

  @Test func columnsAreFoundByName() throws {
    try database.run(
      "CREATE TABLE orders (note text, extra int, shop text, id int); INSERT INTO orders VALUES ('n', 1, 'kiel', 7)"
    )
    #expect(try source().read(order) == [[#"{"id":7,"shop":"kiel","note":"n"}"#]])
  }

  @Test func aLongTableComesInManyMorselsWithTheirRowsNumbered() throws {
    try database.run(
      """
      CREATE TABLE orders (id int, shop text, note text);
      INSERT INTO orders SELECT i, repeat('x', i % 50), NULL FROM generate_series(1, 50000) i
      """)
    let reader = try source().open()
    var count = 0
    var morsels = 0
    while let morsel = try reader.next() {
      #expect(morsel.position(ofRow: 0) == "orders:\(count + 1)")
      #expect(morsel.size < 1 << 19, "memory is bounded")
      let batch = try morsel.decode()
      for row in 0..<batch.count {
        guard batch.columns[0].int64s[row] == count + row + 1 else {
          Issue.record("row \(count + row) is another")
          return
        }
      }
      count += batch.count
      morsels += 1
    }
    #expect(count == 50000)
    #expect(morsels > 5)
    #expect(try reader.next() == nil)
  }

  @Test func anEmptyTableHasNoRows() throws {
    try database.run("CREATE TABLE orders (id int, shop text, note text)")
    #expect(try source().read(order).isEmpty)
  }

  @Test func aColumnThatNobodyReadsIsNotReadUnlessItCouldBeWrong() throws {
    try database.run(
      """
      CREATE TABLE orders (id int NOT NULL, shop text, note text);
      INSERT INTO orders VALUES (1, 'kiel', 'n'), (2, NULL, 'n')
      """)
    let whole = try source(needed: [true, false, false])
    let fault = #expect(throws: RowFault.self) { try whole.read(order) }
    #expect(fault?.position == "orders:2")
    try database.run("DELETE FROM orders WHERE id = 2")
    let batch = try #require(try whole.open().next()).decode()
    #expect(batch.columns[0].int64s[0] == 1)
    for column in batch.columns[1...] {
      guard case .structure(let fields) = column.storage, fields.isEmpty else {
        Issue.record("a column that nobody reads has values")
        continue
      }
    }
    let none = try #require(try source(needed: [false, false, false]).open().next()).decode()
    #expect(none.count == 1)
  }

  @Test func aQueryIsReadWithItsValuesBound() throws {
    try database.run(
      "CREATE TABLE orders (id int, shop text); INSERT INTO orders VALUES (1, 'a'), (2, 'b''; --')")
    let shop = "b'; --"
    let query: SQL =
      "SELECT id + 1 AS id, shop, NULL::text AS note FROM orders WHERE shop = \(shop) -- the end"
    #expect(try source(.query(query)).read(order) == [[#"{"id":3,"shop":"b'; --","note":null}"#]])
  }

  @Test func aQueryThatIsWrongIsSaid() throws {
    let fault = try open(.query("SELEC 1"))
    #expect(fault?.message.contains("syntax error") == true)
    #expect(fault?.position == "query")
  }

  @Test func allIsReadFromOneState() throws {
    try database.run(
      "CREATE TABLE orders (id int, shop text, note text); INSERT INTO orders SELECT i, 'x', repeat('y', 1000) FROM generate_series(1, 5000) i"
    )
    let reader = try source().open()
    _ = try reader.next()
    try database.run("DELETE FROM orders")
    var count = 0
    while let morsel = try reader.next() { count += try morsel.decode().count }
    #expect(count > 4000)
  }

  @Test func aTableThatIsNotThereHasANearName() throws {
    try database.run("CREATE TABLE orders (id int)")
    let fault = try open(.table("order"))
    #expect(fault?.message.hasPrefix("there is no table `order` at postgres@127.0.0.1:") == true)
    #expect(fault?.help == "did you mean `orders`?")
    #expect(fault?.message.contains("se cret") == false)
  }

  @Test func aTableOfAnotherSchemaIsFoundByItsName() throws {
    try database.run("CREATE TABLE \"\(database.schema)\".\"Odd Name\" (id int, shop text, note text)")
    #expect(try source(.table("\(database.schema).Odd Name")).read(order).isEmpty)
  }

  @Test func aMissingColumnIsNamed() throws {
    try database.run("CREATE TABLE orders (id int, shopp text)")
    let fault = try open(.table("orders"))
    #expect(fault?.message == "it has no column `shop`, which is a `String`")
    #expect(fault?.help?.contains("did you mean `shopp`?") == true)
  }

  @Test func aDefaultStandsForAMissingColumn() throws {
    try database.run("CREATE TABLE orders (id int); INSERT INTO orders VALUES (1)")
    let seven = Column(count: 1, storage: .int64(Buffer([7])))
    let schema = TableSchema(columns: [
      FieldSchema("id", .int), FieldSchema("n", .int, defaultValue: seven),
      FieldSchema("m", .int, isOptional: true),
    ])
    #expect(try source(.table("orders"), schema).read(schema) == [[#"{"id":1,"n":7,"m":null}"#]])
  }

  @Test func aNullWhereNoneMayBeHasItsTableAndRow() throws {
    try database.run(
      "CREATE TABLE orders (id int, shop text, note text); INSERT INTO orders VALUES (1, 'a'), (2, NULL), (NULL, 'c')"
    )
    let fault = #expect(throws: RowFault.self) { try source().read(order) }
    #expect(fault?.position == "orders:2")
    #expect(fault?.column == "shop")
    #expect(fault?.message == "expected a `String`, found null")
  }

  @Test func theFirstRowThatDoesNotFitIsToldWhateverTheColumn() throws {
    try database.run(
      "CREATE TABLE orders (a int, b int); INSERT INTO orders VALUES (1, 1), (2, 0), (3, NULL), (NULL, 4)")
    let schema = TableSchema(columns: [
      FieldSchema("a", .int), FieldSchema("b", .int, constraints: [.intRange(1, 9)]),
    ])
    let fault = #expect(throws: RowFault.self) { try source(.table("orders"), schema).read(schema) }
    #expect(fault?.position == "orders:2")
    #expect(fault?.message == "expected a value from 1 to 9, found 0")
  }
}
