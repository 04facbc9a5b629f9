/// One way in which the rows of a test may come to a stream: everything follows from the seed, so that the seed shows
/// a difference again.
struct Arrangement: Hashable, Sendable {
  /// Where a run is killed.
  enum Crash: Hashable, Sendable {
    /// The epoch is not complete: it comes again.
    case beforeCommit(Int)
    /// The epoch is complete, but nothing of it is visible yet.
    case beforeApply(Int)
  }

  /// Names the arrangement.
  let seed: UInt64
  /// Threads before the crash, and after it.
  let workers: Int
  let workersAfterCrash: Int
  /// Partitions of each source.
  let partitions: Int
  /// The most rows that come at once.
  let rowsAtOnce: Int
  /// Pieces that a round takes, over all sources.
  let piecesOfRound: Int
  /// Rounds of an epoch.
  let roundsOfEpoch: Int
  /// How far a row may be moved within its partition.
  var displacement: Int
  /// Where the run is killed.
  let crash: Crash

  /// The arrangement of a seed, for sources of at most `rows` rows.
  init(seed: UInt64, rows: Int) {
    var random = SeededGenerator(seed)
    self.seed = seed
    workers = [1, 2, 4, 3].randomElement(using: &random) ?? 1
    workersAfterCrash = [2, 1, 3, 4].randomElement(using: &random) ?? 1
    partitions = Int.random(in: 1...3, using: &random)
    // A test of a few rows has some epochs, one of many does not take for ever.
    rowsAtOnce = Int.random(in: 1...max(2, rows / 6), using: &random)
    piecesOfRound = Int.random(in: 1...3, using: &random)
    roundsOfEpoch = Int.random(in: 1...2, using: &random)
    displacement = rows
    let epoch = Int.random(in: 1...3, using: &random)
    crash = Bool.random(using: &random) ? .beforeCommit(epoch) : .beforeApply(epoch)
  }

  /// For people: "seed 4: 3 partitions, 2 workers, then 1, killed before epoch 2 was complete".
  var text: String {
    func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
    let killed =
      switch crash {
      case .beforeCommit(let epoch): "killed before epoch \(epoch) was complete"
      case .beforeApply(let epoch): "killed when epoch \(epoch) was complete but not visible"
      }
    return "seed \(seed): \(count(partitions, "partition")), \(count(workers, "worker")), then "
      + "\(workersAfterCrash), \(killed)"
  }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
