extension PostgreSQLMigration {
  /// Schedules, backfills, and runs that are held back.
  static let schedules = PostgreSQLMigration(
    number: 8, name: "schedules, backfills, held runs",
    script: """
      CREATE TABLE schedule (
        namespace text,
        name text COLLATE "C",
        pipeline text NOT NULL,
        file text NOT NULL,
        plan_hash text NOT NULL,
        job_ids bigint[] NOT NULL,
        job_names text[] NOT NULL,
        program text NOT NULL REFERENCES program,
        folder text NOT NULL,
        profile text,
        retries bigint NOT NULL,
        priority bigint NOT NULL,
        tags text[] NOT NULL,
        -- What each run has to pass, in this order; microseconds, 0 where it counts until its end.
        cap_keys text[] NOT NULL,
        cap_sizes bigint[] NOT NULL,
        cap_periods bigint[] NOT NULL,
        expression text NOT NULL,
        zone text NOT NULL,
        missed text NOT NULL,
        added timestamptz NOT NULL,
        is_paused boolean NOT NULL DEFAULT false,
        -- Times up to here have been dealt with.
        done timestamptz NOT NULL,
        next_fire timestamptz,
        PRIMARY KEY (namespace, name)
      );
      CREATE INDEX schedule_due ON schedule (next_fire) WHERE NOT is_paused;

      -- A time has one run at most.
      CREATE TABLE fire (
        namespace text,
        schedule text COLLATE "C",
        time timestamptz,
        run_id text NOT NULL COLLATE "C",
        PRIMARY KEY (namespace, schedule, time),
        FOREIGN KEY (namespace, schedule) REFERENCES schedule ON DELETE CASCADE
      );

      -- Times from `since` on and before `until` that were left out.
      CREATE TABLE missed_fire (
        namespace text,
        schedule text COLLATE "C",
        since timestamptz,
        until timestamptz NOT NULL,
        PRIMARY KEY (namespace, schedule, since),
        FOREIGN KEY (namespace, schedule) REFERENCES schedule ON DELETE CASCADE
      );

      CREATE TABLE backfill (
        namespace text,
        id text COLLATE "C",
        pipeline text NOT NULL,
        at_once bigint,
        made timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (namespace, id)
      );

      CREATE TABLE backfill_run (
        namespace text,
        backfill text COLLATE "C",
        value text,
        run bigint NOT NULL UNIQUE REFERENCES run ON DELETE CASCADE,
        PRIMARY KEY (namespace, backfill, value),
        FOREIGN KEY (namespace, backfill) REFERENCES backfill ON DELETE CASCADE
      );

      -- Instead of being ready: until it is resumed, the time has come, or others of its backfill have ended.
      CREATE TABLE held_run (
        run bigint PRIMARY KEY REFERENCES run ON DELETE CASCADE,
        namespace text NOT NULL,
        until timestamptz,
        backfill text COLLATE "C"
      );
      CREATE INDEX held_run_of_backfill ON held_run (namespace, backfill, run);

      ALTER TABLE submission
        ADD COLUMN schedule text,
        ADD COLUMN fire_time timestamptz,
        ADD COLUMN retries bigint NOT NULL DEFAULT 0,
        ADD COLUMN retried bigint NOT NULL DEFAULT 0,
        ADD COLUMN is_paused boolean NOT NULL DEFAULT false,
        ADD COLUMN is_awaited boolean NOT NULL DEFAULT false;

      DO $$
      DECLARE
        anybody text[] := '{viewer, operator, admin, worker}';
        operators text[] := '{operator, admin}';
        workers text[] := '{worker}';
        writers text[] := '{operator, admin, worker}';
        own text := 'namespace = ANY (%s)';
        own_run text := 'EXISTS (SELECT FROM run WHERE run.number = %1$I.run AND run.namespace = %1$I.namespace)';
        relation text;
      BEGIN
        FOREACH relation IN ARRAY '{schedule, fire, missed_fire, backfill, backfill_run, held_run}'::text[] LOOP
          PERFORM guard(relation, 'SELECT', anybody, own);
        END LOOP;
        PERFORM guard('schedule', 'INSERT', operators, own,
          'EXISTS (SELECT FROM program WHERE hash = schedule.program AND namespace = schedule.namespace)');
        PERFORM guard('schedule', 'UPDATE', operators, own,
          'EXISTS (SELECT FROM program WHERE hash = schedule.program AND namespace = schedule.namespace)');
        PERFORM guard('schedule', 'DELETE', operators, own);
        PERFORM guard('schedule', 'UPDATE (done, next_fire)', workers, own);
        PERFORM guard('fire', 'INSERT', writers, own);
        PERFORM guard('missed_fire', 'INSERT', writers, own);
        PERFORM guard('backfill', 'INSERT', operators, own);
        PERFORM guard('backfill', 'UPDATE', writers, own);
        PERFORM guard('backfill_run', 'INSERT', operators, own, format(own_run, 'backfill_run'));
        PERFORM guard('held_run', 'INSERT', writers, own, format(own_run, 'held_run'));
        PERFORM guard('held_run', 'UPDATE', writers, own, format(own_run, 'held_run'));
        PERFORM guard('held_run', 'DELETE', writers, own);

        -- A worker makes the runs of what is on the clock, and no others.
        PERFORM guard('run', 'INSERT', workers, own,
          'EXISTS (SELECT FROM fire JOIN schedule ON (fire.namespace, fire.schedule) = (schedule.namespace, schedule.name)
            WHERE fire.run_id = run.id AND fire.namespace = run.namespace
              AND (schedule.pipeline, schedule.plan_hash) = (run.pipeline, run.plan_hash))');
        PERFORM guard('submission', 'INSERT', workers,
          'EXISTS (SELECT FROM run WHERE run.number = submission.run AND run.namespace = ANY (%s))',
          'EXISTS (SELECT FROM schedule JOIN run ON run.namespace = schedule.namespace
            WHERE run.number = submission.run AND (schedule.name, schedule.program, schedule.folder)
              = (submission.schedule, submission.program, submission.folder))');
        PERFORM guard('cap', 'INSERT', workers, own,
          'EXISTS (SELECT FROM run JOIN submission ON submission.run = run.number
            WHERE run.number = cap.run AND run.namespace = cap.namespace AND schedule IS NOT NULL)');
        INSERT INTO privilege VALUES ('worker', 'UPDATE (retried)', 'submission');

        PERFORM renew_privileges(who) FROM (SELECT DISTINCT "user" AS who FROM member) AS members;
      END $$;
      """)
}
