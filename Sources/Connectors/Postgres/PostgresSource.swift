import Columns
import Diagnosing
public import Engine
public import Formats
public import PostgreSQL

/// The rows of a table or a query, in one state of the database.
public struct PostgresSource: RowSource {
  /// What is read.
  public enum Relation: Sendable {
    /// A table or view, possibly with its schema before a point.
    case table(String)
    /// A query; its values are texts.
    case query(SQL)
  }

  private let relation: Relation
  private let address: ServerAddress
  private let schema: TableSchema
  private let needed: [Bool]?

  /// Connects to nothing before `open`.
  /// - Parameter needed: Which columns anything reads; all of them when nil.
  public init(_ relation: Relation, at address: ServerAddress, schema: TableSchema, needed: [Bool]? = nil) {
    self.relation = relation
    self.address = address
    self.schema = schema
    self.needed = needed
  }

  /// Compares the columns with the record's fields, and starts reading.
  public func open() throws -> any MorselReader {
    let name = if case .table(let name) = relation { name } else { "query" }
    return try PostgreSQLError.faults(at: name) {
      var connection = try Connection.toText(address)
      try connection.begin(.snapshot)
      let found = try self.relation(&connection)
      let plan = try PostgresReadPlan(found, schema, needed)
      let columns = SQL.joined(plan.columns.map { "\(name: $0.field.name)" })
      try connection.startCopyOut("COPY (SELECT \(columns) FROM \(source)) TO STDOUT (FORMAT binary)")
      return PostgresReader(connection, plan)
    }
  }

  /// Not known before all is read.
  public var size: Int? { nil }

  private var source: SQL {
    switch relation {
    case .table(let name): TableName(written: name).sql
    // The line break ends a comment that ends the query.
    case .query(let query): "(\(query)\n) AS query"
    }
  }

  private func relation(_ connection: inout Connection) throws -> ServerRelation {
    switch relation {
    case .query(let query): return try ServerRelation(query: query, &connection)
    case .table(let name):
      let table = TableName(written: name)
      if let found = try ServerRelation(table: table, &connection) { return found }
      let nearest = table.nearest(&connection)
      throw RowFault(
        position: name, message: "there is no table `\(name)` at \(address)",
        help: nearest.map { "did you mean `\($0)`?" } ?? "`schema.table` names one outside of the search path"
      )
    }
  }
}

/// What is copied out of a relation, and how it becomes the record's columns.
struct PostgresReadPlan: Sendable {
  struct Column: Sendable {
    /// Of the schema.
    let index: Int
    let field: FieldSchema
    let codec: Codec
  }

  /// What positions call it.
  let name: String
  let schema: TableSchema
  let needed: [Bool]?
  /// Those that are read: what is needed, and what must be looked at because it may not fit.
  let columns: [Column]

  init(_ relation: ServerRelation, _ schema: TableSchema, _ needed: [Bool]?) throws {
    name = relation.name
    self.schema = schema
    self.needed = needed
    var columns: [Column] = []
    for (index, field) in schema.columns.enumerated() {
      guard let column = relation[field.name] else {
        if field.defaultValue != nil || field.isOptional { continue }
        throw Self.missing(field, relation)
      }
      guard let codec = Codec(field, column.type, isWritten: false) else {
        throw Self.misfit(field, column, relation)
      }
      let canFault = codec.canMisfit || !field.constraints.isEmpty || (column.isNullable && !field.isOptional)
      if needed?[index] ?? true || canFault {
        columns.append(Column(index: index, field: field, codec: codec))
      }
    }
    self.columns = columns
  }

  private static func missing(_ field: FieldSchema, _ relation: ServerRelation) -> RowFault {
    let nearest = Suggestion.nearest(to: field.name, among: relation.columns.map(\.name))
    return RowFault(
      position: relation.name, message: "it has no column `\(field.name)`, which is \(field.described)",
      help: nearest.map { "did you mean `\($0)`? `@name(\"\($0)\")` before the field's default reads it" }
        ?? "declare the field as `\(field.type.languageName)?`, give it a default, or add the column")
  }

  private static func misfit(
    _ field: FieldSchema, _ column: ServerRelation.Column, _ relation: ServerRelation
  ) -> RowFault {
    let name = SQL.quoted(name: field.name)
    let help =
      column.type.id == .timestamp
      ? "it has no zone: say which with `query: \"SELECT \(name) AT TIME ZONE 'UTC' AS \(name), ...\"`"
      : "read it with `query: \"SELECT \(name)::\(field.serverType), ...\"`, or declare the field as its type is"
    return RowFault(
      position: relation.name,
      message: "the column `\(field.name)` is of type `\(column.type.name)`, which is not \(field.described)",
      help: help)
  }
}
