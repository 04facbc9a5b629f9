import Columns
import Dataflow
import Engine
import Semantics

/// What of a graph with jobs is done, and what can be done next: a value, which touches neither threads nor files.
///
/// A node can be done when the values that it uses are known, the branch that it is in is taken, and the rows that
/// it reads are there or come from another that can be done.
struct Agenda {
  private enum Stage {
    case waiting, running, done
    /// In a branch that is not taken.
    case skipped
  }

  /// The whole.
  let graph: Graph
  /// The values that are known: the pipeline's arguments, and those of jobs.
  private(set) var values: [(local: Local, value: Column)]
  private let secrets: @Sendable (String) -> String
  private var stages: [Stage]
  /// By region: whether its steps run; nil where that is not known yet.
  private var taken: [Bool?]
  /// The values of jobs that each node uses.
  private let uses: [Set<Int>]
  private let usesOfRegions: [Set<Int>]
  private var known: Set<Int> = []
  /// The flow that each `if` between flows stands for.
  private var chosen: [Int: Edge] = [:]

  /// Nothing is done.
  init(
    _ graph: Graph, arguments: [(local: Local, value: Column)],
    secrets: @escaping @Sendable (String) -> String
  ) {
    self.graph = graph
    self.secrets = secrets
    values = arguments
    stages = graph.nodes.map { _ in .waiting }
    taken = graph.regions.map { _ in nil }
    let given = Set(graph.nodes.flatMap(\.values).map(\.id) + graph.regions.flatMap(\.locals).map(\.id))
    uses = graph.nodes.map { Self.uses($0.operation.expressions, of: given) }
    usesOfRegions = graph.regions.map { Self.uses($0.expressions, of: given) }
  }

  private static func uses(_ expressions: [TypedExpression], of given: Set<Int>) -> Set<Int> {
    var found: Set<Int> = []
    for expression in expressions {
      expression.visit { part in
        if case .local(let local) = part.kind, given.contains(local.id) { found.insert(local.id) }
      }
    }
    return found
  }

  /// Whether there is nothing left to do.
  var isDone: Bool { stages.allSatisfy { $0 == .done || $0 == .skipped } }

  /// Evaluates over all values that are known.
  var constants: ExpressionCompiler { ExpressionCompiler(parameters: values, secrets: secrets) }

  // MARK: What happened

  /// A node's work has begun.
  mutating func begin(_ node: Int) { stages[node] = .running }

  /// A node's work is done; with the value that it gives.
  mutating func finish(_ node: Int, value: Column? = nil) {
    stages[node] = .done
    if let value, let local = graph.nodes[node].value { know(local, value) }
  }

  private mutating func know(_ local: Local, _ value: Column) {
    values.append((local, value))
    known.insert(local.id)
  }

  // MARK: What is next

  /// The nodes that can be done now, inputs before what uses them.
  mutating func ready() throws(RowFailure) -> [Int] {
    try settleRegions()
    var found: [Int] = []
    var isFound: Set<Int> = []
    for (index, node) in graph.nodes.enumerated() where stages[index] == .waiting {
      if let region = node.region {
        guard let isTaken = taken[region] else { continue }
        if !isTaken {
          stages[index] = .skipped
          continue
        }
      }
      guard uses[index].isSubset(of: known) else { continue }
      if case .choose(let condition) = node.operation {
        let edge = source(of: node.inputs[try constants.evaluateConstant(condition).bits[0] ? 0 : 1])
        guard let edge, stages[edge.node] == .done || isFound.contains(edge.node) else { continue }
        chosen[index] = edge
        stages[index] = .done
        continue
      }
      let isFed = node.inputs.allSatisfy { input in
        guard let edge = source(of: input) else { return false }
        return stages[edge.node] == .done || isFound.contains(edge.node)
      }
      guard isFed else { continue }
      found.append(index)
      isFound.insert(index)
    }
    return found
  }

  private mutating func settleRegions() throws(RowFailure) {
    for (index, region) in graph.regions.enumerated() where taken[index] == nil {
      if let parent = region.parent {
        guard let outer = taken[parent] else { continue }
        if !outer {
          taken[index] = false
          continue
        }
      }
      guard usesOfRegions[index].isSubset(of: known) else { continue }
      switch region.kind {
      case .when(let condition, let holds):
        taken[index] = try constants.evaluateConstant(condition).bits[0] == holds
      case .present(let local, let maybe, let holds):
        let value = try constants.evaluateConstant(maybe)
        taken[index] = value.isPresent(0) == holds
        if holds, value.isPresent(0) { know(local, value.assumingPresent) }
      case .each: break
      }
    }
  }

  // MARK: Rows

  /// Where the rows of an edge really come from; nil where that is not known yet.
  func source(of edge: Edge) -> Edge? {
    if case .choose = graph.nodes[edge.node].operation { return chosen[edge.node] }
    return edge
  }

  /// Whether some node that is not among `others` waits for the rows of an edge.
  func isWanted(_ edge: Edge, besides others: Set<Int>) -> Bool {
    var edges: Set<Edge> = [edge]
    for (index, node) in graph.nodes.enumerated() {
      guard node.inputs.contains(where: edges.contains) else { continue }
      if case .choose = node.operation {
        if stages[index] == .waiting || chosen[index] == edge { edges.insert(Edge(index)) }
      } else if stages[index] == .waiting, !others.contains(index) {
        return true
      }
    }
    return false
  }
}
