import Execution

/// Services as people watch them: a line for each route, with what has happened since the last look.
public struct LiveCalls: Sendable {
  private var former: Look?
  private var latest: Look?

  private struct Look: Sendable {
    /// Seconds since the gateway listens.
    let elapsed: Double
    let routes: [RouteFigures]
  }

  /// Nothing has been seen.
  public init() {}

  /// Takes in what the routes have answered after so many seconds.
  public mutating func note(_ routes: [RouteFigures], elapsed: Double) {
    former = latest
    latest = Look(elapsed: elapsed, routes: routes)
  }

  /// The lines, for a screen of this size.
  public func lines(width: Int, height: Int) -> [String] {
    guard let latest else { return [] }
    let room = max(height - 3, 1)
    let table = Figures.table(
      [
        "up \(Figures.duration(latest.elapsed))", "calls/s", "p50", "p99", "in flight", "calls", "refused",
        "failed",
      ],
      latest.routes.prefix(room).enumerated().map { place, figures in
        row(figures, former?.routes[place], seconds: latest.elapsed - (former?.elapsed ?? 0))
      }, right: Set(1...7))
    var lines = table.split(separator: "\n").map(String.init)
    if latest.routes.count > room { lines.append("  and \(latest.routes.count - room) more") }
    return lines.map { String($0.prefix(max(width - 1, 1))) }
  }

  private func row(_ figures: RouteFigures, _ former: RouteFigures?, seconds: Double) -> [String] {
    func count(_ number: Int) -> String { Figures.count(Int64(number)) }
    func latency(_ share: Double) -> String {
      figures.latencies.quantile(share, since: former?.latencies).map(Figures.latency) ?? "-"
    }
    let rate = seconds > 0 ? Double(figures.calls - (former?.calls ?? 0)) / seconds : 0
    return [
      figures.route, count(Int(rate.rounded())), latency(0.5), latency(0.99), count(figures.inFlight),
      count(figures.calls), count(figures.refused), count(figures.failed),
    ]
  }
}
