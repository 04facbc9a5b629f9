import Execution
import Semantics

/// What a route has answered so far, for a live view.
public struct RouteFigures: Sendable {
  /// The route: `POST /quote`.
  public let route: String
  /// Calls answered, whatever the answer.
  public let calls: Int
  /// Calls under way.
  public let inFlight: Int
  /// Calls that were not let in: too many at once, or not ready.
  public let refused: Int
  /// Calls that failed, or took too long.
  public let failed: Int
  /// How long calls took.
  public let latencies: Latencies

  init(_ endpoint: Endpoint) {
    let interface = endpoint.run.interface
    let snapshot = endpoint.metrics.snapshot
    func count(_ statuses: [Int]) -> Int { statuses.reduce(0) { $0 + (snapshot.calls[$1] ?? 0) } }
    route = "\(interface.method.rawValue.uppercased()) \(interface.path)"
    calls = snapshot.calls.values.reduce(0, +)
    inFlight = endpoint.callsInFlight
    refused = count([429, 503])
    failed = count([500, 504])
    latencies = snapshot.latencies
  }
}

/// How many calls took how long: four buckets to each doubling, so that a quantile is at most a fifth too large.
public struct Latencies: Sendable {
  private var counts = [Int](repeating: 0, count: 4 * 64)

  /// Counts a call.
  mutating func add(nanoseconds: Int) { counts[Self.bucket(nanoseconds)] += 1 }

  private static func bucket(_ nanoseconds: Int) -> Int {
    let value = max(nanoseconds, 4)
    let exponent = Int.bitWidth - 1 - value.leadingZeroBitCount
    return 4 * exponent + (value >> (exponent - 2)) & 3
  }

  /// The greatest value of a bucket.
  private static func bound(_ bucket: Int) -> Int {
    let (exponent, quarter) = bucket.quotientAndRemainder(dividingBy: 4)
    return (quarter + 5) << (exponent - 2) - 1
  }

  /// Seconds in which this share of the calls since `former` was answered; nil without calls.
  public func quantile(_ share: Double, since former: Latencies?) -> Double? {
    let counts = former.map { zip(self.counts, $0.counts).map { $0 - $1 } } ?? self.counts
    let total = counts.reduce(0, +)
    guard total > 0 else { return nil }
    let rank = max(1, Int((Double(total) * share).rounded(.up)))
    var seen = 0
    for (bucket, count) in counts.enumerated() {
      seen += count
      if seen >= rank { return Double(Self.bound(bucket)) / 1e9 }
    }
    return nil
  }
}
