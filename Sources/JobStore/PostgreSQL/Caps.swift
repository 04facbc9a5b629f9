import PostgreSQL

/// So many at once, or so many in a while, of all that have the same key.
public struct Cap: Hashable, Sendable {
  /// What is counted, within a namespace.
  public let key: String
  /// So many pass.
  public let size: Int
  /// Microseconds from its beginning after which one no longer counts; nil where it counts until its end.
  public let period: Int64?

  /// Makes a cap.
  public init(key: String, size: Int, period: Int64? = nil) {
    self.key = key
    self.size = size
    self.period = period
  }
}

/// The statements by which slots are given. They are part of the transaction that needs them, after rows of runs and
/// leases have been locked: whoever gives slots locks the namespace, and locks nothing behind it that was there before.
enum Caps {
  /// What runs have to pass, each in this order; those that there are not have nothing to.
  static func insert(_ caps: [(run: RunID, cap: Cap)]) -> SQL {
    """
    INSERT INTO cap (run, position, namespace, key, size, period)
    SELECT number, place, namespace, key, size, \(period("given.period"))
    FROM unnest(\(ArrayParameter(caps.map(\.run.text))), \(ArrayParameter(caps.map(\.cap.key))),
      \(ArrayParameter(caps.map { Int64($0.cap.size) })), \(ArrayParameter(caps.map { $0.cap.period ?? 0 })))
      WITH ORDINALITY AS given (id, key, size, period, place) JOIN run USING (id)
    """
  }

  /// As an interval; 0 is none.
  /// - Parameter microseconds: An expression.
  static func period(_ microseconds: SQL) -> SQL {
    "CASE WHEN \(microseconds) > 0 THEN \(microseconds) * interval '1 microsecond' END"
  }

  /// Those who enter are ready: they have nothing to pass.
  static func admit(_ entering: SQL) -> SQL { makeReady("(\(entering)) AS h") }

  /// Whoever may begin is ready: those who enter and meet no cap, and those whom what leaves makes room for.
  /// - Parameters:
  ///   - leaving: Rows of `run, call, rank` that have ended, or begin anew.
  ///   - entering: Rows that want to begin.
  static func pass(leaving: SQL = nobody, entering: SQL = nobody) -> [SQL] {
    let namespaces: SQL = """
      SELECT DISTINCT namespace FROM cap JOIN (\(leaving) UNION ALL \(entering)) AS h USING (run, call)
      """
    return [
      // A statement of its own: the next one has to see all that was put in line before.
      "SELECT lock_caps(ARRAY(\(namespaces)))",
      makeReady(
        """
        pass_caps(ARRAY(SELECT h::cap_holder FROM (\(leaving)) AS h),
          ARRAY(SELECT h::cap_holder FROM (\(entering)) AS h))
        """),
    ]
  }

  /// The namespaces in which slots have become free by time or where, with `all`, somebody waits.
  static func freed(all: Bool) -> SQL {
    let place: SQL = all ? "cap_line" : "slot WHERE until <= clock_timestamp()"
    return "SELECT DISTINCT namespace FROM \(place)"
  }

  /// Gives what has become free in these namespaces; `all`: also of those that have ended without saying so.
  static func passFreed(in namespaces: [String], all: Bool) -> [SQL] {
    let namespaces = ArrayParameter(namespaces)
    return ["SELECT lock_caps(\(namespaces))", makeReady("pass_freed_caps(\(namespaces), \(all))")]
  }

  /// What has waited for its beginning begins: its periods count from now on.
  /// - Parameter holders: Names rows of `run`.
  static func begin(_ holders: SQL) -> SQL {
    """
    UPDATE slot SET until = clock_timestamp() + period FROM \(holders) AS h
    WHERE slot.run = h.run AND slot.call = 0 AND period IS NOT NULL AND until IS NULL
    """
  }

  static let nobody: SQL = "SELECT 0::bigint AS run, 0::bigint AS call, 0::bigint AS rank WHERE false"

  private static func makeReady(_ holders: SQL) -> SQL {
    """
    WITH passed AS MATERIALIZED (SELECT * FROM \(holders)),
    ready AS (
      INSERT INTO ready_run (run, namespace, rank, tags)
      SELECT number, namespace, passed.rank, array_to_string(tags, ',')
      FROM passed JOIN run ON run.number = passed.run JOIN submission ON submission.run = passed.run
      WHERE call = 0 RETURNING 1)
    SELECT pg_notify('thalweg_ready', '') FROM ready LIMIT 1
    """
  }
}
