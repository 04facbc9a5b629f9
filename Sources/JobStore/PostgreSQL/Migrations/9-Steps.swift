extension PostgreSQLMigration {
  /// What owners of runs tell of calls is heard once.
  static let steps = PostgreSQLMigration(
    number: 9, name: "steps of leases",
    script: """
      -- The last that the owner has told of calls. No index, so that each is a HOT update.
      ALTER TABLE run_lease ADD COLUMN step bigint NOT NULL DEFAULT 0;
      """)
}
