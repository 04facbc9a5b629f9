import PostgreSQL

/// What programs of the version before say to the database, of whose tables they know two steps: it has to go on
/// working.
struct FormerVersion: Sendable {
  static let steps = 2
  let pool: ConnectionPool

  func register(_ worker: String) async throws {
    try await pool.run("INSERT INTO worker (id, host, process, slots) VALUES (\(worker), 'a', 1, 4)")
  }

  func submit(_ id: String) async throws {
    try await pool.transaction { connection in
      let results = try await connection.run([
        "INSERT INTO plan (hash, json) VALUES ('abc', '{}') ON CONFLICT (hash) DO NOTHING",
        "INSERT INTO program (hash, files) VALUES ('p1', '{}') ON CONFLICT (hash) DO NOTHING",
        """
        WITH made AS (
          INSERT INTO run (id, pipeline, file, parameters, plan_hash, mode, backend, owner_host, owner_boot,
            owner_process, owner_began, created, state, started, ended, seen, rows_in, rows_out)
          VALUES (\(id), 'revenue', 'revenue.thal', '{}', 'abc', 'batch', 'scheduler', 'a', 'b', 42, 7, now(),
            'planned', NULL, NULL, now(), 0, 0)
          ON CONFLICT (id) DO NOTHING RETURNING number),
        jobs AS (
          INSERT INTO job (run, id, name, state)
          SELECT made.number, job.* FROM made, unnest(ARRAY[1, 2], ARRAY['sales', 'shops'],
            ARRAY['waiting', 'waiting']) AS job)
        SELECT number FROM made
        """,
      ])
      let number: Int64 = try results[2].value(0, 0)
      _ = try await connection.run([
        """
        INSERT INTO submission (run, program, arguments, folder, profile)
        VALUES (\(number), 'p1', '{}', '/data', NULL)
        """,
        "INSERT INTO ready_run (run) VALUES (\(number))",
      ])
    }
  }

  /// Takes on the oldest run, runs it and lets it go.
  /// - Returns: Its id; nil where none is ready.
  func work(as worker: String) async throws -> String? {
    let claimed = try await pool.run(
      """
      WITH taken AS MATERIALIZED (
        DELETE FROM ready_run WHERE run IN (
          SELECT run FROM ready_run ORDER BY run LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING run),
      leased AS (
        INSERT INTO run_lease (run, worker, epoch)
        SELECT run, \(worker), nextval('lease_epoch') FROM taken RETURNING run, epoch),
      counted AS (
        UPDATE submission SET claims = claims + 1 FROM taken WHERE submission.run = taken.run
        RETURNING submission.*)
      SELECT run.id, epoch FROM leased JOIN counted USING (run) JOIN run ON run.number = leased.run
        JOIN program ON program.hash = counted.program
      """)
    guard claimed.count == 1 else { return nil }
    let id: String = try claimed.value(0, 0)
    let epoch: Int64 = try claimed.value(0, 1)
    try await pool.transaction { connection in
      let found = try await connection.run(
        """
        SELECT run.number FROM run JOIN run_lease ON run_lease.run = run.number AND run_lease.epoch = \(epoch)
        WHERE run.id = \(id) AND run.state IN ('planned', 'running') FOR UPDATE
        """)
      let number: Int64 = try found.value(0, 0)
      _ = try await connection.run([
        "UPDATE job SET state = 'running' WHERE run = \(number) AND id = 1",
        """
        INSERT INTO attempt (run, job, number, state, started)
        SELECT \(number), 1, 1 + coalesce(max(number), 0), 'running', now() FROM attempt
        WHERE run = \(number) AND job = 1
        """,
        """
        UPDATE attempt SET state = 'succeeded', ended = now(), rows_in = 1, rows_out = 1, busy = 1
        WHERE run = \(number) AND job = 1 AND state = 'running'
        """,
        "UPDATE job SET state = 'succeeded' WHERE run = \(number)",
        """
        UPDATE run SET seen = greatest(seen, now()), state = 'succeeded', started = now(), ended = now()
        WHERE number = \(number)
        """,
      ])
    }
    try await pool.run(
      """
      DELETE FROM run_lease USING run
      WHERE run_lease.epoch = \(epoch) AND run.number = run_lease.run AND run.state NOT IN ('planned', 'running')
      """)
    return id
  }
}
