import PostgreSQL

/// A table, or what a query gives: its columns as the server has them.
struct ServerRelation {
  struct Column {
    let name: String
    let type: ServerType
    /// Its number in the table, 0 where it is computed.
    let number: Int
    var isNullable = true
    /// Whether a row gets a value where none is given.
    var hasDefault = false
    /// Whether no value may be given.
    var isGenerated = false
  }

  /// As messages say it, and as rows are numbered by: `orders`.
  let name: String
  /// In order.
  let columns: [Column]

  subscript(column: String) -> Column? { columns.first { $0.name == column } }

  /// What a query gives.
  init(query: SQL, _ connection: inout Connection) throws(PostgreSQLError) {
    name = "query"
    columns = try Self.columns(of: query, &connection)
  }

  /// A table, view or the like; nil where there is none.
  init?(table: TableName, _ connection: inout Connection) throws(PostgreSQLError) {
    let attributes = try connection.query(
      """
      SELECT attnum, attnotnull, atthasdef OR attidentity <> '', attgenerated <> '' OR attidentity = 'a'
      FROM pg_attribute WHERE attrelid = to_regclass(\(table.quoted)) AND attnum > 0 AND NOT attisdropped
      """)
    guard attributes.count > 0 else { return nil }
    name = table.written
    var columns = try Self.columns(of: "SELECT * FROM \(table.sql)", &connection)
    for row in 0..<attributes.count {
      let number: Int = try attributes.value(row, 0)
      guard let index = columns.firstIndex(where: { $0.number == number }) else { continue }
      columns[index].isNullable = try !attributes.value(row, 1)
      columns[index].hasDefault = try attributes.value(row, 2)
      columns[index].isGenerated = try attributes.value(row, 3)
    }
    self.columns = columns
  }

  private static func columns(
    of query: SQL, _ connection: inout Connection
  ) throws(PostgreSQLError) -> [Column] {
    let described = try connection.describe(query)
    let types = try types(Set(described.map(\.type)), &connection)
    return described.map { column in
      var type = types[column.type] ?? ServerType(id: column.type, name: "unknown", shape: .scalar)
      type.modifier = column.modifier
      return Column(name: column.name, type: type, number: column.tableColumn)
    }
  }

  private static func types(
    _ ids: Set<TypeID>, _ connection: inout Connection
  ) throws(PostgreSQLError) -> [TypeID: ServerType] {
    guard !ids.isEmpty else { return [:] }
    let rows = try connection.query(
      """
      SELECT t.oid, format_type(t.oid, NULL), t.typtype = 'e' OR t.typname = 'citext',
        e.oid, format_type(e.oid, NULL), e.typtype = 'e' OR e.typname = 'citext'
      FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
      WHERE t.oid IN (\(.joined(ids.map { "\(Int($0.rawValue))::oid" })))
      """)
    var types: [TypeID: ServerType] = [:]
    for row in 0..<rows.count {
      var type = try Self.type(rows, row, first: 0)
      let element: Int? = try rows.value(row, 3)
      if element != nil {
        type = ServerType(id: type.id, name: type.name, shape: .array(of: try Self.type(rows, row, first: 3)))
      }
      types[type.id] = type
    }
    return types
  }

  private static func type(_ rows: borrowing Rows, _ row: Int, first: Int) throws(PostgreSQLError)
    -> ServerType
  {
    let id = TypeID(rawValue: UInt32(try rows.value(row, first, as: Int.self)))
    let isTextual: Bool = try rows.value(row, first + 2)
    let texts: [TypeID] = [.text, .varchar, .bpchar, .name]
    return ServerType(
      id: id, name: try rows.value(row, first + 1), shape: isTextual || texts.contains(id) ? .text : .scalar)
  }
}
