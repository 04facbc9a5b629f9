import Dataflow
import Engine
import Foundation
import JobStore
import Semantics

extension EpochRecord {
  /// What the store of runs remembers of a checkpoint.
  init(
    _ checkpoint: Checkpoint, of run: RunID, _ graph: Graph, manifest: String, stateBytes: Int
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let timed = graph.nodes.filter { $0.outputs.first.map { $0.time != .untimed } ?? false }
    let watermark = timed.compactMap { checkpoint.watermarks[$0.name] }.min().flatMap {
      $0 == .min ? nil : $0
    }
    self.init(
      run: run, number: checkpoint.epoch, manifest: manifest, committed: .now, watermark: watermark,
      positions: String(decoding: try encoder.encode(checkpoint.positions), as: UTF8.self),
      rows: RowCounts(checkpoint, graph), stateBytes: Int64(stateBytes), isSavepoint: checkpoint.isSavepoint)
  }
}

extension RowCounts {
  /// Those of a whole run.
  fileprivate init(_ checkpoint: Checkpoint, _ graph: Graph) {
    self.init()
    for node in graph.nodes {
      guard let counters = checkpoint.counters[node.name] else { continue }
      if case .source = node.operation { rowsIn += Int64(counters.rowsOut[0]) }
      if case .sink = node.operation { rowsOut += Int64(counters.rowsIn) }
      late += Int64(counters.late)
      failed += Int64(counters.failed)
      faulted += Int64(counters.faulted)
    }
  }

  /// Those of one operator.
  fileprivate init(_ counters: RunProgress.Node, _ operation: Semantics.Operation) {
    // The second result of an operator that has late or failed rows is these.
    let ports = operation.secondResult == nil ? counters.rowsOut : Array(counters.rowsOut.prefix(1))
    self.init(
      rowsIn: Int64(counters.rowsIn), rowsOut: Int64(ports.reduce(0, +)), late: Int64(counters.late),
      failed: Int64(counters.failed), faulted: Int64(counters.faulted))
  }
}

extension OperatorRecord {
  /// What each operator of a graph has done up to a checkpoint.
  static func all(_ checkpoint: Checkpoint, _ graph: Graph) -> [OperatorRecord] {
    graph.nodes.compactMap { node in
      checkpoint.counters[node.name].map { counters in
        OperatorRecord(
          name: node.name, operation: node.operation.name, rows: RowCounts(counters, node.operation),
          watermark: checkpoint.watermarks[node.name].flatMap { $0 == .min ? nil : $0 })
      }
    }
  }
}
