import PostgreSQL

/// What the tasks of submitted runs have written for people, as workers send it: in pieces, which are only added, and of
/// which some may be left out.
public struct TaskLogStore: Sendable {
  private let store: PostgreSQLRunStore

  /// The logs beside a store of runs.
  public init(_ store: PostgreSQLRunStore) { self.store = store }

  /// What one attempt, or one process, has written.
  public struct Log: Hashable, Sendable {
    /// The lease under which it was written.
    public let lease: Int64
    /// Names it under the lease.
    public let name: String
    /// Where all of it is: a machine, and the path there.
    public let place: String

    /// Names a log.
    public init(lease: Int64, name: String, place: String) {
      self.lease = lease
      self.name = name
      self.place = place
    }
  }

  /// A piece of a log.
  public struct Piece: Hashable, Sendable {
    /// The log.
    public let log: Log
    /// The bytes of the log before it.
    public let position: Int64
    /// The bytes of the log that it stands for.
    public let size: Int64
    /// Nil where it is not to be seen here.
    public let text: String?

    /// The bytes of the log up to its end.
    public var end: Int64 { position + size }

    /// Makes a piece.
    public init(log: Log, position: Int64, size: Int64, text: String?) {
      self.log = log
      self.position = position
      self.size = size
      self.text = text
    }
  }

  // MARK: - Workers

  /// Adds pieces of runs; of runs that are not there any more, nothing.
  public func add(_ pieces: [(run: RunID, piece: Piece)]) async throws(StoreError) {
    let all = pieces.map(\.piece)
    _ = try await store.rows(
      """
      INSERT INTO task_log (run, lease, name, place, position, size, text)
      SELECT number, lease, name, place, position, size, text
      FROM unnest(\(ArrayParameter(pieces.map(\.run.text))), \(ArrayParameter(all.map(\.log.lease))),
        \(ArrayParameter(all.map(\.log.name))), \(ArrayParameter(all.map(\.log.place))),
        \(ArrayParameter(all.map(\.position))), \(ArrayParameter(all.map(\.size))), \(ArrayParameter(all.map(\.text))))
        AS piece (id, lease, name, place, position, size, text) JOIN run USING (id)
      """)
  }

  // MARK: - Readers

  /// The logs of a run, in the order in which they were begun.
  public func logs(of run: RunID) async throws(StoreError) -> [Log] {
    let rows = try await store.rows(
      """
      SELECT lease, name, min(place) AS place FROM task_log WHERE \(Self.isOf(run))
      GROUP BY lease, name ORDER BY min(recorded), lease, length(name), name
      """)
    return try await store.attempt { try (0..<rows.count).map { try Self.log(rows, $0) } }
  }

  /// Some pieces of a log, from `position` on.
  public func pieces(of log: Log, _ run: RunID, from position: Int64) async throws(StoreError) -> [Piece] {
    let rows = try await store.rows(
      """
      SELECT * FROM task_log
      WHERE \(Self.isOf(run)) AND lease = \(log.lease) AND name = \(log.name) AND position >= \(position)
      ORDER BY position LIMIT 8
      """)
    return try await store.attempt { try (0..<rows.count).map { try Self.piece(rows, $0) } }
  }

  /// Reads the pieces of a run as they come.
  public struct Tail: Sendable {
    private let run: RunID
    private let store: PostgreSQLRunStore
    private var newest: Moment?
    /// The ends of logs that have grown of late.
    private var ends: [Log: (end: Int64, recorded: Moment)] = [:]

    /// What is recorded in one order may be seen in another, within so many microseconds.
    private static let margin: Int64 = 60_000_000

    fileprivate init(_ run: RunID, _ store: PostgreSQLRunStore) {
      self.run = run
      self.store = store
    }

    /// Some pieces that have not been given yet, the oldest first; none where there are none now.
    public mutating func next() async throws(StoreError) -> [Piece] {
      let since = newest.map { Moment(microseconds: $0.microseconds - Self.margin) }
      if let since { ends = ends.filter { $0.value.recorded >= since } }
      let known = Array(ends)
      let rows = try await store.rows(
        """
        SELECT task_log.* FROM task_log
          LEFT JOIN unnest(\(ArrayParameter(known.map(\.key.lease))), \(ArrayParameter(known.map(\.key.name))),
            \(ArrayParameter(known.map(\.value.end)))) AS known (lease, name, ends) USING (lease, name)
        WHERE \(TaskLogStore.isOf(run)) AND (\(since)::timestamptz IS NULL OR recorded >= \(since))
          AND (ends IS NULL OR position >= ends AND size > 0)
        ORDER BY recorded, lease, length(task_log.name), task_log.name, position LIMIT 64
        """)
      return try await store.attempt {
        var pieces: [Piece] = []
        for row in 0..<rows.count {
          let piece = try TaskLogStore.piece(rows, row)
          let recorded: Moment = try rows.value(row, "recorded")
          newest = max(newest ?? recorded, recorded)
          // A piece that was sent twice.
          if let end = ends[piece.log]?.end, piece.position < end { continue }
          ends[piece.log] = (piece.end, recorded)
          pieces.append(piece)
        }
        return pieces
      }
    }
  }

  /// What comes, from the beginning of a run.
  public func tail(of run: RunID) -> Tail { Tail(run, store) }

  /// Whether nothing more comes: the run has ended, and nobody holds it.
  public func isComplete(_ run: RunID) async throws(StoreError) -> Bool {
    let rows = try await store.rows(
      """
      SELECT ended IS NOT NULL AND NOT EXISTS (SELECT FROM run_lease WHERE run_lease.run = number)
        AND NOT EXISTS (SELECT FROM held_run WHERE held_run.run = number)
      FROM run WHERE id = \(run.text)
      """)
    return try await store.attempt { rows.count == 0 ? true : try rows.value(0, 0) }
  }

  /// What is older than the run itself lies in parts that need not be looked at.
  private static func isOf(_ run: RunID) -> SQL {
    """
    run = (SELECT number FROM run WHERE id = \(run.text))
      AND recorded >= (SELECT created - interval '1 day' FROM run WHERE id = \(run.text))
    """
  }

  private static func log(_ rows: Rows, _ row: Int) throws -> Log {
    Log(
      lease: try rows.value(row, "lease"), name: try rows.value(row, "name"),
      place: try rows.value(row, "place"))
  }

  private static func piece(_ rows: Rows, _ row: Int) throws -> Piece {
    Piece(
      log: try log(rows, row), position: try rows.value(row, "position"), size: try rows.value(row, "size"),
      text: try rows.value(row, "text"))
  }
}
