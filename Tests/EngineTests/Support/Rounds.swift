import Columns
import Dataflow
import Semantics
import Synchronization
import Testing

@testable import Engine

/// Drives the unbounded part of a graph by hand: rounds of rows that know their times, watermarks as the test sets
/// them, and a restart between any two rounds.
final class Rounds {
  /// Rows of one source in one round.
  struct Rows {
    var values: [Value] = []
    /// The watermark of each row's own partition when it came.
    var watermarks: [Int64] = []
  }

  private let graph: Graph
  private let context: RunContext
  private let ready: OperatorGraph
  private let workers: [Worker]
  private let collectors: [String: Collector]
  private var stage = 0

  /// - Parameter collected: What earlier runs have given, by sink.
  init(_ graph: Graph, workers count: Int, morselRows: Int = 5, collected: [String: [Value]] = [:]) throws {
    self.graph = graph
    let collectors = Collectors()
    var options = RunOptions(workers: count, morselRows: morselRows)
    options.substitute = { index, context in
      switch graph.nodes[index].operation {
      case .source, .timed: return RelayOperator(index, context)
      case .sink(let sink):
        let collector = Collector(index, context, collected[sink.name] ?? [])
        collectors.bySink.withLock { $0[sink.name] = collector }
        return collector
      default: return nil
      }
    }
    context = RunContext(
      graph, parameters: [:], options: options, progress: RunProgress(graph: graph))
    ready = try OperatorGraph(context, StagePlan(graph), sources: [:], sinks: [:])
    self.collectors = collectors.bySink.withLock { $0 }
    workers = ready.makeWorkers()
  }

  deinit { context.pool.stop() }

  /// All that has come to the sinks.
  var collected: [String: [Value]] { collectors.mapValues { collector in collector.rows.withLock { $0 } } }

  func counters(of operation: String) -> RunProgress.Node? {
    graph.nodes.indices.first { graph.nodes[$0].operation.name == operation }.map { context.progress[$0] }
  }

  /// Lets rows come, by source, and event time go on.
  /// - Parameter time: The index of the field that is the time of a row.
  func run(
    _ rows: [String: Rows], watermarks: [String: TimeProgress.Input], time: Int, _ dice: inout Dice
  ) throws {
    for (index, node) in graph.nodes.enumerated() {
      guard case .source(let source) = node.operation, let rows = rows[source.name] else { continue }
      var start = 0
      while start < rows.values.count {
        let end = min(rows.values.count, start + Int(dice.int(1...8)))
        let part = Array(rows.values[start..<end])
        let tags = RowTags(
          times: Buffer(part.map { if case .int(let time) = $0.fields[time] { time } else { 0 } }),
          watermarks: Buffer(Array(rows.watermarks[start..<end])))
        let worker = begin(start, &dice)
        try ready.operations[index].emit(
          Batch(part, node.outputs[0].element).tagged(tags), worker)
        start = end
      }
    }
    var reached: [Int: TimeProgress.Input] = [:]
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      let operation = ready.operations[index]
      if case .source(let source) = node.operation {
        reached[index] = watermarks[source.name] ?? .ended
        continue
      }
      let progress = TimeProgress(inputs: node.inputs.map { reached[$0.node] ?? .ended })
      if operation.keepsRows {
        try operation.advance(progress, workers)
        for piece in 0..<operation.pieces {
          try operation.emit(operation.piece(piece), begin(piece, &dice))
        }
        operation.release()
      }
      reached[index] = TimeProgress.Input(
        watermark: operation.watermark(progress), hasEnded: progress.hasEnded)
    }
    stage += 1
  }

  /// The tables of joins are made of the rows that have come for them since the last time.
  func rebuildTables() throws {
    for case let join as JoinOperator in ready.operations { try join.finish(workers) }
  }

  private func begin(_ sequence: Int, _ dice: inout Dice) -> Worker {
    let worker = workers[Int(dice.int(0...Int64(workers.count - 1)))]
    worker.begin(stage: stage, sequence: sequence)
    return worker
  }

  /// What the operators hold, by node.
  func saved() throws -> [Int: OperatorState] {
    var states: [Int: OperatorState] = [:]
    for (index, operation) in ready.operations.enumerated() {
      if let state = try operation.save(workers) { states[index] = state }
    }
    return states
  }

  /// Another process that goes on from here.
  func restarted(workers count: Int, _ states: [Int: OperatorState]) throws -> Rounds {
    let other = try Rounds(graph, workers: count, collected: collected)
    for (index, operation) in other.ready.operations.enumerated() {
      if let state = states[index] { try operation.restore(state, other.workers) }
    }
    return other
  }

  private final class Collectors: Sendable {
    let bySink = Mutex<[String: Collector]>([:])
  }

  /// Remembers the rows that come.
  private final class Collector: Operator, @unchecked Sendable {
    // Unchecked: what changes is behind the lock.
    let rows: Mutex<[Value]>

    init(_ index: Int, _ context: RunContext, _ rows: [Value]) {
      self.rows = Mutex(rows)
      super.init(index, context)
    }

    override func push(_ batch: Batch, input: Int, _ worker: Worker) {
      rows.withLock { $0 += batch.values(elements[0]) }
    }
  }
}

extension OperatorState.Section {
  /// What it holds, as text: equal for equal content.
  var content: [String] {
    (0..<rows.count).map { row in
      let tags = "\(rows.tags?.times?[row] ?? 0) \(rows.tags?.watermarks?[row] ?? 0)"
      return (rows.columns.map { $0.text(row) } + [tags]).joined(separator: ", ")
    }.sorted()
  }
}

extension Column {
  fileprivate func text(_ row: Int) -> String {
    guard isPresent(row) else { return "none" }
    switch storage {
    case .bits(let bits): return "\(bits[row])"
    case .int32(let values): return "\(values[row])"
    case .int64(let values): return "\(values[row])"
    case .float64(let values): return "\(values[row])"
    case .int128(let values): return "\(values[row])"
    case .text(let views, _): return "\"\(views[row].string)\""
    case .vector: return "vector"
    case .list(let offsets, let values):
      return "\((offsets[row]..<offsets[row + 1]).map { values.text(Int($0)) })"
    case .structure(let fields): return "{\(fields.map { $0.text(row) })}"
    }
  }
}
