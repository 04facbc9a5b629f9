public import Columns
import Formats
import PostgreSQL

/// What becomes of a table's rows when others are written.
public enum PostgresWrite: Sendable {
  /// They stay.
  case append
  /// They go.
  case replace
  /// Those that have the key of a written row go: columns of the table.
  case replaceBy([String])
  /// A row of the same key is changed; those for which `delete` holds are removed. The last row of a key counts.
  case upsert(by: [String], delete: (@Sendable (Batch) throws -> Bitmap)?)
  /// Those that have the key of a written row go, and none comes.
  case delete(by: [String])

  /// The columns that make a row what it is.
  var key: [String] {
    switch self {
    case .append, .replace: []
    case .replaceBy(let key), .upsert(let key, _), .delete(let key): key
    }
  }

  var gone: (@Sendable (Batch) throws -> Bitmap)? {
    if case .upsert(_, let delete) = self { delete } else { nil }
  }

  /// Whether rows go into the table as they come; if not they are kept beside it until all are there.
  var isDirect: Bool { if case .append = self { true } else { false } }
}

/// The statements that write rows into a table.
struct WriteStatements {
  /// Where rows are kept that have to wait.
  private static let stage: SQL = "\(name: "thalweg_stage")"
  private static let gone: SQL = "\(name: "thalweg_gone")"
  /// In which order they came.
  private static let order: SQL = "\(name: "thalweg_order")"

  private let table: SQL
  private let write: PostgresWrite
  private let names: [String]
  /// The parts of the key that may be null.
  private let nullable: Set<String>

  /// - Parameter columns: Those that are written, in order.
  init(_ table: TableName, _ write: PostgresWrite, _ columns: [PostgresWritePlan.Column]) {
    self.table = table.sql
    self.write = write
    names = columns.map(\.field.name)
    nullable = Set(columns.filter { $0.field.isOptional }.map(\.field.name))
  }

  private func list(_ names: [String], of prefix: SQL = "") -> SQL {
    .joined(names.map { "\(prefix)\(name: $0)" })
  }

  /// Makes the stage, once a connection: it is empty again after each transaction.
  var stages: [SQL] {
    if write.isDirect { return [] }
    let flag: SQL = write.gone == nil ? "" : ", false AS \(Self.gone)"
    return [
      "CREATE TEMP TABLE \(Self.stage) ON COMMIT DELETE ROWS AS SELECT \(list(names))\(flag) FROM \(table) WITH NO DATA",
      "ALTER TABLE \(Self.stage) ADD \(Self.order) bigint GENERATED ALWAYS AS IDENTITY",
    ]
  }

  /// Takes the rows.
  var copy: SQL {
    let flag: SQL = write.gone == nil ? "" : ", \(Self.gone)"
    return "COPY \(write.isDirect ? table : Self.stage) (\(list(names))\(flag)) FROM STDIN (FORMAT binary)"
  }

  /// What is done with the rows that were taken.
  /// - Parameter isFirst: Whether none were written before, of those that belong together.
  func applied(isFirst: Bool) -> [SQL] {
    switch write {
    case .append: []
    case .replace: isFirst ? ["DELETE FROM \(table)", insertion] : [insertion]
    case .replaceBy: [deletion(of: "SELECT DISTINCT \(list(write.key)) FROM \(Self.stage)"), insertion]
    case .delete: [deletion(of: "SELECT DISTINCT \(list(write.key)) FROM \(Self.stage)")]
    case .upsert(_, nil): [upsertion(of: newest)]
    case .upsert:
      [
        deletion(of: "SELECT \(list(write.key)) FROM (\(newest)) AS newest WHERE \(Self.gone)"),
        upsertion(of: "SELECT * FROM (\(newest)) AS newest WHERE NOT \(Self.gone)"),
      ]
    }
  }

  private var insertion: SQL {
    "INSERT INTO \(table) (\(list(names))) SELECT \(list(names)) FROM \(Self.stage) ORDER BY \(Self.order)"
  }

  /// The last row of each key.
  private var newest: SQL {
    "SELECT DISTINCT ON (\(list(write.key))) * FROM \(Self.stage) ORDER BY \(list(write.key)), \(Self.order) DESC"
  }

  private func deletion(of keys: SQL) -> SQL {
    // `IS NOT DISTINCT FROM` would keep the server from using an index or a hash.
    let matches = write.key.map { name -> SQL in
      let equal: SQL = "target.\(name: name) = key.\(name: name)"
      return nullable.contains(name)
        ? "(\(equal) OR target.\(name: name) IS NULL AND key.\(name: name) IS NULL)" : equal
    }
    return
      "DELETE FROM \(table) AS target USING (\(keys)) AS key WHERE \(.joined(matches, separator: " AND "))"
  }

  private func upsertion(of rows: SQL) -> SQL {
    let others = names.filter { !write.key.contains($0) }
    let change: SQL =
      others.isEmpty
      ? "NOTHING" : "UPDATE SET \(.joined(others.map { "\(name: $0) = excluded.\(name: $0)" }))"
    return """
      INSERT INTO \(table) (\(list(names))) SELECT \(list(names)) FROM (\(rows)) AS row
      ON CONFLICT (\(list(write.key))) DO \(change)
      """
  }
}
