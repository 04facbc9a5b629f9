/// A step that brings a database to a newer shape. A step is never changed once it has been released, and only adds:
/// programs of the version before go on while it is made.
struct PostgreSQLMigration: Sendable {
  /// From 1, without gaps.
  let number: Int
  /// What it brings, in a few words.
  let name: String
  let script: String

  /// In their order.
  static let all: [PostgreSQLMigration] = [
    .runs, .submissions, .events, .namespaces, .caps, .calls, .roles, .schedules, .steps, .leases,
    .logs, .pruning,
  ]
}
