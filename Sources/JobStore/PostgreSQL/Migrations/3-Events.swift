extension PostgreSQLMigration {
  /// What happened to runs.
  static let events = PostgreSQLMigration(
    number: 3, name: "events",
    script: """
      ALTER TABLE run
        ADD COLUMN events bigint NOT NULL DEFAULT 0,
        -- Names the last changes that were recorded: told again, they are not made again.
        ADD COLUMN batch bigint;

      -- Only added to. Old parts are dropped as a whole.
      CREATE TABLE run_event (
        run bigint NOT NULL,
        sequence bigint NOT NULL,
        recorded timestamptz NOT NULL DEFAULT now(),
        epoch bigint NOT NULL,
        at timestamptz NOT NULL,
        kind text NOT NULL,
        job bigint,
        call text,
        data text NOT NULL,
        value text,
        PRIMARY KEY (run, sequence, recorded)
      ) PARTITION BY RANGE (recorded);

      -- What no other part has a place for: nothing is refused because nobody has made tomorrow's.
      CREATE TABLE run_event_rest PARTITION OF run_event DEFAULT;

      -- Makes the parts of today and of the week to come, one a day: with the rights of who owns the tables, since any
      -- worker sees to it.
      CREATE FUNCTION prepare_events() RETURNS void SECURITY DEFINER LANGUAGE plpgsql AS $$
      DECLARE
        day date;
      BEGIN
        -- Two that make the same part would wait for each other.
        PERFORM pg_advisory_xact_lock(hashtextextended('thalweg events', 0));
        FOR day IN SELECT generate_series(0, 7) + (now() AT TIME ZONE 'UTC')::date LOOP
          CONTINUE WHEN to_regclass(format('run_event_%s', to_char(day, 'YYYYMMDD'))) IS NOT NULL;
          BEGIN
            EXECUTE format(
              'CREATE TABLE run_event_%s PARTITION OF run_event FOR VALUES FROM (%L) TO (%L)',
              to_char(day, 'YYYYMMDD'), day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
          EXCEPTION WHEN check_violation THEN
            -- Events of that day lie with the rest already, and stay there.
            NULL;
          END;
        END LOOP;
      END
      $$;
      -- What runs with the rights of the owner finds nothing in a schema of the user's.
      DO $$
      BEGIN
        EXECUTE format('ALTER FUNCTION prepare_events SET search_path = %I, pg_temp', current_schema());
      END $$;
      SELECT prepare_events();
      """)
}
