import Dataflow
import Synchronization

/// What each node of a run has done so far; written by the workers, readable at any time from anywhere.
public final class RunProgress: Sendable {
  /// The counters of one node, at one moment.
  public struct Node: Sendable, Hashable, Codable {
    /// Rows that came in, over all inputs.
    public var rowsIn = 0
    /// Rows that went out, a port each, also those of a `try_map` that drops its failures; a sink's rows
    /// written are its `rowsIn`.
    public var rowsOut = [0, 0]
    /// Rows that came too late; they are among `rowsOut[1]` where they are bound.
    public var late = 0
    /// Rows whose `try_map` failed; they are among `rowsOut[1]`.
    public var failed = 0
    /// Rows that went to `faults`.
    public var faulted = 0
    /// Bytes read; of sources.
    public var bytesRead = 0
    /// Bytes there are to read, where that is known; of sources.
    public var bytesTotal: Int?
    /// Bytes written; of sinks.
    public var bytesWritten = 0
    /// Time spent by all workers together, in nanoseconds.
    public var busy = 0
    /// Whether any row or the start was seen.
    public var hasStarted = false
    /// Whether nothing more will happen here.
    public var isDone = false
    /// Whether nothing had to happen here: it is in a branch that was not taken.
    public var isSkipped = false
  }

  final class Counters: Sendable {
    let rowsIn = Atomic<Int>(0)
    let rowsOut0 = Atomic<Int>(0)
    let rowsOut1 = Atomic<Int>(0)
    let late = Atomic<Int>(0)
    let failed = Atomic<Int>(0)
    let faulted = Atomic<Int>(0)
    let bytesRead = Atomic<Int>(0)
    let bytesTotal = Atomic<Int>(-1)
    let bytesWritten = Atomic<Int>(0)
    let busy = Atomic<Int>(0)
    let hasStarted = Atomic<Bool>(false)
    let isDone = Atomic<Bool>(false)
    let isSkipped = Atomic<Bool>(false)

    /// Goes on from what was counted before a restart.
    func take(_ node: Node) {
      rowsIn.store(node.rowsIn, ordering: .relaxed)
      rowsOut0.store(node.rowsOut[0], ordering: .relaxed)
      rowsOut1.store(node.rowsOut[1], ordering: .relaxed)
      late.store(node.late, ordering: .relaxed)
      failed.store(node.failed, ordering: .relaxed)
      faulted.store(node.faulted, ordering: .relaxed)
      bytesRead.store(node.bytesRead, ordering: .relaxed)
      bytesWritten.store(node.bytesWritten, ordering: .relaxed)
    }
  }

  let counters: [Counters]
  /// Whether others may go on with the same nodes.
  let isPart: Bool
  /// Morsels read and not yet wholly worked off, and the most there ever were.
  let liveMorsels = Atomic<Int>(0)
  let peakMorsels = Atomic<Int>(0)

  /// Makes counters for the nodes of `graph`, all zero.
  public init(graph: Graph) {
    counters = graph.nodes.map { _ in Counters() }
    isPart = false
  }

  /// Counters of a part of a graph: what happens there is counted in `whole`, at the node of the same work. That a
  /// node is done is told by `finish`.
  /// - Parameter nodes: For each node of the part that of the whole; nil for one that is only in the part.
  public init(partOf whole: RunProgress, nodes: [Int?]) {
    counters = nodes.map { $0.map { whole.counters[$0] } ?? Counters() }
    isPart = true
  }

  /// Work outside of the engine begins at a node, with these rows.
  public func begin(_ index: Int, rowsIn: Int = 0) {
    counters[index].rowsIn.wrappingAdd(rowsIn, ordering: .relaxed)
    counters[index].hasStarted.store(true, ordering: .relaxed)
  }

  /// Something was done at a node elsewhere.
  public func add(_ done: Node, at index: Int) {
    let node = counters[index]
    node.rowsIn.wrappingAdd(done.rowsIn, ordering: .relaxed)
    node.rowsOut0.wrappingAdd(done.rowsOut[0], ordering: .relaxed)
    node.rowsOut1.wrappingAdd(done.rowsOut[1], ordering: .relaxed)
    node.late.wrappingAdd(done.late, ordering: .relaxed)
    node.failed.wrappingAdd(done.failed, ordering: .relaxed)
    node.faulted.wrappingAdd(done.faulted, ordering: .relaxed)
    node.bytesRead.wrappingAdd(done.bytesRead, ordering: .relaxed)
    node.bytesWritten.wrappingAdd(done.bytesWritten, ordering: .relaxed)
    node.busy.wrappingAdd(done.busy, ordering: .relaxed)
  }

  /// Nothing more will happen at a node.
  public func finish(_ index: Int) {
    counters[index].hasStarted.store(true, ordering: .relaxed)
    counters[index].isDone.store(true, ordering: .relaxed)
  }

  /// Nothing will happen at a node, nor has anything.
  public func skip(_ index: Int) { counters[index].isSkipped.store(true, ordering: .relaxed) }

  /// The most morsels that were under way at one moment: what bounds the memory of row-wise work.
  public var peakMorselsInFlight: Int { peakMorsels.load(ordering: .relaxed) }

  /// The counters of node `index` now.
  public subscript(index: Int) -> Node {
    let node = counters[index]
    let total = node.bytesTotal.load(ordering: .relaxed)
    return Node(
      rowsIn: node.rowsIn.load(ordering: .relaxed),
      rowsOut: [node.rowsOut0.load(ordering: .relaxed), node.rowsOut1.load(ordering: .relaxed)],
      late: node.late.load(ordering: .relaxed), failed: node.failed.load(ordering: .relaxed),
      faulted: node.faulted.load(ordering: .relaxed),
      bytesRead: node.bytesRead.load(ordering: .relaxed), bytesTotal: total < 0 ? nil : total,
      bytesWritten: node.bytesWritten.load(ordering: .relaxed), busy: node.busy.load(ordering: .relaxed),
      hasStarted: node.hasStarted.load(ordering: .relaxed), isDone: node.isDone.load(ordering: .relaxed),
      isSkipped: node.isSkipped.load(ordering: .relaxed))
  }

  /// The counters of all nodes now, in the graph's order.
  public var nodes: [Node] { counters.indices.map { self[$0] } }
}

extension RunProgress.Node {
  /// The counters of a node as they were at a checkpoint.
  public init(
    rowsIn: Int, rowsOut: [Int], late: Int, failed: Int, faulted: Int, bytesRead: Int, bytesWritten: Int,
    busy: Int
  ) {
    self.init(
      rowsIn: rowsIn, rowsOut: rowsOut, late: late, failed: failed, faulted: faulted, bytesRead: bytesRead,
      bytesTotal: nil, bytesWritten: bytesWritten, busy: busy)
  }
}
