import Columns
import Dataflow

/// Tumbling and sliding windows: rows are aggregated once, in their pane, by each worker; a window is its panes
/// together.
///
/// Unchecked: changed by one thread between two stages, read by workers while pieces are taken.
final class PanedWindows: WindowGrouping, @unchecked Sendable {
  /// What no worker adds to any more of a pane's rows, aggregated in parts.
  private struct Pane {
    var states: [Aggregation.State] = []
    /// As they were saved, each under a number of its own.
    var saved: [(number: Int, rows: Batch)] = []
  }

  /// A window that is complete.
  private struct Window {
    let start: Int64
    let end: Int64
    let panes: [Pane]
  }

  /// A piece of the results: a whole window that is still to be merged, or some groups of one that is.
  private enum Piece {
    case window(Window)
    case groups(Aggregation.Result, Range<Int>, start: Int64, end: Int64)
  }

  /// The panes of one worker.
  private final class OpenPanes {
    var states: [Int64: Aggregation.State] = [:]

    func state(of pane: Int64, _ aggregation: Aggregation) -> Aggregation.State {
      if let known = states[pane] { return known }
      let state = aggregation.makeState()
      states[pane] = state
      return state
    }
  }

  private unowned let operation: Operator
  private let aggregation: Aggregation
  private let cut: WindowCut
  private var closed: [Int64: Pane] = [:]
  /// Windows that were due at this watermark have been given.
  private var reached = Int64.min
  private var ready: [Piece] = []
  private var nextNumber = 0

  init(_ aggregation: Aggregation, _ cut: WindowCut, of operation: Operator) {
    self.operation = operation
    self.aggregation = aggregation
    self.cut = cut
  }

  /// Whether a pane lies in several windows.
  private var sharesPanes: Bool {
    if case .sliding(let length, let every, _) = cut.shape { return length > every }
    return false
  }

  // MARK: Rows

  func makeLocal() -> AnyObject { OpenPanes() }

  func push(_ batch: Batch, _ worker: Worker) throws(RunFailure) {
    guard let times = batch.tags?.times else { preconditionFailure("a windowed flow is timed") }
    guard batch.count > 0 else { return }
    let open = worker.local(operation, as: OpenPanes.self)
    var earliest = Int64.max
    var latest = Int64.min
    for row in 0..<batch.count {
      earliest = min(earliest, times.base[row])
      latest = max(latest, times.base[row])
    }
    let first = cut.pane(at: earliest)
    if latest < first.upper {
      return try aggregation.add(batch, to: open.state(of: first.number, aggregation))
    }
    let (panes, rows) = rowsByPane(times, first)
    // What is not needed is not copied.
    let plain = batch.tagged(RowTags(times: aggregation.usesTime ? times : nil, origin: batch.tags?.origin))
    for (index, pane) in panes.enumerated() {
      try aggregation.add(plain.gathered(rows.rows(of: index)), to: open.state(of: pane, aggregation))
    }
  }

  /// The panes that rows lie in, and the rows of each.
  private func rowsByPane(_ times: Buffer<Int64>, _ first: WindowCut.Pane) -> ([Int64], GroupLists) {
    var panes = [first.number]
    var indices = [first.number: Int32(0)]
    var pane = first
    var index: Int32 = 0
    let groups = Buffer<Int32>(uninitialized: times.count)
    for row in 0..<times.count {
      let time = times.base[row]
      if time < pane.lower || time >= pane.upper {
        pane = cut.pane(at: time)
        index = indices[pane.number] ?? Int32(truncatingIfNeeded: panes.count)
        if indices.updateValue(index, forKey: pane.number) == nil { panes.append(pane.number) }
      }
      groups.base[row] = index
    }
    return (panes, GroupLists(groups, count: panes.count))
  }

  // MARK: Windows

  func advance(to watermark: Int64, _ workers: [Worker]) throws(RunFailure) {
    let before = reached
    reached = max(reached, watermark)
    let open = workers.map { $0.local(operation, as: OpenPanes.self) }
    let known = open.reduce(into: Set(closed.keys)) { $0.formUnion($1.states.keys) }
    var due: Set<Int64> = []
    for pane in known {
      for window in cut.windows(of: pane) {
        let time = cut.due(end: cut.bounds(of: window).end)
        if time > before, time <= reached { due.insert(window) }
      }
    }
    guard !due.isEmpty else { return }
    // The rows of a pane whose first window is due have all come.
    let complete = known.filter { pane in cut.windows(of: pane).contains { due.contains($0) } }.sorted()
    close(complete, open)
    try prepare(
      due.sorted().map { window in
        let (start, end) = cut.bounds(of: window)
        return Window(start: start, end: end, panes: panes(of: window, among: complete))
      })
    for pane in complete where cut.due(end: cut.bounds(of: cut.windows(of: pane).upperBound).end) <= reached {
      closed[pane] = nil
    }
  }

  /// Those of some panes, in order, that a window has.
  private func panes(of window: Int64, among panes: [Int64]) -> [Pane] {
    let range = cut.panes(of: window)
    var low = 0
    var high = panes.count
    while low < high {
      let middle = (low + high) / 2
      if panes[middle] < range.lowerBound { low = middle + 1 } else { high = middle }
    }
    return panes[low...].prefix { $0 <= range.upperBound }.compactMap { closed[$0] }
  }

  /// Takes panes from the workers.
  private func close(_ panes: [Int64], _ open: [OpenPanes]) {
    let taken = panes.map { pane in open.compactMap { $0.states.removeValue(forKey: pane) } }
    let states = operation.context.pool.collect(panes.count) { [aggregation, sharesPanes] index in
      // Where several windows need it, once is enough for the workers' states to become one.
      sharesPanes && !taken[index].isEmpty ? [aggregation.merged(taken[index])] : taken[index]
    }
    for (pane, states) in zip(panes, states) where !states.isEmpty {
      closed[pane, default: Pane()].states += states
    }
  }

  /// Many windows are merged when their piece is taken, each by one worker, so that not all are held at once; a
  /// few are merged now, by all.
  private func prepare(_ windows: [Window]) throws(RunFailure) {
    let context = operation.context
    if windows.count >= 2 * context.pool.count {
      ready = windows.map { .window($0) }
      return
    }
    for window in windows {
      let result = try merged(window, by: context.pool)
      for piece in 0..<context.pieces(of: result.count) {
        ready.append(
          .groups(
            result, context.rows(ofPiece: piece, count: result.count), start: window.start, end: window.end))
      }
    }
  }

  private func merged(_ window: Window, by pool: WorkerPool) throws(RunFailure) -> Aggregation.Result {
    let states = states(window.panes.flatMap(\.states), and: window.panes.flatMap(\.saved))
    return try aggregation.finish(states, keeping: sharesPanes, by: pool)
  }

  /// States, and one of what was saved.
  private func states(
    _ states: [Aggregation.State], and saved: [(number: Int, rows: Batch)]
  ) -> [Aggregation.State] {
    guard !saved.isEmpty else { return states }
    let restored = aggregation.makeState()
    for part in saved { aggregation.absorb(part.rows, into: restored) }
    return states + [restored]
  }

  var pieces: Int { ready.count }

  func piece(_ index: Int) throws(RunFailure) -> WindowGroups {
    switch ready[index] {
    case .window(let window):
      try operation.context.checkCancelled()
      let result = try merged(window, by: .alone)
      return WindowGroups(result.rows(0..<result.count), start: window.start, end: window.end)
    case .groups(let result, let rows, let start, let end):
      return WindowGroups(result.rows(rows), start: start, end: end)
    }
  }

  func release() { ready = [] }

  // MARK: State

  /// What has come since the last time is a part of its own, so that what is there need not be written again;
  /// parts that are not much larger become one with it.
  func save(_ workers: [Worker]) throws(RunFailure) -> OperatorState {
    let open = workers.map { $0.local(operation, as: OpenPanes.self) }
    close(open.reduce(into: Set()) { $0.formUnion($1.states.keys) }.sorted(), open)
    let fresh = closed.filter { !$1.states.isEmpty }.sorted { $0.key < $1.key }
    let parts = operation.context.pool.collect(fresh.count) { savedPart(of: fresh[$0].value) }
    for ((number, pane), part) in zip(fresh, parts) {
      let kept = pane.saved.dropLast(part.replaced)
      closed[number] = Pane(saved: kept + [(number: nextNumber, rows: part.rows)])
      nextNumber += 1
    }
    let mark = Batch(count: 1, columns: [Column(count: 1, storage: .int64(Buffer([reached])))])
    var state = OperatorState([
      OperatorState.Section("reached", version: Int(reached), rows: mark, contents: .own)
    ])
    for (number, pane) in closed {
      for part in pane.saved {
        state.sections.append(
          OperatorState.Section(
            "pane \(number) part \(part.number)", version: 0, rows: part.rows,
            contents: operation.partialContents))
      }
    }
    return state
  }

  /// The states of a pane as a part, and how many of the parts before it are in it.
  private func savedPart(of pane: Pane) -> (rows: Batch, replaced: Int) {
    var size = pane.states.reduce(0) { $0 + $1.groupCount }
    var replaced = 0
    for part in pane.saved.reversed() {
      if part.rows.count > 2 * size { break }
      size += part.rows.count
      replaced += 1
    }
    let all = states(pane.states, and: Array(pane.saved.suffix(replaced)))
    return (aggregation.partials(of: aggregation.merged(all)), replaced)
  }

  func restore(_ state: OperatorState) {
    for section in state.sections {
      let words = section.name.split(separator: " ")
      if words.count == 4, let pane = Int64(words[1]), let number = Int(words[3]) {
        closed[pane, default: Pane()].saved.append((number, section.rows))
        nextNumber = max(nextNumber, number + 1)
      } else {
        reached = section.rows.columns[0].int64s[0]
      }
    }
  }
}
