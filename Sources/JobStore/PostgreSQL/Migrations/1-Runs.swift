extension PostgreSQLMigration {
  /// Runs with their jobs, plans, epochs and operators.
  static let runs = PostgreSQLMigration(
    number: 1, name: "runs, jobs, attempts, plans, epochs, operators",
    script: """
      CREATE TABLE plan (
        hash text PRIMARY KEY,
        json text NOT NULL
      );

      CREATE TABLE run (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id text NOT NULL UNIQUE COLLATE "C",
        pipeline text NOT NULL,
        file text NOT NULL,
        parameters text NOT NULL,
        plan_hash text NOT NULL REFERENCES plan,
        mode text NOT NULL,
        backend text NOT NULL,
        owner_host text NOT NULL,
        owner_boot text NOT NULL,
        owner_process bigint NOT NULL,
        owner_began bigint NOT NULL,
        created timestamptz NOT NULL,
        state text NOT NULL,
        started timestamptz,
        ended timestamptz,
        seen timestamptz NOT NULL,
        rows_in bigint NOT NULL DEFAULT 0,
        rows_out bigint NOT NULL DEFAULT 0,
        error_code text,
        error_message text,
        error_text text,
        error_json text
      ) WITH (fillfactor = 70);
      CREATE INDEX run_by_age ON run (created DESC, number DESC);
      CREATE INDEX run_under_way ON run (number) WHERE ended IS NULL;

      CREATE TABLE job (
        run bigint REFERENCES run ON DELETE CASCADE,
        id bigint,
        name text NOT NULL,
        state text NOT NULL,
        PRIMARY KEY (run, id)
      ) WITH (fillfactor = 70);

      CREATE TABLE attempt (
        run bigint,
        job bigint,
        number bigint,
        state text NOT NULL,
        started timestamptz NOT NULL,
        ended timestamptz,
        rows_in bigint NOT NULL DEFAULT 0,
        rows_out bigint NOT NULL DEFAULT 0,
        busy bigint NOT NULL DEFAULT 0,
        error_code text,
        error_message text,
        error_text text,
        error_json text,
        PRIMARY KEY (run, job, number),
        FOREIGN KEY (run, job) REFERENCES job ON DELETE CASCADE
      ) WITH (fillfactor = 70);

      CREATE TABLE epoch (
        run bigint REFERENCES run ON DELETE CASCADE,
        number bigint,
        manifest text NOT NULL,
        committed timestamptz NOT NULL,
        watermark bigint,
        positions text NOT NULL,
        rows_in bigint NOT NULL,
        rows_out bigint NOT NULL,
        late bigint NOT NULL,
        failed bigint NOT NULL,
        faulted bigint NOT NULL,
        state_bytes bigint NOT NULL,
        is_savepoint boolean NOT NULL,
        is_applied boolean NOT NULL,
        PRIMARY KEY (run, number)
      ) WITH (fillfactor = 70);

      CREATE TABLE operator (
        run bigint REFERENCES run ON DELETE CASCADE,
        position bigint,
        name text NOT NULL,
        operation text NOT NULL,
        rows_in bigint NOT NULL,
        rows_out bigint NOT NULL,
        late bigint NOT NULL,
        failed bigint NOT NULL,
        faulted bigint NOT NULL,
        watermark bigint,
        PRIMARY KEY (run, position)
      ) WITH (fillfactor = 70);
      """)
}
