import Dataflow
import Semantics

/// Cuts a graph where rows must be exchanged. A node joins the fragment of its (left) input unless it needs
/// its rows spread anew (`group_by`, `distinct`), together (`sort`, ungrouped `aggregate`), or from several
/// fragments (`union`). The right side of a join is another fragment, which must not wait for this one; nor
/// must what gives a value that a node uses. The nodes of a fragment are in one region. In a service what is
/// computed of a call is one fragment.
struct Fragments {
  /// The nodes of each fragment, in topological order of the fragments.
  let ordered: [[Int]]
  /// The fragment of each node, as an index into `ordered`.
  let position: [Int]
  /// The nodes whose values each node, or its region, uses, by the locals that hold them.
  let uses: [[(node: Int, local: Local)]]
  /// The nodes in the region that each node collects.
  let collected: [[Int]]
  private let mode: RunOptions.Mode

  init(_ graph: Graph) {
    mode = graph.mode
    uses = graph.uses
    collected = graph.collected
    var cut = Cut(graph)
    for index in graph.nodes.indices {
      cut.place(index, uses[index].map(\.node) + collected[index])
    }
    let order = cut.order
    ordered = order.map { cut.fragments[$0] }
    var places = [Int](repeating: 0, count: order.count)
    for (place, fragment) in order.enumerated() { places[fragment] = place }
    position = cut.home.map { places[$0] }
  }

  /// The rows that move into a node from other fragments.
  func exchanges(into index: Int, _ graph: Graph) -> [Exchange] {
    let node = graph.nodes[index]
    return node.inputs.enumerated().compactMap { side, edge in
      guard position[edge.node] != position[index] else { return nil }
      return Exchange(
        from: position[edge.node] + 1, producer: graph.nodes[edge.node].name, consumer: node.name,
        kind: kind(node.operation, side, graph.nodes[edge.node].outputs[edge.port].bound))
    }
  }

  private func kind(_ operation: Operation, _ side: Int, _ bound: FlowType.Bound) -> Exchange.Kind {
    if mode == .service { return bound == .request ? .forward : .broadcast }
    return switch operation {
    case .aggregate(let aggregate): aggregate.key.map { .hash(Wording.key($0)) } ?? .gather
    case .top(let top): top.group.map { .hash(Wording.key($0)) } ?? .gather
    case .distinct(let distinct): .hash(distinct.by.map { Wording.key($0) } ?? "the whole row")
    case .scan(let scan): .hash(Wording.key(scan.key))
    case .latest(let latest): .hash(Wording.key(latest.key))
    case .rolling(let rolling): .hash(Wording.key(rolling.key))
    case .sort, .task, .single, .toList: .gather
    case .join(let join) where join.time != nil: .hash(Wording.key(join, side))
    case .join: side == 1 ? .broadcast : .forward
    default: .forward
    }
  }
}

/// Puts one node after another into fragments.
private struct Cut {
  let graph: Graph
  private let mode: RunOptions.Mode
  var fragments: [[Int]] = []
  /// The fragment of each node so far.
  var home: [Int] = []
  private var needs: [Set<Int>] = []
  /// In a service: the fragment of what is computed of a call.
  private var calls: Int?

  init(_ graph: Graph) {
    self.graph = graph
    mode = graph.mode
  }

  mutating func place(_ index: Int, _ before: [Int]) {
    let node = graph.nodes[index]
    let inputs = node.inputs.map { home[$0.node] }
    let values = Set(before.map { home[$0] })
    var own = wish(node, inputs)
    if let fragment = own, fragments.indices.contains(fragment) {
      let isOfRegion = fragments[fragment].first.map { graph.nodes[$0].region == node.region } ?? true
      let isFree = values.allSatisfy { !waits($0, for: fragment) }
      if !isOfRegion || !isFree { own = nil }
    }
    let fragment = own ?? fragments.count
    if fragment == fragments.count {
      fragments.append([])
      needs.append([])
    }
    fragments[fragment].append(index)
    home.append(fragment)
    needs[fragment].formUnion((inputs + values).filter { $0 != fragment })
  }

  /// The fragment that a node joins if nothing stands against it.
  private mutating func wish(_ node: Node, _ inputs: [Int]) -> Int? {
    if mode == .service, let calls = wishOfCall(node) { return calls }
    switch node.operation {
    case .source, .top, .sort, .faults, .task, .collect, .scan, .latest, .rolling, .rows, .fail, .aggregate,
      .distinct:
      return nil
    case .union, .choose: return Set(inputs).count == 1 ? inputs.first : nil
    case .join(let join):
      let isFree = inputs.count == 2 && !waits(inputs[1], for: inputs[0])
      return isFree && join.time == nil ? inputs[0] : nil
    case .sink, .map, .filter, .flatMap, .tryMap, .limit, .sample, .split, .check, .discard, .timed, .window,
      .reply, .single, .toList:
      return inputs.first
    }
  }

  /// What is computed of a call goes together; the gateway, which takes the calls in, stands alone.
  private mutating func wishOfCall(_ node: Node) -> Int? {
    if case .source = node.operation { return nil }
    let isOfCall =
      node.outputs.contains { $0.bound == .request }
      || node.inputs.contains { graph.nodes[$0.node].outputs[$0.port].bound == .request }
    guard isOfCall else { return nil }
    if let calls { return calls }
    calls = fragments.count
    return calls
  }

  /// Whether fragment `from` is, or waits for, fragment `other`.
  private func waits(_ from: Int, for other: Int) -> Bool {
    var seen: Set<Int> = []
    var open = [from]
    while let next = open.popLast() {
      if next == other { return true }
      if seen.insert(next).inserted { open += needs[next] }
    }
    return false
  }

  /// Topological, and among equals in the order of the source.
  var order: [Int] {
    var order: [Int] = []
    var isPlaced = [Bool](repeating: false, count: fragments.count)
    func place(_ fragment: Int) {
      guard !isPlaced[fragment] else { return }
      isPlaced[fragment] = true
      for need in needs[fragment].sorted() { place(need) }
      order.append(fragment)
    }
    for fragment in fragments.indices { place(fragment) }
    return order
  }
}

extension Graph {
  /// The nodes whose values each node uses, itself or by the regions that it is in.
  fileprivate var uses: [[(node: Int, local: Local)]] {
    var givers: [Int: (node: Int, local: Local)] = [:]
    for (index, node) in nodes.enumerated() {
      for local in node.values { givers[local.id] = (index, local) }
    }
    if givers.isEmpty { return nodes.map { _ in [] } }
    return nodes.enumerated().map { index, node in
      var expressions = node.operation.expressions
      var region = node.region
      while let place = region {
        expressions += regions[place].expressions
        region = regions[place].parent
      }
      var found: [(node: Int, local: Local)] = []
      for expression in expressions {
        expression.visit { part in
          guard case .local(let local) = part.kind, let giver = givers[local.id], giver.node != index,
            !found.contains(where: { $0.local.id == local.id })
          else { return }
          found.append(giver)
        }
      }
      return found
    }
  }

  /// For each node that collects a `for`, the nodes of its passes.
  fileprivate var collected: [[Int]] {
    nodes.map { node in
      guard case .collect(let collect) = node.operation else { return [] }
      return nodes.indices.filter { isInside(nodes[$0].region, collect.region) }
    }
  }

  private func isInside(_ inner: Int?, _ outer: Int) -> Bool {
    var next = inner
    while let index = next {
      if index == outer { return true }
      next = regions[index].parent
    }
    return false
  }
}
