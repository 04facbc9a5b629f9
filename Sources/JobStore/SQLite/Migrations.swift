import GRDB

/// The steps that bring a database to the newest shape. A step is never changed once it has been released: what
/// is wrong with it is mended by another.
enum Migrations {
  static let all: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("0001 runs, jobs, attempts, plans") { database in
      try database.execute(
        sql: """
          CREATE TABLE plan (
            hash TEXT PRIMARY KEY NOT NULL,
            json TEXT NOT NULL
          ) STRICT;

          CREATE TABLE run (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            pipeline TEXT NOT NULL,
            file TEXT NOT NULL,
            parameters TEXT NOT NULL,
            plan_hash TEXT NOT NULL REFERENCES plan (hash),
            mode TEXT NOT NULL,
            backend TEXT NOT NULL,
            owner_host TEXT NOT NULL,
            owner_boot TEXT NOT NULL,
            owner_process INTEGER NOT NULL,
            owner_began INTEGER NOT NULL,
            created INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('planned', 'running', 'succeeded', 'failed', 'cancelled')),
            started INTEGER,
            ended INTEGER,
            seen INTEGER NOT NULL,
            rows_in INTEGER NOT NULL,
            rows_out INTEGER NOT NULL,
            error_code TEXT,
            error_message TEXT,
            error_text TEXT,
            error_json TEXT
          ) STRICT;

          CREATE INDEX run_by_age ON run (created DESC, number DESC);

          CREATE TABLE job (
            run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
            id INTEGER NOT NULL,
            name TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'succeeded', 'failed', 'cancelled')),
            PRIMARY KEY (run, id)
          ) STRICT, WITHOUT ROWID;

          CREATE TABLE attempt (
            run INTEGER NOT NULL,
            job INTEGER NOT NULL,
            number INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'cancelled')),
            started INTEGER NOT NULL,
            ended INTEGER,
            rows_in INTEGER NOT NULL,
            rows_out INTEGER NOT NULL,
            busy INTEGER NOT NULL,
            error_code TEXT,
            error_message TEXT,
            error_text TEXT,
            error_json TEXT,
            PRIMARY KEY (run, job, number),
            FOREIGN KEY (run, job) REFERENCES job (run, id) ON DELETE CASCADE
          ) STRICT, WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("0002 epochs, operators, stopped runs") { database in
      // A check can't be changed: each table with the states of a run or job is made anew.
      try database.execute(
        sql: """
          CREATE TABLE new_run (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            pipeline TEXT NOT NULL,
            file TEXT NOT NULL,
            parameters TEXT NOT NULL,
            plan_hash TEXT NOT NULL REFERENCES plan (hash),
            mode TEXT NOT NULL,
            backend TEXT NOT NULL,
            owner_host TEXT NOT NULL,
            owner_boot TEXT NOT NULL,
            owner_process INTEGER NOT NULL,
            owner_began INTEGER NOT NULL,
            created INTEGER NOT NULL,
            state TEXT NOT NULL
              CHECK (state IN ('planned', 'running', 'succeeded', 'failed', 'cancelled', 'stopped')),
            started INTEGER,
            ended INTEGER,
            seen INTEGER NOT NULL,
            rows_in INTEGER NOT NULL,
            rows_out INTEGER NOT NULL,
            error_code TEXT,
            error_message TEXT,
            error_text TEXT,
            error_json TEXT
          ) STRICT;
          INSERT INTO new_run SELECT * FROM run;
          DROP TABLE run;
          ALTER TABLE new_run RENAME TO run;
          CREATE INDEX run_by_age ON run (created DESC, number DESC);

          CREATE TABLE new_job (
            run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
            id INTEGER NOT NULL,
            name TEXT NOT NULL,
            state TEXT NOT NULL
              CHECK (state IN ('waiting', 'running', 'succeeded', 'failed', 'cancelled', 'stopped')),
            PRIMARY KEY (run, id)
          ) STRICT, WITHOUT ROWID;
          INSERT INTO new_job SELECT * FROM job;
          DROP TABLE job;
          ALTER TABLE new_job RENAME TO job;

          CREATE TABLE new_attempt (
            run INTEGER NOT NULL,
            job INTEGER NOT NULL,
            number INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'cancelled', 'stopped')),
            started INTEGER NOT NULL,
            ended INTEGER,
            rows_in INTEGER NOT NULL,
            rows_out INTEGER NOT NULL,
            busy INTEGER NOT NULL,
            error_code TEXT,
            error_message TEXT,
            error_text TEXT,
            error_json TEXT,
            PRIMARY KEY (run, job, number),
            FOREIGN KEY (run, job) REFERENCES job (run, id) ON DELETE CASCADE
          ) STRICT, WITHOUT ROWID;
          INSERT INTO new_attempt SELECT * FROM attempt;
          DROP TABLE attempt;
          ALTER TABLE new_attempt RENAME TO attempt;

          CREATE TABLE epoch (
            run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            manifest TEXT NOT NULL,
            committed INTEGER NOT NULL,
            watermark INTEGER,
            positions TEXT NOT NULL,
            rows_in INTEGER NOT NULL,
            rows_out INTEGER NOT NULL,
            late INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            faulted INTEGER NOT NULL,
            state_bytes INTEGER NOT NULL,
            is_savepoint INTEGER NOT NULL,
            is_applied INTEGER NOT NULL,
            PRIMARY KEY (run, number)
          ) STRICT, WITHOUT ROWID;

          CREATE TABLE operator (
            run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            operation TEXT NOT NULL,
            rows_in INTEGER NOT NULL,
            rows_out INTEGER NOT NULL,
            late INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            faulted INTEGER NOT NULL,
            watermark INTEGER,
            PRIMARY KEY (run, position)
          ) STRICT, WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("0003 events") { database in
      try database.execute(
        sql: """
          ALTER TABLE run ADD COLUMN events INTEGER NOT NULL DEFAULT 0;
          ALTER TABLE run ADD COLUMN batch INTEGER;

          CREATE TABLE event (
            run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
            sequence INTEGER NOT NULL,
            kind TEXT NOT NULL,
            at INTEGER NOT NULL,
            job INTEGER,
            call TEXT,
            data TEXT NOT NULL,
            value TEXT,
            PRIMARY KEY (run, sequence)
          ) STRICT, WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("0004 skipped jobs") { database in
      try database.execute(
        sql: """
          CREATE TABLE new_job (
            run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
            id INTEGER NOT NULL,
            name TEXT NOT NULL,
            state TEXT NOT NULL CHECK (
              state IN ('waiting', 'running', 'succeeded', 'failed', 'cancelled', 'stopped', 'skipped')),
            PRIMARY KEY (run, id)
          ) STRICT, WITHOUT ROWID;
          INSERT INTO new_job SELECT * FROM job;
          DROP TABLE job;
          ALTER TABLE new_job RENAME TO job;
          """)
    }
    migrator.registerMigration("0005 namespaces") { database in
      try database.execute(sql: "ALTER TABLE run ADD COLUMN namespace TEXT NOT NULL DEFAULT 'default'")
    }
    return migrator
  }()
}
