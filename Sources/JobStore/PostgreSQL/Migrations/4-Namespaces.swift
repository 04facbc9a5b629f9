extension PostgreSQLMigration {
  /// Whose runs are, in which order they are taken on, and who serves whom.
  static let namespaces = PostgreSQLMigration(
    number: 4, name: "namespaces, priorities, tags",
    script: """
      ALTER TABLE run ADD COLUMN namespace text NOT NULL DEFAULT 'default'
        CHECK (namespace ~ '^[a-z][a-z0-9_-]{0,62}$');
      CREATE INDEX run_by_namespace ON run (namespace, created DESC, number DESC);

      -- Two namespaces may have the same plan or program, and neither is to meet the other's: outside of `default` the
      -- namespace stands before the hash.
      ALTER TABLE run DROP CONSTRAINT run_plan_hash_fkey;
      ALTER TABLE plan ADD COLUMN namespace text NOT NULL DEFAULT 'default',
        ADD CHECK (CASE namespace WHEN 'default' THEN strpos(hash, '/') = 0
          ELSE starts_with(hash, namespace || '/') END);
      ALTER TABLE program ADD COLUMN namespace text NOT NULL DEFAULT 'default',
        ADD CHECK (CASE namespace WHEN 'default' THEN strpos(hash, '/') = 0
          ELSE starts_with(hash, namespace || '/') END);

      -- Of what waits, the least rank goes first: when it was submitted, in microseconds, less what its priority is
      -- worth. So waiting raises everybody alike, and nothing has to be written meanwhile.
      ALTER TABLE submission
        ADD COLUMN priority bigint NOT NULL DEFAULT 0,
        ADD COLUMN rank bigint NOT NULL DEFAULT (extract(epoch FROM now()) * 1000000),
        ADD COLUMN tags text[] NOT NULL DEFAULT '{}';

      -- Runs of one namespace that want the same tags stand in one line. Tags are text, with commas between: how arrays
      -- compare is not known to keep secrets, and so no index would be used under row-level security.
      ALTER TABLE ready_run
        ADD COLUMN namespace text NOT NULL DEFAULT 'default',
        ADD COLUMN rank bigint NOT NULL DEFAULT (extract(epoch FROM now()) * 1000000),
        ADD COLUMN tags text NOT NULL DEFAULT '';
      CREATE INDEX ready_run_in_line ON ready_run (namespace, tags, rank, run);

      ALTER TABLE run_lease
        ADD COLUMN namespace text NOT NULL DEFAULT 'default',
        ADD COLUMN since timestamptz NOT NULL DEFAULT now();

      -- The version before names no namespace.
      ALTER TABLE ready_run ALTER COLUMN namespace DROP DEFAULT;
      ALTER TABLE run_lease ALTER COLUMN namespace DROP DEFAULT;
      CREATE FUNCTION take_namespace_of_run() RETURNS trigger SET search_path FROM CURRENT LANGUAGE plpgsql AS $$
      BEGIN
        NEW.namespace := (SELECT namespace FROM run WHERE number = NEW.run);
        RETURN NEW;
      END $$;
      CREATE TRIGGER namespace BEFORE INSERT ON ready_run
        FOR EACH ROW WHEN (NEW.namespace IS NULL) EXECUTE FUNCTION take_namespace_of_run();
      CREATE TRIGGER namespace BEFORE INSERT ON run_lease
        FOR EACH ROW WHEN (NEW.namespace IS NULL) EXECUTE FUNCTION take_namespace_of_run();

      -- What each namespace has been served of late: seconds of slots, as they weighed at `since`.
      CREATE TABLE service (
        namespace text PRIMARY KEY,
        seconds double precision NOT NULL CHECK (seconds >= 0),
        since timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01);

      ALTER TABLE worker
        ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
        ADD COLUMN registered_by name NOT NULL DEFAULT session_user;
      -- Whom a worker serves; `*` is everybody.
      CREATE TABLE worker_namespace (
        worker text REFERENCES worker ON DELETE CASCADE,
        namespace text,
        PRIMARY KEY (worker, namespace)
      );
      """)
}
