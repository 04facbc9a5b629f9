import Dataflow

/// The order in which a graph runs. A *stage* streams the rows of one root, a source or the output of an
/// operator that keeps its rows, through everything up to the next such operator; stages run one after
/// another, each on all workers. The left side of a join streams only after its right side is complete; where
/// that can't be, because both come from one root, the left side is kept first and is a root itself.
struct StagePlan {
  /// Where a stage's rows come from.
  enum Root: Hashable {
    /// The source or row-keeping operator of a node.
    case node(Int)
    /// The kept left side of the join of a node.
    case kept(Int)
  }

  /// In the order in which their stages run.
  private(set) var order: [Int] = []
  private(set) var roots: [Root] = []
  /// The joins whose left side is kept.
  private(set) var keptJoins: Set<Int> = []
  /// The roots whose rows come to each node, over all inputs; of a source the source itself.
  private(set) var feeding: [Set<Int>] = []
  /// Of each join the roots of its right side.
  private(set) var building: [Int: Set<Int>] = [:]
  private var before: [Set<Int>] = []

  init(_ graph: Graph) {
    // The roots whose stages give the rows of each node.
    var giving: [Set<Int>] = Array(repeating: [], count: graph.nodes.count)
    feeding = giving
    // Whatever is not behind `faults` may feed it.
    let behindFaults = graph.behindFaults
    let indices = graph.nodes.indices
    for index in indices.filter({ !behindFaults.contains($0) }) + indices.filter(behindFaults.contains) {
      let node = graph.nodes[index]
      let inputs = node.inputs.map { giving[$0.node] }
      let all = inputs.reduce(into: Set()) { $0.formUnion($1) }
      feeding[index] = all
      switch node.operation {
      case .source:
        let root = add(.node(index), after: [])
        feeding[index] = [root]
        giving[index] = [root]
      case .aggregate, .distinct, .top, .sort, .limit, .scan, .latest, .rolling:
        giving[index] = [add(.node(index), after: all)]
      case .timed where !graph.isBounded(node.inputs[0]):
        giving[index] = [add(.node(index), after: all)]
      case .join where graph.matchesByTime(index):
        giving[index] = [add(.node(index), after: all)]
      case .join:
        building[index] = inputs[1]
        if inputs[0].contains(where: { left in inputs[1].contains { $0 == left || comes(left, before: $0) } })
        {
          keptJoins.insert(index)
          giving[index] = [add(.kept(index), after: all)]
        } else {
          for left in inputs[0] { before[left].formUnion(inputs[1]) }
          giving[index] = inputs[0]
        }
      case .map, .filter, .flatMap, .tryMap, .union, .sample, .split, .sink, .check, .discard, .timed,
        .window, .reply, .single, .toList, .task, .collect, .choose, .rows, .fail:
        giving[index] = all
      case .faults:
        feeding[index] = Set(roots.indices)
        giving[index] = feeding[index]
      }
    }
    sort()
  }

  private mutating func add(_ root: Root, after earlier: Set<Int>) -> Int {
    roots.append(root)
    before.append(earlier)
    return roots.count - 1
  }

  /// Whether root `first` must be done before root `second` starts.
  private func comes(_ first: Int, before second: Int) -> Bool {
    var seen: Set<Int> = []
    var open = [second]
    while let root = open.popLast() {
      for earlier in before[root] where seen.insert(earlier).inserted {
        if earlier == first { return true }
        open.append(earlier)
      }
    }
    return false
  }

  /// The first root that may run, again and again, so that the order depends on the graph alone.
  private mutating func sort() {
    var done: Set<Int> = []
    while done.count < roots.count {
      guard let root = roots.indices.first(where: { !done.contains($0) && before[$0].isSubset(of: done) })
      else { preconditionFailure("stages wait for each other") }
      done.insert(root)
      order.append(root)
    }
  }
}
