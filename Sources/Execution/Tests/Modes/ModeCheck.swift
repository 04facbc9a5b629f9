import Columns
import Dataflow
import Diagnosing
import Engine
import Planning
import Semantics

/// Holds a pipeline to one meaning: what it gives as a batch, it gives as a stream, in whatever arrangement its rows
/// come, and after a kill; and what is visible of a stream at the end of an epoch is what the rows so far give.
struct ModeCheck {
  /// The first thing that differs.
  struct Difference: Sendable {
    let sink: String
    /// What was expected, and what came.
    let rows: RowDifference
    /// Nil where the end of the stream differs.
    let epoch: Int?
    let arrangement: Arrangement
  }

  /// How a check ended.
  enum Outcome: Sendable {
    case same
    case different(Difference)
    /// A mode fails where the batch does not.
    case failed(RunFailure, Arrangement)
    /// Rows were late in every order that was tried.
    case late(rows: Int)
  }

  /// The pipeline, its sources and sinks in memory.
  let graph: Graph
  let parameters: [Int: Column]
  /// What is given for each source.
  let givens: [String: Batch]
  /// What the batch gave, by sink.
  let expected: [String: Batch]
  /// Beside what a sink is written with.
  let constants: ExpressionCompiler
  /// How operators are made; a test of this check puts a wrong one in.
  var options = Engine.RunOptions(workers: 1)

  /// Arrangements that are tried unless one is asked for.
  static let seeds: [UInt64] = Array(1...8)

  /// Tries the arrangements one after the other.
  func run(_ seeds: [UInt64]) async -> Outcome {
    let rows = givens.values.map(\.count).max() ?? 0
    for seed in seeds {
      var arrangement = Arrangement(seed: seed, rows: rows)
      while true {
        let outcome = await check(arrangement)
        guard case .late = outcome else {
          if case .same = outcome { break }
          return outcome
        }
        // A row must not come later than `timed` allows: then less far from its place.
        if arrangement.displacement == 0 { return outcome }
        arrangement.displacement /= 2
      }
    }
    return .same
  }

  private var streamNames: Set<String> {
    Set(
      graph.nodes.compactMap { node in
        guard case .source(let source) = node.operation, node.outputs[0].bound == .stream else { return nil }
        return source.name
      })
  }

  private func check(_ arrangement: Arrangement) async -> Outcome {
    let streams = givens.filter { streamNames.contains($0.key) }
      .mapValues { GivenStream($0, arrangement) }
    let store = MemoryCheckpoints(crash: arrangement.crash)
    let sinks = capturedSinks()
    var late = 0
    var workers = arrangement.workers
    while true {
      do throws(RunFailure) {
        late = try await stream(
          streams, store, sinks, workers: workers, pieces: arrangement.piecesOfRound,
          rounds: arrangement.roundsOfEpoch)
        break
      } catch {
        guard case .checkpoint(let killed) = error, killed is MemoryCheckpoints.Killed else {
          return .failed(error, arrangement)
        }
        workers = arrangement.workersAfterCrash
      }
    }
    if late > 0 { return .late(rows: late) }
    for name in sinks.keys.sorted() {
      if let difference = difference(name, expected[name], sinks[name]?.rows(), nil, arrangement) {
        return .different(difference)
      }
    }
    return await checkEpochs(streams, store.checkpoints, sinks, arrangement)
  }

  private func capturedSinks() -> [String: CapturedEpochs] {
    var sinks: [String: CapturedEpochs] = [:]
    for case .sink(let sink) in graph.nodes.map(\.operation) { sinks[sink.name] = CapturedEpochs() }
    return sinks
  }

  /// Runs the stream to its end, or to a late row that fails it; says how many rows were late.
  private func stream(
    _ streams: [String: GivenStream], _ store: MemoryCheckpoints, _ sinks: [String: CapturedEpochs],
    workers: Int, pieces: Int, rounds: Int, control: StreamControl = StreamControl()
  ) async throws(RunFailure) -> Int {
    var options = StreamOptions(run: options, epochs: .rounds(rounds), roundBytes: pieces)
    options.run.workers = workers
    let tables = givens.filter { !streamNames.contains($0.key) }.mapValues { GivenSource(rows: $0) }
    let progress = RunProgress(graph: graph)
    let run = StreamRun(
      id: "test", graph: graph, parameters: parameters, tables: tables, streams: streams, sinks: sinks,
      options: options, checkpoints: store)
    var late: Int { progress.nodes.reduce(0) { $0 + $1.late } }
    do throws(RunFailure) {
      _ = try await run.run(progress: progress, stream: StreamProgress(), control: control)
    } catch {
      if late == 0 { throw error }
    }
    return late
  }

  // MARK: Epochs

  /// The most epochs of an arrangement that are looked at one by one.
  private static let epochsLookedAt = 4

  /// What was visible at the end of an epoch must be what the rows that had come by then give, taken all at once.
  private func checkEpochs(
    _ streams: [String: GivenStream], _ checkpoints: [Checkpoint], _ sinks: [String: CapturedEpochs],
    _ arrangement: Arrangement
  ) async -> Outcome {
    // The last one was compared already.
    let middle = checkpoints.dropLast()
    let step = max(1, middle.count / Self.epochsLookedAt)
    for checkpoint in middle.enumerated().filter({ $0.offset % step == 0 }).map(\.element) {
      let prefix = prefixes(streams, checkpoint)
      let control = StreamControl()
      let store = MemoryCheckpoints(stopping: control)
      let once = capturedSinks()
      do throws(RunFailure) {
        _ = try await stream(prefix, store, once, workers: 1, pieces: .max, rounds: 1, control: control)
      } catch {
        return .failed(error, arrangement)
      }
      for name in sinks.keys.sorted() {
        let visible = sinks[name]?.rows(upTo: checkpoint.epoch)
        if let difference = difference(name, once[name]?.rows(), visible, checkpoint.epoch, arrangement) {
          return .different(difference)
        }
      }
    }
    return .same
  }

  private func prefixes(
    _ streams: [String: GivenStream], _ checkpoint: Checkpoint
  ) -> [String: GivenStream] {
    var prefixes: [String: GivenStream] = [:]
    for case (let node, .source(let source)) in graph.nodes.map({ ($0, $0.operation) }) {
      prefixes[source.name] = streams[source.name]?.prefix(
        checkpoint.positions[source.name] ?? [:], hasEnded: checkpoint.watermarks[node.name] == .max)
    }
    return prefixes
  }

  // MARK: Differences

  private func difference(
    _ name: String, _ expected: Batch?, _ found: Batch?, _ epoch: Int?, _ arrangement: Arrangement
  ) -> Difference? {
    let sink = graph.nodes.lazy.compactMap { node -> (SinkOperation, Edge)? in
      guard case .sink(let sink) = node.operation, sink.name == name else { return nil }
      return (sink, node.inputs[0])
    }.first
    guard let (sink, edge) = sink else { return nil }
    let element = graph.nodes[edge.node].outputs[edge.port].element
    let target = TargetRows(sink.write, element, constants)
    let wanted = expected.map { target.held(of: $0.tagged(nil)) }
    let got = found.map { target.held(of: $0) }
    let empty = Column.absent(ColumnType(element), count: 0)
    let difference = RowDifference(
      element, expected: wanted?.elements(of: element) ?? empty, found: got?.elements(of: element) ?? empty,
      isOrdered: sink.isOrdered && epoch == nil)
    return difference.map { Difference(sink: name, rows: $0, epoch: epoch, arrangement: arrangement) }
  }
}

/// What a sink's target holds when rows have been written to it.
private struct TargetRows {
  private let key: Kernel?
  private let delete: Kernel?
  private let element: Type

  init(_ write: WriteMode, _ element: Type, _ constants: ExpressionCompiler) {
    self.element = element
    switch write {
    case .upsert(let by, let removing):
      key = constants.compile(by)
      delete = removing.map { constants.compile($0) }
    case .append, .replace, .delete:
      key = nil
      delete = nil
    }
  }

  /// Of an upsert the last row of each key, unless that one deletes it.
  func held(of rows: Batch) -> Batch {
    guard let key else { return rows }
    let keys = key.evaluate(rows, element: element).column
    let removed = delete?.evaluate(rows, element: element).column
    var last: [[UInt8]: Int32] = [:]
    for row in 0..<rows.count {
      var bytes: [UInt8] = []
      keys.appendCanonicalBytes(of: row, ColumnType(key.type), to: &bytes)
      last[bytes] = Int32(truncatingIfNeeded: row)
    }
    return rows.gathered(
      Buffer(last.values.filter { row in removed.map { !$0.bits[Int(row)] } ?? true }.sorted()))
  }
}
