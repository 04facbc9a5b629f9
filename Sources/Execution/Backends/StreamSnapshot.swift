import Dataflow
import Engine

extension RunSnapshot {
  /// How far a stream is, at one moment.
  public struct Stream: Hashable, Sendable {
    /// One operator.
    public struct Operator: Hashable, Sendable {
      /// Its stable name.
      public let name: String
      /// Rows so far, over all restarts.
      public let rowsIn: Int
      /// Rows that went on.
      public let rowsOut: Int
      /// Rows that came too late.
      public let late: Int
      /// Rows that failed in a `try_map`.
      public let failed: Int
      /// Rows that went to `faults`.
      public let faulted: Int
      /// Event time is so far: microseconds since 1970; nil where nothing is known, or all is over.
      public let watermark: Int64?
    }

    /// The newest complete epoch; 0 before the first.
    public let epoch: Int
    /// Seconds that the newest epoch took, and its checkpoint.
    public let epochSeconds: Double
    /// Seconds that the newest checkpoint took.
    public let checkpointSeconds: Double
    /// The share of time in which there was work: near 1 the sources have to wait.
    public let load: Double
    /// In the graph's order.
    public let operators: [Operator]
  }
}

extension RunSnapshot.Stream {
  init(_ status: StreamProgress.Status, _ progress: RunProgress, _ graph: Graph) {
    epoch = status.epoch
    epochSeconds = Double(status.epochTime) / 1e9
    checkpointSeconds = Double(status.checkpointTime) / 1e9
    load = status.load
    operators = zip(graph.nodes, progress.nodes).enumerated().map { index, pair in
      let (node, counts) = pair
      var watermark: Int64?
      if status.watermarks.indices.contains(index), node.outputs.first?.time != .untimed {
        let reached = status.watermarks[index]
        if reached != .min, reached != .max { watermark = reached }
      }
      return Operator(
        name: node.name, rowsIn: counts.rowsIn,
        rowsOut: node.outputs.isEmpty ? counts.rowsIn : counts.rowsOut[0], late: counts.late,
        failed: counts.failed, faulted: counts.faulted, watermark: watermark)
    }
  }
}
