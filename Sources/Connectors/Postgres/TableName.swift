import Diagnosing
import Formats
import PostgreSQL

/// `orders` or `shop.orders`, as a program has it.
struct TableName {
  let written: String

  private var parts: [String] { written.split(separator: ".", maxSplits: 1).map(String.init) }

  /// As it stands in a statement.
  var sql: SQL { .joined(parts.map { "\(name: $0)" }, separator: ".") }
  var quoted: String { parts.map { SQL.quoted(name: $0) }.joined(separator: ".") }

  /// What a program may have meant where there is no such table.
  func nearest(_ connection: inout Connection) -> String? {
    let rows = try? connection.query(
      """
      SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      ORDER BY 1 LIMIT 10000
      """)
    guard let rows else { return nil }
    return Suggestion.nearest(to: written, among: (0..<rows.count).compactMap { try? rows.value($0, 0) })
  }

  /// The statement that makes a table for rows of `schema`.
  func creation(_ schema: TableSchema, key: [String] = []) -> String {
    var parts = schema.columns.map { field in
      "\(SQL.quoted(name: field.name)) \(field.serverType)\(field.isOptional ? "" : " NOT NULL")"
    }
    if !key.isEmpty {
      let isNullable = schema.columns.contains { key.contains($0.name) && $0.isOptional }
      let names = key.map { SQL.quoted(name: $0) }.joined(separator: ", ")
      parts.append(isNullable ? "UNIQUE NULLS NOT DISTINCT (\(names))" : "PRIMARY KEY (\(names))")
    }
    return "CREATE TABLE \(quoted) (\(parts.joined(separator: ", ")))"
  }
}
