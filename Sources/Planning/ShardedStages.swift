import Dataflow
import Semantics

/// The part of a batch that many workers do: stages, one after the other, each in as many shards as one likes.
///
/// A stage has the nodes of one job, as far as their work on some rows does not depend on the others, or only on those
/// of the same key. What is left reads what the stages give, and is done in one place.
public struct ShardedStages: Sendable {
  /// Nodes that run together, in each shard.
  public struct Stage: Sendable {
    /// Indices into `Graph.nodes`, in order.
    public let nodes: [Int]
    /// What comes in.
    public let reads: [Read]
    /// What goes out.
    public internal(set) var writes: [Write]
  }

  /// Rows that come into a stage.
  public struct Read: Hashable, Sendable {
    /// What gives the rows.
    public let edge: Edge
    /// What takes them.
    public let node: Int
    /// Which input of the node.
    public let input: Int
    /// The stage that wrote them.
    public let stage: Int
    /// Which of its writes.
    public let write: Int
    /// Which of what was written a shard reads.
    public let spread: Spread
  }

  /// Which rows a shard reads.
  public enum Spread: Hashable, Sendable {
    /// What the shard of the same number has written.
    case own
    /// What all shards have written for this one.
    case keyed
    /// All.
    case whole
  }

  /// Rows that go out of a stage.
  public struct Write: Sendable {
    /// What gives the rows.
    public let edge: Edge
    /// How they are written.
    public let partition: Partition
  }

  /// How a shard writes rows.
  public enum Partition: Sendable {
    /// Together.
    case none
    /// For each shard of the reader, by the hash of a key; of the whole row where there is none.
    case hash(TypedLambda?)
  }

  /// In an order in which they can run; empty where nothing is gained.
  public let stages: [Stage]
  /// The nodes that are in no stage.
  public let rest: [Int]
  /// What the rest reads of the stages, together.
  public let results: [Edge: (stage: Int, write: Int)]

  /// Cuts a batch whose jobs are these.
  public init(_ graph: Graph, jobs: [Job]) {
    var sharded = Set<Int>()
    // Who has failed anywhere is only known in one place.
    let hasFaults = graph.nodes.contains { if case .faults = $0.operation { true } else { false } }
    if graph.mode == .batch, !hasFaults, graph.regions.isEmpty {
      for (index, node) in graph.nodes.enumerated()
      where node.isSharded && node.inputs.allSatisfy({ sharded.contains($0.node) }) { sharded.insert(index) }
      // What is only read is read where it is needed.
      for (index, node) in graph.nodes.enumerated() where node.inputs.isEmpty {
        let isUsed = sharded.contains { user in graph.nodes[user].inputs.contains { $0.node == index } }
        if !isUsed { sharded.remove(index) }
      }
    }
    var stages: [Stage] = []
    var home: [Int: Int] = [:]
    func write(_ edge: Edge, _ partition: Partition) -> (stage: Int, write: Int) {
      guard let stage = home[edge.node] else { preconditionFailure("stages are in order") }
      if case .none = partition,
        let known = stages[stage].writes.firstIndex(where: { write in
          if case .none = write.partition { write.edge == edge } else { false }
        })
      {
        return (stage, known)
      }
      stages[stage].writes.append(Write(edge: edge, partition: partition))
      return (stage, stages[stage].writes.count - 1)
    }
    for job in jobs {
      let nodes = job.nodes.filter(sharded.contains)
      if nodes.isEmpty { continue }
      let own = Set(nodes)
      var reads: [Read] = []
      for index in nodes {
        let node = graph.nodes[index]
        for (input, edge) in node.inputs.enumerated() where !own.contains(edge.node) {
          let (spread, partition) = node.operation.spread(input)
          let (stage, write) = write(edge, partition)
          reads.append(
            Read(edge: edge, node: index, input: input, stage: stage, write: write, spread: spread))
        }
      }
      for index in nodes { home[index] = stages.count }
      stages.append(Stage(nodes: nodes, reads: reads, writes: []))
    }
    rest = graph.nodes.indices.filter { !sharded.contains($0) }
    var results: [Edge: (stage: Int, write: Int)] = [:]
    for index in rest {
      for edge in graph.nodes[index].inputs where sharded.contains(edge.node) {
        results[edge] = write(edge, .none)
      }
    }
    self.results = results
    self.stages = stages
  }
}

extension Node {
  /// Whether it does with some rows what it would do with them among all.
  fileprivate var isSharded: Bool {
    guard region == nil, value == nil, calledTasks.isEmpty else { return false }
    guard outputs.allSatisfy({ $0.bound == .table && $0.time == .untimed }) else { return false }
    switch operation {
    case .source(let source):
      switch source.connector {
      case .csv, .jsonLines, .lines, .synthetic: return true
      default: return false
      }
    case .map, .filter, .flatMap, .tryMap, .union, .sample, .split: return true
    case .aggregate(let aggregate): return aggregate.key != nil && aggregate.window == nil
    case .top(let top): return top.group != nil && !top.isWindowed
    case .distinct(let distinct): return distinct.within == nil
    case .join(let join): return join.time == nil
    default: return false
    }
  }
}

extension Operation {
  /// How an input of a stage is spread over its shards.
  fileprivate func spread(_ input: Int) -> (ShardedStages.Spread, ShardedStages.Partition) {
    switch self {
    case .aggregate(let aggregate): (.keyed, .hash(aggregate.key))
    case .top(let top): (.keyed, .hash(top.group))
    case .distinct(let distinct): (.keyed, .hash(distinct.by))
    case .join: input == 1 ? (.whole, .none) : (.own, .none)
    default: (.own, .none)
    }
  }
}
