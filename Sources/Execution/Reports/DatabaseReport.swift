import Diagnosing
import JobStore

/// What `db check` tells.
public struct DatabaseReport: Sendable {
  private let place: String
  private let status: PostgreSQLSchema.Status

  /// Of the database at `place`.
  public init(_ place: String, _ status: PostgreSQLSchema.Status) {
    self.place = place
    self.status = status
  }

  /// For people.
  public var text: String {
    let tables =
      switch status.version {
      case 0: "no tables: `thalweg db migrate` makes them"
      case status.newest: "tables of version \(status.version)"
      case ..<status.newest:
        "tables of version \(status.version), this program needs \(status.newest): run `thalweg db migrate`"
      default: "tables of version \(status.version), this program knows \(status.newest), and can use them"
      }
    return "\(place), PostgreSQL \(status.server)\n  \(tables)\n"
      + status.unsafeSettings.map { "  warning: `\($0)`: a crash of the server may lose what was recorded\n" }
      .joined()
  }

  /// For programs.
  public var json: JSONValue {
    .members([
      "version": .int(1), "database": .string(place), "server": .string(status.server),
      "tables": .int(Int64(status.version)), "needed": .int(Int64(status.newest)),
      "usable": .bool(status.isUsable), "unsafe_settings": .array(status.unsafeSettings.map { .string($0) }),
    ])
  }
}
