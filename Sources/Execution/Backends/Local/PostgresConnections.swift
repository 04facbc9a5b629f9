import Columns
import Connectors
import Dataflow
import Diagnosing
import Engine
import Formats
import PostgreSQL
import Semantics

/// Makes the ends of a run that are tables, out of what the program says.
struct PostgresConnections {
  /// Evaluates what is constant; it knows the secrets.
  let constants: ExpressionCompiler

  /// An address that can't be read, or a value in the quotes of a query.
  struct Problem: Error {
    let diagnostic: Diagnostic
  }

  /// The rows of a table or query.
  func source(
    _ options: PostgresOptions, _ schema: TableSchema, needed: [Bool]?
  ) throws -> PostgresSource {
    let address = try address(options)
    switch options.relation {
    case .table(let name):
      return PostgresSource(.table(try text(name)), at: address, schema: schema, needed: needed)
    case .query(let query):
      return PostgresSource(.query(try sql(query)), at: address, schema: schema, needed: needed)
    }
  }

  /// A table to write into.
  /// - Parameter element: What the flow holds.
  func target(
    _ options: PostgresOptions, _ schema: TableSchema, _ write: WriteMode, of element: Type
  ) throws -> PostgresTarget {
    guard case .table(let name) = options.relation else {
      preconditionFailure("the checker lets nobody write into a query")
    }
    return PostgresTarget(
      table: try text(name), at: try address(options), schema: schema,
      write: self.write(write, schema, element))
  }

  // MARK: What is read

  private func address(_ options: PostgresOptions) throws -> ServerAddress {
    guard let url = options.url else { return try ServerAddress("") }
    let text = try text(url)
    do throws(PostgreSQLError) {
      return try ServerAddress(text)
    } catch {
      throw Problem(
        diagnostic: Diagnostic(
          .unreadableSource, error.message, at: url.span, label: "gives the address", help: error.help))
    }
  }

  /// The text of a query; what is interpolated is a value, not a part of it.
  private func sql(_ query: TypedExpression) throws -> SQL {
    guard case .interpolation(let parts) = query.kind else { return SQL(verbatim: try text(query)) }
    var sql: SQL = ""
    var isQuoted = false
    for part in parts {
      if case .literal(.string(let text)) = part.kind {
        sql = sql + SQL(verbatim: text)
        isQuoted = text.filter { $0 == "'" }.count.isMultiple(of: 2) == isQuoted
        continue
      }
      if isQuoted {
        throw Problem(
          diagnostic: Diagnostic(
            .unreadableSource, "a value stands in the quotes of a query", at: part.span,
            label: "is bound as it is",
            help: "leave out the quotes around it: it is never part of the query's text"))
      }
      let value = try text(TypedExpression(.interpolation([part]), .string, part.span))
      sql = sql + "\(value)"
    }
    return sql
  }

  /// The text of a constant; a view into the column would not keep it alive.
  private func text(_ constant: TypedExpression) throws -> String {
    let column = try constants.evaluateConstant(constant)
    return withExtendedLifetime(column) { column.texts[0].string }
  }

  // MARK: What is written

  private func write(_ mode: WriteMode, _ schema: TableSchema, _ element: Type) -> PostgresWrite {
    switch mode {
    case .append: return .append
    case .replace(nil): return .replace
    case .replace(let key?): return .replaceBy(columns(key, schema))
    case .delete(let key): return .delete(by: columns(key, schema))
    case .upsert(let key, let delete):
      guard let delete else { return .upsert(by: columns(key, schema), delete: nil) }
      let kernel = constants.compile(delete)
      return .upsert(by: columns(key, schema)) { batch in
        let rows = kernel.evaluate(batch, element: element)
        if let failure = rows.failures?.entries.first {
          let position = batch.tags?.origin?.position(of: Int(failure.row)) ?? ""
          throw RowFault(position: position, message: "`delete:` failed: \(failure.message)")
        }
        return rows.column.bits
      }
    }
  }

  private func columns(_ key: TypedLambda, _ schema: TableSchema) -> [String] {
    guard let fields = key.keyFields else { preconditionFailure("the checker wants columns for a key") }
    return fields.map { schema.columns[$0].name }
  }
}
