extension PostgreSQLMigration {
  /// What tasks write for people.
  static let logs = PostgreSQLMigration(
    number: 11, name: "logs of tasks",
    script: """
      -- Pieces, only added to. Old parts are dropped as a whole.
      CREATE TABLE task_log (
        run bigint NOT NULL,
        lease bigint NOT NULL,
        name text NOT NULL,
        place text NOT NULL,
        position bigint NOT NULL,
        size bigint NOT NULL,
        text text,
        recorded timestamptz NOT NULL DEFAULT now()
      ) PARTITION BY RANGE (recorded);
      CREATE INDEX task_log_by_log ON task_log (run, lease, name, position);
      CREATE INDEX task_log_by_time ON task_log (run, recorded);
      CREATE TABLE task_log_rest PARTITION OF task_log DEFAULT;

      CREATE OR REPLACE FUNCTION prepare_events() RETURNS void SECURITY DEFINER LANGUAGE plpgsql AS $$
      DECLARE
        relation text;
        day date;
        part text;
      BEGIN
        -- Two that make the same part would wait for each other.
        PERFORM pg_advisory_xact_lock(hashtextextended('thalweg events', 0));
        FOREACH relation IN ARRAY '{run_event, task_log}'::text[] LOOP
          FOR day IN SELECT generate_series(0, 7) + (now() AT TIME ZONE 'UTC')::date LOOP
            part := relation || '_' || to_char(day, 'YYYYMMDD');
            CONTINUE WHEN to_regclass(part) IS NOT NULL;
            BEGIN
              EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, relation,
                day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
            EXCEPTION WHEN check_violation THEN
              -- What is of that day lies with the rest already, and stays there.
              NULL;
            END;
          END LOOP;
        END LOOP;
      END
      $$;
      DO $$
      BEGIN
        EXECUTE format('ALTER FUNCTION prepare_events SET search_path = %I, pg_temp', current_schema());
      END $$;
      SELECT prepare_events();

      DO $$
      DECLARE
        by_run text := 'EXISTS (SELECT FROM run WHERE run.number = task_log.run AND run.namespace = ANY (%s))';
      BEGIN
        PERFORM guard('task_log', 'SELECT', '{viewer, operator, admin, worker}'::text[], by_run);
        PERFORM guard('task_log', 'INSERT', '{worker}'::text[], by_run);
        PERFORM renew_privileges(who) FROM (SELECT DISTINCT "user" AS who FROM member) AS members;
      END $$;
      """)
}
