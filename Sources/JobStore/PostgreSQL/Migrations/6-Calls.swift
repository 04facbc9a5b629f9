extension PostgreSQLMigration {
  /// Calls of tasks that any worker may make.
  static let calls = PostgreSQLMigration(
    number: 6, name: "calls of tasks",
    script: """
      -- A call is in one of these three tables. No table refers to `run`: each row would lock the run's.

      -- Only what can be taken on now.
      CREATE TABLE ready_call (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        namespace text NOT NULL,
        run bigint NOT NULL,
        tags text[] NOT NULL,
        name text NOT NULL,
        input text NOT NULL,
        attempt bigint NOT NULL,
        work text NOT NULL
      ) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
      CREATE INDEX ready_call_by_run ON ready_call (run);

      CREATE TABLE call_lease (
        epoch bigint PRIMARY KEY,
        namespace text NOT NULL,
        run bigint NOT NULL,
        name text NOT NULL,
        input text NOT NULL,
        attempt bigint NOT NULL,
        worker text NOT NULL
      ) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
      CREATE INDEX call_lease_by_worker ON call_lease (worker);
      CREATE INDEX call_lease_by_run ON call_lease (run);

      -- What the owner of the run has not taken in yet.
      CREATE TABLE call_result (
        namespace text NOT NULL,
        run bigint NOT NULL,
        name text NOT NULL,
        input text NOT NULL,
        attempt bigint NOT NULL,
        state text NOT NULL,
        value text,
        PRIMARY KEY (run, name)
      ) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
      """)
}
