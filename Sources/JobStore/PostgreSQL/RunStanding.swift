import PostgreSQL

/// Where a submitted run is that has not ended: why it waits, or who works at it.
public enum RunStanding: Hashable, Sendable {
  /// A worker may take it on.
  /// - Parameters:
  ///   - before: Runs that stand before it in its namespace.
  ///   - workers: Workers that are alive, take on more, and may take it on.
  case ready(before: Int, workers: Int)
  /// It stands in line at a cap.
  /// - Parameters:
  ///   - used: Slots that are given.
  ///   - before: Runs that stand before it there.
  case capped(key: String, size: Int, used: Int, before: Int)
  /// Somebody has paused it.
  case paused
  /// It has failed, and is begun anew.
  case retry(at: Moment?)
  /// Others of its backfill have to end first.
  case backfill(String)
  /// A worker has taken it on; calls of its tasks wait for workers, or are made.
  case running(worker: RunWorkerName, isPaused: Bool, waiting: Int, calls: Int)
}

/// A worker, for people.
public struct RunWorkerName: Hashable, Sendable {
  /// Made anew for each process.
  public let id: String
  /// The machine.
  public let host: String
  /// The process number.
  public let process: Int64
  /// Its last heartbeat.
  public let seen: Moment
}

extension PostgreSQLRunStore {
  /// Where a run is; nil where it has ended, or was not submitted.
  public func standing(of run: RunID) async throws(StoreError) -> RunStanding? {
    let rows = try await rows(
      """
      SELECT is_paused, ready_run.run IS NOT NULL AS is_ready, cap_line.key AS cap_key, cap.size AS cap_size,
        held_run.run IS NOT NULL AS is_held, held_run.until AS held_until, held_run.backfill AS held_backfill,
        worker.id AS worker_id, worker.host AS worker_host, worker.process AS worker_process,
        worker.seen AS worker_seen,
        (SELECT count(*) FROM ready_run AS other WHERE other.namespace = ready_run.namespace
          AND (other.rank, other.run) < (ready_run.rank, ready_run.run)) AS before_ready,
        (SELECT count(*) FROM worker AS other
          WHERE NOT other.is_draining AND other.tags @> submission.tags AND \(RunQueue.isAlive)
            AND EXISTS (SELECT FROM worker_namespace WHERE worker_namespace.worker = other.id
              AND worker_namespace.namespace IN ('*', run.namespace))) AS workers,
        (SELECT count(*) FROM slot WHERE slot.namespace = cap_line.namespace AND slot.key = cap_line.key
          AND (until IS NULL OR until > now())) AS cap_used,
        (SELECT count(*) FROM cap_line AS other
          WHERE other.namespace = cap_line.namespace AND other.key = cap_line.key
            AND (other.rank, other.run, other.call) < (cap_line.rank, cap_line.run, cap_line.call)) AS before_cap,
        (SELECT count(*) FROM ready_call WHERE ready_call.run = run.number) AS calls_waiting,
        (SELECT count(*) FROM call_lease WHERE call_lease.run = run.number) AS calls_made
      FROM run JOIN submission ON submission.run = number
        LEFT JOIN ready_run ON ready_run.run = number
        LEFT JOIN cap_line ON cap_line.run = number AND cap_line.call = 0
        LEFT JOIN cap ON cap.run = number AND cap.call = 0 AND cap.position = cap_line.position
        LEFT JOIN held_run ON held_run.run = number
        LEFT JOIN run_lease ON run_lease.run = number LEFT JOIN worker ON worker.id = run_lease.worker
      WHERE run.id = \(run.text)
      """)
    return try await attempt { rows.count == 0 ? nil : try rows.standing() }
  }
}

extension RunQueue {
  /// Whether a worker, named `other` in a statement, has been heard of of late.
  static let isAlive: SQL = "other.seen > now() - interval '15 seconds'"
}

extension Rows {
  fileprivate func standing() throws -> RunStanding? {
    let isPaused: Bool = try value(0, "is_paused")
    if let worker: String = try value(0, "worker_id", as: String?.self) {
      let name = RunWorkerName(
        id: worker, host: try value(0, "worker_host"), process: try value(0, "worker_process"),
        seen: try value(0, "worker_seen"))
      return .running(
        worker: name, isPaused: isPaused, waiting: try value(0, "calls_waiting"),
        calls: try value(0, "calls_made"))
    }
    if let key: String = try value(0, "cap_key", as: String?.self) {
      return .capped(
        key: key, size: try value(0, "cap_size"), used: try value(0, "cap_used"),
        before: try value(0, "before_cap"))
    }
    if try value(0, "is_ready") {
      return .ready(before: try value(0, "before_ready"), workers: try value(0, "workers"))
    }
    guard try value(0, "is_held") else { return nil }
    if isPaused { return .paused }
    if let until: Moment = try value(0, "held_until", as: Moment?.self) { return .retry(at: until) }
    if let backfill: String = try value(0, "held_backfill", as: String?.self) { return .backfill(backfill) }
    return .retry(at: nil)
  }
}
