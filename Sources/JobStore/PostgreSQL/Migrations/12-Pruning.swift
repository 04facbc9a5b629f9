extension PostgreSQLMigration {
  /// What it takes to remove what is old.
  static let pruning = PostgreSQLMigration(
    number: 12, name: "pruning",
    script: """
      -- Who removes a program has to know who refers to it.
      CREATE INDEX submission_by_program ON submission (program);
      """)
}
