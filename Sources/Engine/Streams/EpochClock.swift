#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Says when an epoch ends, and how much of the time is work. Times are nanoseconds of a clock that never goes back.
struct EpochClock {
  private let end: StreamOptions.EpochEnd
  private var began = monotonicNanoseconds()
  private var rounds = 0
  private var hasRows = false
  private var last = 0
  private var worked = 0
  private var waited = 0
  private var waitBegan = 0

  /// Nanoseconds that the last whole epoch took.
  private(set) var lastEpoch = 0

  /// The most nanoseconds without looking around: idle partitions are given up, and checkpoints become due, with time.
  private static let mostWait = 100_000_000

  init(_ end: StreamOptions.EpochEnd) { self.end = end }

  /// A round is over.
  mutating func note(start: Int, end: Int, hasRows: Bool) {
    rounds += 1
    last = end
    worked += end - start
    self.hasRows = self.hasRows || hasRows
  }

  /// Whether the epoch is long enough; one in which nothing has come never is.
  var isDue: Bool {
    guard hasRows else { return false }
    switch end {
    case .time(let nanoseconds): return last - began >= nanoseconds
    case .rounds(let most): return rounds >= most
    }
  }

  /// An epoch begins.
  mutating func began(at time: Int) {
    lastEpoch = time - began
    began = time
    rounds = 0
    hasRows = false
  }

  /// The driver waits; says for how long at most.
  mutating func beginWait() -> Int {
    waitBegan = monotonicNanoseconds()
    guard hasRows, case .time(let nanoseconds) = end else { return Self.mostWait }
    return max(0, min(Self.mostWait, began + nanoseconds - waitBegan))
  }

  /// It has been woken.
  mutating func endWait() {
    waited += monotonicNanoseconds() - waitBegan
    // What was long ago counts less and less.
    if worked + waited > 10_000_000_000 {
      worked /= 2
      waited /= 2
    }
  }

  /// The share of time that was work.
  var load: Double { worked + waited == 0 ? 0 : Double(worked) / Double(worked + waited) }
}

/// The machine's clock: microseconds since 1970.
func wallMicroseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
}
