import Columns
public import Formats
public import PostgreSQL

/// A table that rows are written into.
public struct PostgresTarget: Sendable, CustomStringConvertible {
  let table: TableName
  let address: ServerAddress
  let schema: TableSchema
  let write: PostgresWrite

  /// Connects to nothing yet.
  /// - Parameter table: Possibly with its schema before a point.
  public init(table: String, at address: ServerAddress, schema: TableSchema, write: PostgresWrite) {
    self.table = TableName(written: table)
    self.address = address
    self.schema = schema
    self.write = write
  }

  /// The table, as a program has it.
  public var name: String { table.written }
  /// The table and its server, without a password.
  public var description: String { "\(table.written) at \(address)" }

  /// Compares the record's fields with the columns, and makes the stage.
  func prepare(_ connection: inout Connection) throws -> (
    plan: PostgresWritePlan, statements: WriteStatements
  ) {
    guard let relation = try ServerRelation(table: table, &connection) else {
      throw fault("there is no table `\(table.written)` at \(address)", help: creation)
    }
    // Rows that go need no more than a key.
    let isDeletion = if case .delete = write { true } else { false }
    var columns: [PostgresWritePlan.Column] = []
    for (index, field) in schema.columns.enumerated() where !isDeletion || write.key.contains(field.name) {
      columns.append(try column(index, field, relation))
    }
    if !isDeletion { try checkOthers(relation) }
    if case .upsert = write { try checkKey(relation, &connection) }
    let statements = WriteStatements(table, write, columns)
    for stage in statements.stages { try connection.run(stage) }
    return (PostgresWritePlan(columns: columns, gone: write.gone), statements)
  }

  func fault(_ message: String, help: String? = nil) -> RowFault {
    RowFault(position: table.written, message: message, help: help)
  }

  private var creation: String {
    let isUpsert = if case .upsert = write { true } else { false }
    return "`\(table.creation(schema, key: isUpsert ? write.key : []))`"
  }

  private func column(
    _ index: Int, _ field: FieldSchema, _ relation: ServerRelation
  ) throws -> PostgresWritePlan.Column {
    guard let column = relation[field.name] else {
      let name = SQL.quoted(name: field.name)
      throw fault(
        "the table has no column `\(field.name)`",
        help: "`ALTER TABLE \(table.quoted) ADD \(name) \(field.serverType)`")
    }
    guard !column.isGenerated else {
      throw fault(
        "the server makes the values of the column `\(field.name)`, so none can be written",
        help: "leave the field out of the record")
    }
    guard let codec = Codec(field, column.type, isWritten: true) else {
      throw fault(
        "the column `\(field.name)` is of type `\(column.type.name)`, which does not hold every "
          + "`\(field.type.languageName)`", help: "a column of type `\(field.serverType)` does")
    }
    return PostgresWritePlan.Column(
      index: index, field: field, codec: codec, isRequired: field.isOptional && !column.isNullable)
  }

  /// Columns that the record has not get their defaults.
  private func checkOthers(_ relation: ServerRelation) throws {
    let names = Set(schema.columns.map(\.name))
    for column in relation.columns
    where !column.isNullable && !column.hasDefault && !column.isGenerated && !names.contains(column.name) {
      let name = SQL.quoted(name: column.name)
      throw fault(
        "the column `\(column.name)` needs a value, and the record has no such field",
        help: "add the field, or `ALTER TABLE \(table.quoted) ALTER \(name) SET DEFAULT ...`")
    }
  }

  /// Without a unique index two runs could write a key twice, and the server does not upsert.
  private func checkKey(_ relation: ServerRelation, _ connection: inout Connection) throws {
    let key = Set(write.key.compactMap { relation[$0]?.number })
    let canBeNull = schema.columns.contains { field in
      write.key.contains(field.name) && field.isOptional && relation[field.name]?.isNullable == true
    }
    let indexes = try connection.query(
      """
      SELECT indkey::text, indnkeyatts, coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)
      FROM pg_index i WHERE indrelid = to_regclass(\(table.quoted)) AND indisunique AND indisvalid
        AND indimmediate AND indpred IS NULL AND indexprs IS NULL
      """)
    for row in 0..<indexes.count {
      let numbers: String = try indexes.value(row, 0)
      let columns = numbers.split(separator: " ").prefix(try indexes.value(row, 1)).compactMap { Int($0) }
      if Set(columns) == key, try !canBeNull || indexes.value(row, 2) { return }
    }
    let names = write.key.map { SQL.quoted(name: $0) }.joined(separator: ", ")
    let nulls = canBeNull ? " NULLS NOT DISTINCT" : ""
    throw fault(
      "`upsert` needs a unique index on \(write.key.map { "`\($0)`" }.joined(separator: ", "))"
        + (canBeNull ? ", by which two nulls are the same" : ""),
      help: "`CREATE UNIQUE INDEX ON \(table.quoted) (\(names))\(nulls)`")
  }
}

extension Connection {
  /// What comes before the rows of a copy, and behind them.
  private static let header: [UInt8] =
    Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0] + [UInt8](repeating: 0, count: 8)
  private static let trailer: [UInt8] = [0xFF, 0xFF]

  /// Starts to take rows.
  mutating func startRows(_ statements: WriteStatements) throws {
    try startCopyIn(statements.copy)
    try Self.header.withUnsafeBytes { try copy($0) }
  }

  /// Takes encoded rows.
  mutating func takeRows(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try copy($0) } }

  /// All rows are there: does with them what is to be done. What the table refuses, it refuses now.
  mutating func applyRows(_ statements: WriteStatements, isFirst: Bool) throws {
    try Self.trailer.withUnsafeBytes { try copy($0) }
    try endCopyIn()
    for statement in statements.applied(isFirst: isFirst) { try run(statement) }
    try run("SET CONSTRAINTS ALL IMMEDIATE")
  }
}
