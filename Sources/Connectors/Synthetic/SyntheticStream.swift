import Columns
public import Engine
public import Synthesis

/// Made rows that come at a rate. Which rows come never depends on the clock, only when.
public struct SyntheticStream: StreamSource {
  private let rows: SyntheticRows
  private let rate: Int
  private let needed: [Bool]?

  /// Gives `rows`, `rate` of them a second; only the columns that are `needed`, all of them when nil.
  public init(_ rows: SyntheticRows, rate: Int, needed: [Bool]? = nil) {
    self.rows = rows
    self.rate = max(rate, 1)
    self.needed = needed
  }

  /// Starts behind the rows that were made.
  public func open(after positions: [String: String], arrivals: Arrivals) -> any StreamReader {
    Reader(
      rows: rows, rate: rate, needed: needed, made: positions[Reader.partition].flatMap { Int($0) } ?? 0,
      arrivals: arrivals)
  }

  /// Unchecked: called by one thread at a time, as the protocol says.
  private final class Reader: StreamReader, @unchecked Sendable {
    static let partition = "rows"
    /// Rows of a fast source come some at a time.
    private static let pause = Duration.milliseconds(5)

    private let rows: SyntheticRows
    private let rate: Int
    private let needed: [Bool]?
    private let arrivals: Arrivals
    private let first: Int
    private var made: Int
    private var began: ContinuousClock.Instant?

    init(rows: SyntheticRows, rate: Int, needed: [Bool]?, made: Int, arrivals: Arrivals) {
      self.rows = rows
      self.rate = rate
      self.needed = needed
      self.arrivals = arrivals
      self.made = made
      first = made
    }

    func next() -> StreamEvent {
      guard let began else {
        began = .now
        return .partition(Self.partition)
      }
      guard made < rows.count else { return .end }
      let elapsed = began.duration(to: .now) / .seconds(1)
      let due = min(Double(rows.count - first), elapsed * Double(rate))
      let end = min(first + Int(due), made + SyntheticSource.rowsAtOnce)
      guard made < end else {
        let wanted = began + .seconds(Double(made + 1 - first) / Double(rate))
        arrivals.signal(at: max(wanted, .now + Self.pause))
        return .nothing
      }
      defer { made = end }
      return .rows(
        StreamMorsel(
          SyntheticPiece(rows: rows, range: made..<end, needed: needed), partition: Self.partition,
          position: "\(end)"))
    }

    func commit(_ positions: [String: String]) {}
    func close() {}
  }
}
