import Columns
import Dataflow
import Semantics

/// Groups of windows that are complete: the key where there is one, then a column for each call; and the window of
/// each.
struct WindowGroups {
  let groups: Batch
  let starts: Buffer<Int64>
  let ends: Buffer<Int64>

  /// Groups of one window.
  init(_ groups: Batch, start: Int64, end: Int64) {
    self.init(
      groups, starts: Buffer(repeating: start, count: groups.count),
      ends: Buffer(repeating: end, count: groups.count))
  }

  init(_ groups: Batch, starts: Buffer<Int64>, ends: Buffer<Int64>) {
    self.groups = groups
    self.starts = starts
    self.ends = ends
  }

  /// The event times of what the windows give.
  var times: Buffer<Int64> { ends.mapped { saturatingSum($0, -1) } }
}

/// Cuts timed rows into windows, aggregates each, and gives the groups of a window once, when it is complete.
protocol WindowGrouping: AnyObject {
  /// What a worker keeps.
  func makeLocal() -> AnyObject
  func push(_ batch: Batch, _ worker: Worker) throws(RunFailure)
  /// No row that counts has an earlier time than the watermark, less the lateness.
  func advance(to watermark: Int64, _ workers: [Worker]) throws(RunFailure)
  var pieces: Int { get }
  func piece(_ index: Int) throws(RunFailure) -> WindowGroups
  func release()
  func save(_ workers: [Worker]) throws(RunFailure) -> OperatorState
  func restore(_ state: OperatorState)
}

/// What all operators over windows are: they aggregate, and make rows of the groups of complete windows.
class WindowedOperator: Operator {
  private var cut: WindowCut?
  private var windows: (any WindowGrouping)?

  /// Starts with what is aggregated; the last step of an initialiser.
  final func begin(_ aggregation: Aggregation, _ window: WindowOperation) throws(RunFailure) {
    let cut = try cut(of: window)
    self.cut = cut
    if case .session(let gap) = cut.shape {
      windows = SessionWindows(aggregation, gap: gap, lateness: cut.lateness, of: self)
    } else {
      windows = PanedWindows(aggregation, cut, of: self)
    }
  }

  private var ready: any WindowGrouping {
    guard let windows else { preconditionFailure("set when it was made") }
    return windows
  }

  /// The rows of some groups.
  func rows(of groups: WindowGroups) throws(RunFailure) -> Batch {
    preconditionFailure("an operator over windows makes rows of groups")
  }

  override final var keepsRows: Bool { true }

  override final func makeLocal() -> AnyObject { ready.makeLocal() }

  override final func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    try ready.push(batch, worker)
  }

  override final func advance(_ progress: TimeProgress, _ workers: [Worker]) throws(RunFailure) {
    try context.checkCancelled()
    try ready.advance(to: progress.hasEnded ? .max : progress.watermark, workers)
  }

  override final func watermark(_ progress: TimeProgress) -> Int64 {
    let watermark = progress.watermark
    return progress.hasEnded || watermark == .max ? .max : saturatingSum(watermark, -(cut?.lateness ?? 0))
  }

  override final func release() { ready.release() }

  override final var pieces: Int { ready.pieces }

  override final func piece(_ index: Int) throws(RunFailure) -> Batch { try rows(of: ready.piece(index)) }

  override final func save(_ workers: [Worker]) throws(RunFailure) -> OperatorState? {
    try ready.save(workers)
  }

  override final func restore(_ state: OperatorState, _ workers: [Worker]) { ready.restore(state) }
}
