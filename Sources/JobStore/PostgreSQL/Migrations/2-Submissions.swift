extension PostgreSQLMigration {
  /// Runs that are submitted, and the workers that take them on.
  static let submissions = PostgreSQLMigration(
    number: 2, name: "submissions, leases, workers",
    script: """
      CREATE TABLE program (
        hash text PRIMARY KEY,
        files text NOT NULL
      );

      CREATE TABLE submission (
        run bigint PRIMARY KEY REFERENCES run ON DELETE CASCADE,
        program text NOT NULL REFERENCES program,
        arguments text NOT NULL,
        folder text NOT NULL,
        profile text,
        claims bigint NOT NULL DEFAULT 0,
        is_cancelled boolean NOT NULL DEFAULT false
      ) WITH (fillfactor = 70);

      -- Only what can be claimed now.
      CREATE TABLE ready_run (
        run bigint PRIMARY KEY REFERENCES run ON DELETE CASCADE
      ) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);

      -- No index on what changes, so that each heartbeat is a HOT update.
      CREATE TABLE worker (
        id text PRIMARY KEY,
        host text NOT NULL,
        process bigint NOT NULL,
        slots bigint NOT NULL,
        started timestamptz NOT NULL DEFAULT now(),
        seen timestamptz NOT NULL DEFAULT now(),
        is_draining boolean NOT NULL DEFAULT false
      ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01);

      CREATE TABLE run_lease (
        run bigint PRIMARY KEY REFERENCES run ON DELETE CASCADE,
        worker text NOT NULL REFERENCES worker,
        epoch bigint NOT NULL
      ) WITH (autovacuum_vacuum_scale_factor = 0.01);
      CREATE INDEX run_lease_by_worker ON run_lease (worker);

      -- Epochs fence: of two leases of a run the later has the greater.
      CREATE SEQUENCE lease_epoch;
      """)
}
