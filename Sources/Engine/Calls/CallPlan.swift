import Dataflow

/// What of a service is done once for all calls, and what for each.
///
/// All that only tables lead to is worked off when they are read; a join whose right side is among it keeps its
/// table. The rest runs for each call, in the order of the stages.
struct CallPlan {
  /// What a call does, one after the other.
  enum Step {
    /// The call's rows go in.
    case request(Int)
    /// Rows that are the same for each call go in.
    case shared(Inlet)
    /// An operator that has kept its rows gives them.
    case root(Int)
    /// The left side of a join that was kept goes on.
    case kept(Int)
    /// The right side of a join is complete.
    case build(Int)
  }

  /// An input of a call's operator that tables lead to.
  struct Inlet: Hashable {
    let node: Int
    let input: Int
  }

  let stages: StagePlan
  let steps: [Step]
  /// By node, whether it depends on the call.
  let isOfCall: [Bool]
  /// The joins of a call whose right side is the same for each.
  let sharedJoins: Set<Int>

  init(_ graph: Graph) {
    let stages = StagePlan(graph)
    self.stages = stages
    let isOfCall = graph.dependsOnCalls
    self.isOfCall = isOfCall
    let joins = stages.building.keys.filter { isOfCall[$0] }
    let sharedJoins = Set(joins.filter { !isOfCall[graph.nodes[$0].inputs[1].node] })
    self.sharedJoins = sharedJoins

    var waiting: [(inlet: Inlet, roots: Set<Int>)] = []
    for (index, node) in graph.nodes.enumerated() where isOfCall[index] && !sharedJoins.contains(index) {
      for (input, edge) in node.inputs.enumerated() where !isOfCall[edge.node] {
        let own =
          stages.roots.firstIndex(of: .node(edge.node)) ?? stages.roots.firstIndex(of: .kept(edge.node))
        waiting.append(
          (Inlet(node: index, input: input), stages.feeding[edge.node].union(own.map { [$0] } ?? [])))
      }
    }
    var building = joins.filter { !sharedJoins.contains($0) }.sorted()
    var done: Set<Int> = []
    var steps: [Step] = []
    for root in stages.order {
      switch stages.roots[root] {
      case .node(let index) where isOfCall[index]:
        if case .source = graph.nodes[index].operation {
          steps.append(.request(index))
        } else {
          steps.append(.root(index))
        }
      case .kept(let index) where isOfCall[index]: steps.append(.kept(index))
      default: break
      }
      done.insert(root)
      let ready = waiting.filter { $0.roots.isSubset(of: done) }
      waiting.removeAll { $0.roots.isSubset(of: done) }
      steps += ready.map { .shared($0.inlet) }
      let complete = building.filter { stages.building[$0]?.isSubset(of: done) ?? true }
      building.removeAll { complete.contains($0) }
      steps += complete.map { .build($0) }
    }
    self.steps = steps
  }
}

extension Graph {
  /// By node, whether what it gives differs from call to call of a service. What does not fit in a table fails its
  /// reading, so `faults` are those of calls.
  public var dependsOnCalls: [Bool] {
    nodes.reduce(into: []) { depends, node in
      switch node.operation {
      case .source: depends.append(node.outputs[0].bound == .request)
      case .faults: depends.append(true)
      default: depends.append(node.inputs.contains { depends[$0.node] })
      }
    }
  }
}
