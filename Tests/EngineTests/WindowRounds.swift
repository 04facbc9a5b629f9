import Columns
import Dataflow
import Semantics

@testable import Engine

/// Drives an operator over windows by hand, as a stream does: rows of a round on any worker, a watermark, results.
final class WindowRounds {
  let context: RunContext
  let operation: Operator
  private let workers: [Worker]
  private let element: Type

  /// - Parameter state: What another one saved.
  init(_ graph: Graph, _ drive: Drive, restoring state: OperatorState? = nil) throws {
    context = RunContext(
      graph, parameters: [:], options: RunOptions(workers: drive.workers, morselRows: drive.morselRows),
      progress: RunProgress(graph: graph))
    let index = graph.nodes.indices.first { graph.window(of: $0) != nil } ?? 0
    guard let window = graph.window(of: index) else { fatalError("no windows") }
    switch graph.nodes[index].operation {
    case .aggregate(let aggregate):
      operation = try WindowedAggregateOperator(index, context, aggregate, window)
    case .top(let top): operation = try WindowedTopOperator(index, context, top, window)
    default: fatalError("nothing stands behind the window")
    }
    element = graph.nodes[index].outputs[0].element
    workers = (0..<drive.workers).map { Worker(index: $0, nodes: graph.nodes.count, operations: 1) }
    if let state { try operation.restore(state, workers) }
  }

  deinit { context.pool.stop() }

  /// Rows come to a worker.
  func push(_ rows: [Value], times: [Int64], worker: Int) throws {
    let batch = Batch(rows, operation.elements[0]).tagged(RowTags(times: Buffer(times)))
    try operation.push(batch, input: 0, workers[worker % workers.count])
  }

  /// A round ends: its results, each with its event time.
  func advance(to watermark: Int64, hasEnded: Bool = false) throws -> [(row: Value, time: Int64)] {
    let input = TimeProgress.Input(watermark: watermark, hasEnded: hasEnded)
    try operation.advance(TimeProgress(inputs: [input]), workers)
    var results: [(row: Value, time: Int64)] = []
    for index in 0..<operation.pieces {
      let piece = try operation.piece(index)
      guard let times = piece.tags?.times, piece.tags?.watermarks == nil else {
        fatalError("results are timed and never late")
      }
      results += zip(piece.values(element), times.values).map { ($0, $1) }
    }
    operation.release()
    return results
  }

  /// What is held, as it comes back from a file.
  func save() throws -> OperatorState {
    let sections = try operation.save(workers)?.sections ?? []
    return OperatorState(
      try sections.map { section in
        OperatorState.Section(
          section.name, version: section.version, rows: try Batch.decode(section.rows.encoded()),
          contents: section.contents)
      })
  }
}
