extension PostgreSQLMigration {
  /// Leases are found by their epochs.
  static let leases = PostgreSQLMigration(
    number: 10, name: "leases by epoch",
    script: """
      CREATE UNIQUE INDEX run_lease_by_epoch ON run_lease (epoch);
      """)
}
