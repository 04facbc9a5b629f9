/// The tables beside a stream, and when each is to be read again.
struct TableVersions {
  /// By the name of the `from` statement. One that is not due gives the rows that it gave before.
  let sources: [String: any RowSource]
  private var due: [String: ContinuousClock.Instant] = [:]
  private let intervals: [String: Duration]

  /// Nothing is read yet.
  init(_ tables: [String: any RowSource], refresh intervals: [String: Duration]) {
    sources = intervals.isEmpty ? tables : tables.mapValues { RefreshedSource($0) }
    self.intervals = intervals
    for name in intervals.keys { schedule(name) }
  }

  private mutating func schedule(_ name: String) {
    due[name] = intervals[name].map { .now + $0 }
  }

  /// Makes those that are due be read again; whether there is one.
  mutating func expire() -> Bool {
    let expired = due.filter { $0.value <= .now }.keys
    for name in expired {
      (sources[name] as? RefreshedSource)?.expire()
      schedule(name)
    }
    return !expired.isEmpty
  }
}
