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
  private enum Stage {
    case waiting, running, done
    /// In a branch that is not taken, or the pattern of passes.
    case skipped
  }

  /// The whole, with the passes that are known.
  private(set) var graph: Graph
  /// For each node that of the program: its own place, unless it is of a pass.
  private(set) var origins: [Int]
  /// For each node which of the passes it is of, from 1; nil outside of `for`.
  private(set) var passes: [Int?]
  private var values: [Int: (local: Local, value: Column)] = [:]
  private let secrets: @Sendable (String) -> String
  private var stages: [Stage]
  /// The nodes that wait, in order.
  private var waiting: [Int]
  /// By node of the program: how many of those that stand for it are not settled.
  private var remaining: [Int]
  /// By loop: how many nodes of its passes are not settled.
  private var openNodes: [Int: Int] = [:]
  /// By region: whether its steps run; nil where that is not known yet.
  private var taken: [Bool?]
  /// The values of jobs that each node, or region, needs.
  private var needs: [Set<Int>]
  private var needsOfRegions: [Set<Int>]
  /// Values of jobs, by their ids; one that is no key of `values` is not known yet.
  private var promised: Set<Int>
  /// Values whose tasks failed: they fail where they are used, which is covered there.
  private var failed: Set<Int> = []
  private var failures = LocalRewriter()
  private var consumers: [[Int]]
  /// The flow that each `if` between flows stands for.
  private var chosen: [Int: Edge] = [:]
  /// The passes of each `for`.
  private var loops: [Int: [Pass]] = [:]
  /// The loop that each pass is of, in the order of their numbers.
  private var loopOfPass: [Int] = []
  /// The ids of locals that passes have of their own.
  private var nextLocal = 1 << 56

  /// One run of the steps of a `for`.
  private struct Pass {
    let rewriter: LocalRewriter

    /// What it gives.
    func element(of collect: CollectOperation) -> TypedExpression {
      var rewriter = rewriter
      return rewriter.root(collect.element)
    }
  }

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
    waiting = Array(graph.nodes.indices)
    remaining = graph.nodes.map { _ in 1 }
    taken = graph.regions.map { _ in nil }
    promised = Set(graph.nodes.flatMap(\.values).map(\.id) + graph.regions.flatMap(\.locals).map(\.id))
    needs = []
    needsOfRegions = []
    consumers = graph.nodes.map { _ in [] }
    for argument in arguments { values[argument.local.id] = argument }
    needs = graph.nodes.map { promises(in: $0.operation.expressions) }
    needsOfRegions = graph.regions.map { promises(in: $0.expressions) }
    for (index, node) in graph.nodes.enumerated() {
      for edge in node.inputs { consumers[edge.node].append(index) }
    }
  }

  private func promises(in expressions: [TypedExpression]) -> Set<Int> {
    Self.locals(in: expressions).intersection(promised)
  }

  private static func locals(in expressions: [TypedExpression]) -> Set<Int> {
    var found: Set<Int> = []
    for expression in expressions {
      expression.visit { if case .local(let local) = $0.kind { found.insert(local.id) } }
    }
    return found
  }

  /// Whether there is nothing left to do.
  var isDone: Bool { remaining.allSatisfy { $0 == 0 } }

  /// Whether all that stands for a node of the program is done.
  func isDone(origin: Int) -> Bool { remaining[origin] == 0 }

  // MARK: Values

  /// The values that some nodes may use.
  func values(for nodes: [Int]) -> [(local: Local, value: Column)] {
    let used = Self.locals(in: nodes.flatMap { graph.nodes[$0].operation.expressions })
    return used.sorted().compactMap { values[$0] }
  }

  /// The value of an expression over what is known.
  func evaluate(_ expression: TypedExpression) throws(RowFailure) -> Column {
    let used = Self.locals(in: [expression]).sorted().compactMap { values[$0] }
    var rewriter = failures
    return try ExpressionCompiler(parameters: used, secrets: secrets)
      .evaluateConstant(rewriter.root(expression))
  }

  /// What a node does.
  func operation(_ node: Int) -> Operation {
    var rewriter = failures
    return graph.nodes[node].operation.replacing(&rewriter)
  }

  private func isKnown(_ needs: Set<Int>) -> Bool {
    needs.allSatisfy { values[$0] != nil || failed.contains($0) }
  }

  // MARK: What happened

  /// A node's work has begun.
  mutating func begin(_ node: Int) { stages[node] = .running }

  /// A node's work is done; with the value that it gives.
  mutating func finish(_ node: Int, value: Column? = nil) {
    settle(node, .done)
    if let value, let local = graph.nodes[node].value { values[local.id] = (local, value) }
  }

  /// A node's work has failed, and what uses its value covers that.
  mutating func fail(_ node: Int, _ message: String) {
    settle(node, .done)
    guard let local = graph.nodes[node].value else { return }
    let span = graph.nodes[node].span
    let text = TypedExpression(.literal(.string(message)), .string, span)
    failed.insert(local.id)
    failures.substitute(local, by: TypedExpression(.fail(text), local.type, span))
  }

  private mutating func settle(_ node: Int, _ stage: Stage) {
    stages[node] = stage
    remaining[origins[node]] -= 1
    if let pass = passes[node] { openNodes[loopOfPass[pass - 1], default: 0] -= 1 }
  }

  // MARK: What is next

  /// The nodes that can be done now, inputs before what uses them.
  mutating func ready() throws(RowFailure) -> [Int] {
    try settleRegions()
    waiting.removeAll { stages[$0] != .waiting }
    var found: [Int] = []
    var isFound: Set<Int> = []
    // Whether something was settled without work, for which another may have waited.
    var isSettled = false
    for index in waiting {
      let node = graph.nodes[index]
      if let region = node.region {
        guard let isTaken = taken[region] else { continue }
        if !isTaken {
          settle(index, .skipped)
          isSettled = true
          continue
        }
      }
      // What a `for` collects is known when its passes are done: its element is of the pattern.
      guard isKnown(needs[index]) || node.isCollection else { continue }
      func isFed(_ edge: Edge) -> Bool { stages[edge.node] == .done || isFound.contains(edge.node) }
      switch node.operation {
      case .collect(let collect):
        guard let passes = loops[collect.region], openNodes[collect.region] ?? 0 == 0 else { continue }
        let elements = passes.map { $0.element(of: collect) }
        guard isKnown(promises(in: elements)) else { continue }
        finish(index, value: try list(elements, of: collect.element.type))
        isSettled = true
      case .choose(let condition):
        let edge = source(of: node.inputs[try evaluate(condition).bits[0] ? 0 : 1])
        guard let edge, isFed(edge) else { continue }
        chosen[index] = edge
        settle(index, .done)
        isSettled = true
      default:
        guard node.inputs.allSatisfy({ source(of: $0).map(isFed) ?? false }) else { continue }
        found.append(index)
        isFound.insert(index)
      }
    }
    return found.isEmpty && isSettled ? try ready() : found
  }

  private mutating func settleRegions() throws(RowFailure) {
    var index = 0
    while index < graph.regions.count {
      defer { index += 1 }
      guard taken[index] == nil else { continue }
      let region = graph.regions[index]
      if let parent = region.parent {
        guard let outer = taken[parent] else { continue }
        if !outer {
          taken[index] = false
          continue
        }
      }
      guard isKnown(needsOfRegions[index]) else { continue }
      switch region.kind {
      case .when(let condition, let holds): taken[index] = try evaluate(condition).bits[0] == holds
      case .present(let local, let maybe, let holds):
        let value = try evaluate(maybe)
        taken[index] = value.isPresent(0) == holds
        if holds, value.isPresent(0) { values[local.id] = (local, value.assumingPresent) }
      case .each(let variables, _):
        // The steps themselves are the pattern of the passes.
        taken[index] = false
        let pattern = pattern(of: index)
        loops[index] = try LoopElements(variables, isHidden: !graph.labelled.isEmpty, evaluate).map {
          elements in
          addPass(of: index, pattern, zip(variables.map(\.variable), elements).map { ($0, $1) })
        }
      }
    }
  }

  // MARK: Passes

  /// What the passes give, in order.
  private func list(_ expressions: [TypedExpression], of type: Type) throws(RowFailure) -> Column {
    var elements: [Column] = []
    for expression in expressions { elements.append(try evaluate(expression)) }
    let all = elements.isEmpty ? Column.absent(ColumnType(type), count: 0) : .concatenated(elements)
    return Column(count: 1, storage: .list(offsets: Buffer([0, Int32(elements.count)]), values: all))
  }

  /// The regions and nodes inside of a `for`; outer regions come before inner ones.
  private func pattern(of loop: Int) -> (regions: [Int], nodes: [Int]) {
    var inside: Set<Int> = [loop]
    var regions: [Int] = []
    for (index, region) in graph.regions.enumerated() {
      guard let parent = region.parent, inside.contains(parent) else { continue }
      inside.insert(index)
      regions.append(index)
    }
    return (regions, graph.nodes.indices.filter { graph.nodes[$0].region.map(inside.contains) ?? false })
  }

  /// Adds the nodes of a pass: copies of the steps of a `for`, with values of their own.
  private mutating func addPass(
    of loop: Int, _ pattern: (regions: [Int], nodes: [Int]), _ variables: [(Local, LoopElements.Item)]
  ) -> Pass {
    loopOfPass.append(loop)
    var rewriter = LocalRewriter()
    for (variable, element) in variables {
      let own = fresh(variable, &rewriter)
      values[own.id] = (own, element.value)
    }
    let locals = pattern.regions.flatMap { graph.regions[$0].locals }
    for local in locals + pattern.nodes.compactMap({ graph.nodes[$0].value }) { _ = fresh(local, &rewriter) }
    let outer = graph.regions[loop]
    var regions = [
      loop: add(FlowRegion(kind: outer.kind, parent: outer.parent, span: outer.span), isTaken: true)
    ]
    for index in pattern.regions {
      let region = graph.regions[index]
      let parent = region.parent.flatMap { regions[$0] }
      regions[index] = add(region.replacing(&rewriter, parent: parent).renamed(&rewriter), isTaken: nil)
    }
    let place = "[\(variables.map(\.1.text).joined(separator: ", "))]"
    var copies: [Int: Int] = [:]
    for index in pattern.nodes {
      let node = graph.nodes[index]
      let name = String(node.name.prefix { $0 != "[" }) + place
      copies[index] = add(
        Node(
          name: name, operation: node.operation.named(name).replacing(&rewriter).moved(regions),
          inputs: node.inputs.map { Edge(copies[$0.node] ?? $0.node, port: $0.port) }, outputs: node.outputs,
          value: node.value.map { $0.renamed(&rewriter) }, region: node.region.flatMap { regions[$0] },
          span: node.span), of: index)
    }
    return Pass(rewriter: rewriter)
  }

  /// A local of the pass in the place of one of the pattern.
  private mutating func fresh(_ local: Local, _ rewriter: inout LocalRewriter) -> Local {
    let own = Local(id: nextLocal, name: local.name, type: local.type)
    nextLocal += 1
    promised.insert(own.id)
    rewriter.substitute(local, by: TypedExpression(.local(own), own.type, graph.nodes[0].span))
    return own
  }

  private mutating func add(_ node: Node, of pattern: Int) -> Int {
    let index = graph.nodes.count
    graph.nodes.append(node)
    origins.append(origins[pattern])
    passes.append(loopOfPass.count)
    stages.append(.waiting)
    waiting.append(index)
    remaining[origins[pattern]] += 1
    openNodes[loopOfPass[loopOfPass.count - 1], default: 0] += 1
    consumers.append([])
    needs.append(promises(in: node.operation.expressions))
    for edge in node.inputs { consumers[edge.node].append(index) }
    return index
  }

  private mutating func add(_ region: FlowRegion, isTaken: Bool?) -> Int {
    graph.regions.append(region)
    taken.append(isTaken)
    needsOfRegions.append(promises(in: region.expressions))
    return graph.regions.count - 1
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

extension Node {
  fileprivate var isCollection: Bool { if case .collect = operation { true } else { false } }
}

extension Operation {
  /// A sink with the name of its pass.
  fileprivate func named(_ name: String) -> Operation {
    guard case .sink(let sink) = self else { return self }
    return .sink(
      SinkOperation(
        name: name, connector: sink.connector, isOrdered: sink.isOrdered, write: sink.write,
        publishesAlways: sink.publishesAlways, allow: sink.allow))
  }

  /// The value of a `for` inside another, of the copy of its region.
  fileprivate func moved(_ regions: [Int: Int]) -> Operation {
    guard case .collect(let collect) = self, let region = regions[collect.region] else { return self }
    return .collect(
      CollectOperation(region: region, element: collect.element, failures: collect.failures))
  }
}

extension Local {
  /// What a pass has in its place.
  fileprivate func renamed(_ rewriter: inout LocalRewriter) -> Local {
    let value = rewriter.root(TypedExpression(.local(self), type, Span(FileID(0), 0, 0)))
    return if case .local(let own) = value.kind { own } else { self }
  }
}

extension FlowRegion {
  /// With the locals that a pass has in the place of its own.
  fileprivate func renamed(_ rewriter: inout LocalRewriter) -> FlowRegion {
    let kind: Kind =
      switch self.kind {
      case .when: self.kind
      case .present(let local, let value, let holds):
        .present(local.renamed(&rewriter), value, holds: holds)
      case .each(let variables, let collects):
        .each(
          variables.map { (variable: $0.variable.renamed(&rewriter), elements: $0.elements) },
          collectsFailures: collects)
      }
    return FlowRegion(kind: kind, parent: parent, span: span)
  }
}
