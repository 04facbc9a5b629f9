import PostgreSQL

/// Many runs of a pipeline that belong together, one for each of some values.
extension RunQueue {
  /// One run of a backfill.
  public struct BackfillRun: Sendable {
    /// What it is for: of two runs of a backfill for one value the second is not made.
    public let value: String
    /// Its name.
    public let id: RunID
    /// All of its arguments, a JSON object of strings.
    public let parameters: String
    /// Those that were given.
    public let arguments: String
    /// What it has to pass.
    public let caps: [Cap]

    /// Makes a run.
    public init(value: String, id: RunID, parameters: String, arguments: String, caps: [Cap] = []) {
      self.value = value
      self.id = id
      self.parameters = parameters
      self.arguments = arguments
      self.caps = caps
    }
  }

  /// Submits the runs of a backfill, all of them or none; those for values that have a run already are not made.
  /// - Parameters:
  ///   - id: Names the backfill.
  ///   - atOnce: So many may be ready or under way at a time.
  ///   - model: What the runs have in common; with `terms`, but for their caps.
  /// - Returns: How many are new; nil where the backfill is one of another pipeline.
  public func backfill(
    _ id: String, atOnce: Int?, _ runs: [BackfillRun], like model: RunRecord, jobs: [JobRecord],
    plan: PlanRecord, _ submission: Submission, _ terms: Terms = Terms()
  ) async throws(StoreError) -> Int? {
    let count: Int? = try await store.attempt {
      try await pool.transaction { connection in
        let results = try await connection.run([
          PostgreSQLRunStore.insert(plan, in: model.namespace),
          Self.insert(submission, in: model.namespace),
          // Of two that submit the same backfill at once the second waits here, and then sees what the first has made.
          """
          INSERT INTO backfill (namespace, id, pipeline, at_once)
          VALUES (\(model.namespace), \(id), \(model.pipeline), \(atOnce))
          ON CONFLICT (namespace, id) DO UPDATE SET at_once = excluded.at_once
            WHERE backfill.pipeline = excluded.pipeline RETURNING id
          """,
        ])
        guard results[2].count == 1 else { return nil }
        var count = 0
        for start in stride(from: 0, to: runs.count, by: Self.most) {
          let some = Array(runs[start..<min(start + Self.most, runs.count)])
          count += try await connection.run(
            Self.insert(some, of: id, like: model, jobs, submission, terms)
          )[0].affected
        }
        return count
      }
    }
    if count != nil { try await promote() }
    return count
  }

  /// So many runs are made by one statement.
  private static let most = 1000

  private static func insert(
    _ runs: [BackfillRun], of id: String, like model: RunRecord, _ jobs: [JobRecord],
    _ submission: Submission, _ terms: Terms
  ) -> [SQL] {
    let (values, ids) = (ArrayParameter(runs.map(\.value)), ArrayParameter(runs.map(\.id.text)))
    let (parameters, arguments) = (
      ArrayParameter(runs.map(\.parameters)), ArrayParameter(runs.map(\.arguments))
    )
    let owner = model.owner
    let (namespace, program) = (
      model.namespace, PostgreSQLRunStore.key(submission.program, in: model.namespace)
    )
    return [
      """
      INSERT INTO run (id, namespace, pipeline, file, parameters, plan_hash, mode, backend, owner_host, owner_boot,
        owner_process, owner_began, created, state, seen)
      SELECT id, \(namespace), \(model.pipeline), \(model.file), parameters, \(model.planHash), \(model.mode),
        \(model.backend), \(owner.host), \(owner.boot), \(owner.process), \(owner.began), now(), 'planned', now()
      FROM unnest(\(values), \(ids), \(parameters)) WITH ORDINALITY AS given (value, id, parameters, place)
      WHERE NOT EXISTS (
        SELECT FROM backfill_run
        WHERE (namespace, backfill, backfill_run.value) = (\(namespace), \(id), given.value))
      ORDER BY place
      """,
      PostgreSQLRunStore.insert(jobs, of: "SELECT number FROM run WHERE id = ANY (\(ids))"),
      """
      INSERT INTO submission (run, program, arguments, folder, profile, retries, priority, rank, tags)
      SELECT number, \(program), arguments, \(submission.folder), \(submission.profile), \(submission.retries),
        \(terms.priority), \(rank("\(terms.priority)")), \(ArrayParameter(terms.tags.sorted()))
      FROM unnest(\(ids), \(arguments)) AS given (id, arguments) JOIN run USING (id)
      """,
      """
      INSERT INTO backfill_run (namespace, backfill, value, run)
      SELECT run.namespace, \(id), value, number
      FROM unnest(\(ids), \(values)) AS given (id, value) JOIN run USING (id)
      """,
      "INSERT INTO held_run (run, namespace, backfill) SELECT number, namespace, \(id) FROM run WHERE id = ANY (\(ids))",
    ]
      + (runs.allSatisfy(\.caps.isEmpty)
        ? [] : [Caps.insert(runs.flatMap { run in run.caps.map { (run.id, $0) } })])
  }

  /// How far a backfill is.
  public struct BackfillProgress: Hashable, Sendable {
    /// Runs by how far they are.
    public var runs: [RunState: Int] = [:]
    /// The first that failed or were cancelled, with what they were for.
    public var failed: [Failed] = []

    /// All of them.
    public var count: Int { runs.values.reduce(0, +) }
    /// Those that have ended.
    public var ended: Int { runs.filter(\.key.isFinal).values.reduce(0, +) }

    /// A run that did not succeed.
    public struct Failed: Hashable, Sendable {
      /// Its name.
      public let run: RunID
      /// What it was for.
      public let value: String
    }
  }

  /// How far a backfill is, with so many of its failures.
  public func progress(
    ofBackfill id: String, in namespace: String = RunRecord.defaultNamespace, failures: Int
  ) async throws(StoreError) -> BackfillProgress {
    let counts = try await store.rows(
      """
      SELECT CASE WHEN \(Self.isToBeRetried) THEN 'planned' ELSE state END AS state, count(*)
      FROM backfill_run JOIN run ON run.number = backfill_run.run JOIN submission ON submission.run = run.number
      WHERE (backfill_run.namespace, backfill) = (\(namespace), \(id)) GROUP BY 1
      """)
    let failed = try await store.rows(
      """
      SELECT id, value FROM backfill_run JOIN run ON run.number = backfill_run.run
      WHERE (backfill_run.namespace, backfill) = (\(namespace), \(id)) AND state IN ('failed', 'cancelled') ORDER BY number LIMIT \(failures)
      """)
    return try await store.attempt {
      var progress = BackfillProgress()
      for row in 0..<counts.count {
        progress.runs[try counts.state(row, "state", in: store.place)] = try counts.value(row, 1)
      }
      for row in 0..<failed.count {
        progress.failed.append(
          .init(run: RunID(try failed.value(row, 0)), value: try failed.value(row, 1)))
      }
      return progress
    }
  }
}
