import Columns
import Dataflow
import Diagnosing
import Engine
import Semantics

/// What of a graph with jobs is done, and what can be done next: a value, which touches neither threads nor files.
///
/// A node can be done when the values that it uses are known, the branch that it is in is taken, and the rows that
/// it reads are there or come from another that can be done. The passes of a `for` become nodes of their own as soon
/// as its lists are known.
struct Agenda {
  enum Stage {
    case waiting, running, done
    /// In a branch that is not taken, of a pass that failed, or the pattern of passes.
    case skipped
  }

  /// The whole, with the passes that are known.
  var graph: Graph
  /// For each node that of the program: its own place, unless it is of a pass.
  var origins: [Int]
  /// For each node which of the passes it is of, from 1; nil outside of `for`.
  var passes: [Int?]
  var values: [Int: (local: Local, value: Column)] = [:]
  private let secrets: @Sendable (String) -> String
  var stages: [Stage]
  var dependents = Dependents()
  /// By node of the program: how many of those that stand for it are not settled, and whether one was done.
  var remaining: [Int]
  var isWorkedOn: [Bool]
  /// The nodes of the program that were settled since somebody asked.
  var settled: [Int] = []
  /// By loop: how many nodes of its passes, and of passes inside, are not settled.
  var openNodes: [Int: Int] = [:]
  /// By loop: the nodes that collect what its passes give.
  var collectors: [Int: [Int]] = [:]
  /// By region: whether its steps run; nil where that is not known yet.
  var taken: [Bool?]
  /// By region: the pass that it is of.
  var passOfRegion: [Int?]
  /// The values of jobs that each node, or region, needs.
  var needs: [Set<Int>]
  var needsOfRegions: [Set<Int>]
  /// Values of jobs, by their ids; one that is no key of `values` is not known yet.
  var promised: Set<Int>
  /// Values that there will not be, because a task failed or a branch is not taken: they fail where they are used.
  var failed: Set<Int> = []
  var failures = LocalRewriter()
  var consumers: [[Int]]
  /// The flow that each `if` between flows stands for.
  var chosen: [Int: Edge] = [:]
  /// The passes of each `for`, by their places in `allPasses`.
  var loops: [Int: [Int]] = [:]
  var allPasses: [Pass] = []
  /// The ids of locals that passes have of their own.
  var nextLocal = 1 << 56

  /// Nothing is done.
  init(
    _ graph: Graph, arguments: [(local: Local, value: Column)],
    secrets: @escaping @Sendable (String) -> String
  ) {
    self.graph = graph
    self.secrets = secrets
    origins = Array(graph.nodes.indices)
    passes = graph.nodes.map { _ in nil }
    stages = graph.nodes.map { _ in .waiting }
    remaining = graph.nodes.map { _ in 1 }
    isWorkedOn = graph.nodes.map { _ in false }
    taken = graph.regions.map { _ in nil }
    passOfRegion = graph.regions.map { _ in nil }
    promised = Set(graph.nodes.flatMap(\.values).map(\.id) + graph.regions.flatMap(\.locals).map(\.id))
    needs = []
    needsOfRegions = []
    consumers = graph.nodes.map { _ in [] }
    for argument in arguments { values[argument.local.id] = argument }
    needs = graph.nodes.map { promises(in: $0.operation.expressions) }
    needsOfRegions = graph.regions.map { promises(in: $0.expressions) }
    for (index, node) in graph.nodes.enumerated() { watch(node, index) }
    for (index, region) in graph.regions.enumerated() {
      dependents.add(region: index, in: region.parent, values: needsOfRegions[index])
    }
  }

  mutating func watch(_ node: Node, _ index: Int) {
    for edge in node.inputs { consumers[edge.node].append(index) }
    if case .collect(let collect) = node.operation { collectors[collect.region, default: []].append(index) }
    dependents.add(node: index, in: node.region, values: needs[index])
  }

  func promises(in expressions: [TypedExpression]) -> Set<Int> {
    Self.locals(in: expressions).intersection(promised)
  }

  static func locals(in expressions: [TypedExpression]) -> Set<Int> {
    var found: Set<Int> = []
    for expression in expressions {
      expression.visit { if case .local(let local) = $0.kind { found.insert(local.id) } }
    }
    return found
  }

  /// Whether there is nothing left to do.
  var isDone: Bool { remaining.allSatisfy { $0 == 0 } }

  /// Whether a node is to be done.
  func isWaiting(_ node: Int) -> Bool { stages[node] == .waiting }

  /// Whether a node's work has begun, and is wanted.
  func isRunning(_ node: Int) -> Bool { stages[node] == .running }

  /// The nodes of the program that were settled since this was asked last, each with whether there was nothing to do.
  mutating func takeSettled() -> [(origin: Int, isSkipped: Bool)] {
    defer { settled.removeAll() }
    return settled.map { ($0, !isWorkedOn[$0]) }
  }

  // MARK: Values

  /// The values that some nodes may use.
  func values(for nodes: [Int]) -> [(local: Local, value: Column)] {
    let used = Self.locals(in: nodes.flatMap { graph.nodes[$0].operation.expressions })
    return used.sorted().compactMap { values[$0] }
  }

  /// The value of an expression over what is known, and over `others`.
  func evaluate(
    _ expression: TypedExpression, with others: [(local: Local, value: Column)] = []
  ) throws(RowFailure) -> Column {
    let used = Self.locals(in: [expression]).sorted().compactMap { values[$0] } + others
    var rewriter = failures
    return try ExpressionCompiler(parameters: used, secrets: secrets)
      .evaluateConstant(rewriter.root(expression))
  }

  /// What a node does.
  func operation(_ node: Int) -> Operation {
    var rewriter = failures
    return graph.nodes[node].operation.replacing(&rewriter)
  }

  func isKnown(_ needs: Set<Int>) -> Bool {
    needs.allSatisfy { values[$0] != nil || failed.contains($0) }
  }

  // MARK: What happened

  /// A node's work has begun.
  mutating func begin(_ node: Int) { stages[node] = .running }

  /// A node's work is done; with the value that it gives.
  mutating func finish(_ node: Int, value: Column? = nil) {
    settle(node, .done)
    if let value, let local = graph.nodes[node].value { know(local, value) }
  }

  /// A node's work has failed, and what uses its value covers that.
  mutating func fail(_ node: Int, _ message: String) {
    settle(node, .done)
    if let local = graph.nodes[node].value { giveUp(local, message) }
  }

  /// There is no value: what uses it covers that, or is in a branch that is not taken either.
  private mutating func giveUp(_ local: Local, _ message: String) {
    let span = graph.nodes[0].span
    let text = TypedExpression(.literal(.string(message)), .string, span)
    failed.insert(local.id)
    failures.substitute(local, by: TypedExpression(.fail(text), local.type, span))
    dependents.settle(value: local.id)
  }

  private static let notTaken = "its branch is not taken"

  mutating func know(_ local: Local, _ value: Column) {
    values[local.id] = (local, value)
    dependents.settle(value: local.id)
  }

  mutating func settle(_ node: Int, _ stage: Stage) {
    stages[node] = stage
    if stage == .skipped {
      for local in graph.nodes[node].values { giveUp(local, Self.notTaken) }
    }
    let origin = origins[node]
    remaining[origin] -= 1
    if stage == .done { isWorkedOn[origin] = true }
    if remaining[origin] == 0 { settled.append(origin) }
    dependents.look(at: consumers[node])
    var pass = passes[node]
    while let number = pass {
      let loop = allPasses[number - 1].loop
      openNodes[loop, default: 0] -= 1
      if openNodes[loop] == 0 { dependents.look(at: collectors[loop] ?? []) }
      pass = passOfRegion[loop]
    }
  }

  // MARK: What is next

  /// The nodes that can be done now, inputs before what uses them.
  mutating func ready() throws(RowFailure) -> [Int] {
    var found: Set<Int> = []
    while true {
      try settleRegions()
      let nodes = dependents.takeNodes()
      if nodes.isEmpty { return found.filter(isWaiting).sorted() }
      for index in nodes where stages[index] == .waiting && !found.contains(index) {
        do throws(RowFailure) {
          guard try isReady(index, found) else { continue }
        } catch {
          try fail(passOf: index, passes[index], error)
          continue
        }
        found.insert(index)
        dependents.look(at: consumers[index])
      }
    }
  }

  /// Whether a node's work can be done now; what is no work is settled.
  mutating func isReady(_ index: Int, _ found: Set<Int>) throws(RowFailure) -> Bool {
    let node = graph.nodes[index]
    if let region = node.region {
      guard let isTaken = taken[region] else { return false }
      if !isTaken {
        settle(index, .skipped)
        return false
      }
    }
    // What a `for` collects is known when its passes are done: its element is of the pattern.
    guard isKnown(needs[index]) || node.isCollection else { return false }
    func isFed(_ edge: Edge) -> Bool { stages[edge.node] == .done || found.contains(edge.node) }
    switch node.operation {
    case .collect(let collect): try gather(collect, index)
    case .choose(let condition):
      let edge = source(of: node.inputs[try evaluate(condition).bits[0] ? 0 : 1])
      guard let edge, isFed(edge) else { return false }
      chosen[index] = edge
      settle(index, .done)
    default: return node.inputs.allSatisfy { source(of: $0).map(isFed) ?? false }
    }
    return false
  }

  mutating func settleRegions() throws(RowFailure) {
    while true {
      let regions = dependents.takeRegions()
      if regions.isEmpty { return }
      for index in regions where taken[index] == nil {
        do throws(RowFailure) { try settleRegion(index) } catch {
          try fail(passOf: nil, passOfRegion[index], error)
        }
        guard let isTaken = taken[index] else { continue }
        if !isTaken, case .present(let local, _, holds: true) = graph.regions[index].kind {
          giveUp(local, Self.notTaken)
        }
        dependents.settle(region: index)
      }
    }
  }

  mutating func settleRegion(_ index: Int) throws(RowFailure) {
    let region = graph.regions[index]
    if let parent = region.parent {
      guard let outer = taken[parent] else { return }
      if !outer {
        taken[index] = false
        return
      }
    }
    guard isKnown(needsOfRegions[index]), !isBroken(passOfRegion[index]) else { return }
    switch region.kind {
    case .when(let condition, let holds): taken[index] = try evaluate(condition).bits[0] == holds
    case .present(let local, let maybe, let holds):
      let value = try evaluate(maybe)
      taken[index] = value.isPresent(0) == holds
      if holds, value.isPresent(0) { know(local, value.assumingPresent) }
    case .each(let variables, _):
      let elements = try LoopElements(variables, isHidden: !graph.labelled.isEmpty) {
        list throws(RowFailure) in try evaluate(list)
      }
      // The steps themselves are the pattern of the passes.
      taken[index] = false
      let pattern = pattern(of: index)
      loops[index] = elements.map { addPass(of: index, pattern, Array(zip(variables.map(\.variable), $0))) }
      dependents.look(at: collectors[index] ?? [])
    }
  }

  /// Nodes that are done together.
  struct Part {
    fileprivate(set) var members: [Int]
    /// The pass of a `try for` that fails if they do.
    let pass: Int?
  }

  /// As many outputs are open at a time: each holds a file.
  private static let openOutputs = 64

  /// What is ready in parts, of which each needs nothing of later ones: each pass that may fail alone is one.
  func parts(of ready: [Int]) -> [Part] {
    var parts: [Part] = []
    var outputs = 0
    var ofPasses: [Int: [Int]] = [:]
    for index in ready {
      if let pass = fallible(passes[index]) {
        ofPasses[pass, default: []].append(index)
        continue
      }
      let isOutput = if case .sink = graph.nodes[index].operation { true } else { false }
      outputs += isOutput ? 1 : 0
      if parts.isEmpty || outputs > Self.openOutputs {
        parts.append(Part(members: [], pass: nil))
        outputs = isOutput ? 1 : 0
      }
      parts[parts.count - 1].members.append(index)
    }
    return parts + ofPasses.sorted { $0.key < $1.key }.map { Part(members: $0.value, pass: $0.key) }
  }

  // MARK: Rows

  /// Where the rows of an edge really come from; nil where that is not known yet.
  func source(of edge: Edge) -> Edge? {
    if case .choose = graph.nodes[edge.node].operation { return chosen[edge.node] }
    return edge
  }

  /// Whether some node that is not among `others` waits for the rows of an edge.
  func isWanted(_ edge: Edge, besides others: Set<Int>) -> Bool {
    consumers[edge.node].contains { index in
      guard graph.nodes[index].inputs.contains(edge) else { return false }
      if case .choose = graph.nodes[index].operation {
        guard stages[index] == .waiting || chosen[index] == edge else { return false }
        return stages[index] == .waiting || isWanted(Edge(index), besides: others)
      }
      // Windows are cut again for those who come later.
      if graph.nodes[index].outputs.first?.time == .windowed, isWanted(Edge(index), besides: others) {
        return true
      }
      return stages[index] == .waiting && !others.contains(index)
    }
  }
}
