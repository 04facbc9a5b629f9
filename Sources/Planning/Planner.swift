import Dataflow
import Hashing
import Semantics

extension BatchPlan {
  /// The shards that a hash exchange has unless a plan says otherwise.
  public static let defaultShards = 64

  /// Plans a bounded graph. Planning never fails: what can't run was refused when it was checked.
  public init(_ graph: Graph) {
    let fragments = Fragments(graph)
    let wording = Wording(graph)
    pipeline = graph.name
    documentation = graph.documentation
    parameters = graph.parameters.map { parameter in
      Parameter(
        name: parameter.local.name, type: parameter.local.type.description,
        defaultValue: parameter.defaultValue.map(\.text))
    }
    jobs = fragments.ordered.enumerated().map { index, nodes in
      Job(
        id: index + 1, name: graph.nodes[nodes[0]].name, nodes: nodes,
        steps: nodes.map { wording.step($0) },
        inputs: nodes.flatMap { fragments.exchanges(into: $0, graph, wording) })
    }
    sources = graph.nodes.compactMap { node in
      guard case .source(let source) = node.operation else { return nil }
      return Source(
        name: source.name, connector: source.connector.name,
        path: source.connector.path.map(\.text),
        isReplayable: source.connector.isReplayable)
    }
    sinks = graph.nodes.compactMap { node in
      guard case .sink(let sink) = node.operation else { return nil }
      return Sink(
        name: sink.name, connector: sink.connector.name,
        path: sink.connector.path.map(\.text),
        promise: sink.connector.promise)
    }
    virtualShards = Self.defaultShards
    hash = SHA256Hash.hex(CanonicalBytes.plan(graph, jobs: jobs.map(\.nodes), shards: Self.defaultShards))
  }
}

/// Cuts a graph where rows must be exchanged. A node joins the fragment of its (left) input unless it needs
/// its rows spread anew (`group_by`, `distinct`), together (`sort`, ungrouped `aggregate`), or from several
/// fragments (`union`). The right side of a join is another fragment, which must not wait for this one.
private struct Fragments {
  /// The nodes of each fragment, in topological order of the fragments.
  let ordered: [[Int]]
  /// The fragment of each node, as an index into `ordered`.
  private let position: [Int]

  init(_ graph: Graph) {
    var fragments: [[Int]] = []
    var home: [Int] = []
    var needs: [Set<Int>] = []

    /// Whether fragment `from` waits, directly or not, for fragment `other`.
    func waits(_ from: Int, for other: Int) -> Bool {
      var seen: Set<Int> = []
      var open = [from]
      while let next = open.popLast() {
        if next == other { return true }
        if seen.insert(next).inserted { open += needs[next] }
      }
      return false
    }

    for (index, node) in graph.nodes.enumerated() {
      let inputs = node.inputs.map { home[$0.node] }
      var fragment: Int?
      switch node.operation {
      case .source, .aggregate, .top, .sort, .distinct, .faults, .task, .collect, .scan, .latest, .rolling,
        .rows:
        fragment = nil
      case .fail: fragment = nil
      case .union, .choose: fragment = Set(inputs).count == 1 ? inputs.first : nil
      case .join:
        if inputs.count == 2, !waits(inputs[1], for: inputs[0]) { fragment = inputs[0] }
      case .sink, .map, .filter, .flatMap, .tryMap, .limit, .sample, .split, .check, .discard, .timed,
        .window, .reply, .single, .toList:
        fragment = inputs.first
      }
      let own = fragment ?? fragments.count
      if own == fragments.count {
        fragments.append([])
        needs.append([])
      }
      fragments[own].append(index)
      home.append(own)
      needs[own].formUnion(inputs.filter { $0 != own })
    }

    // Topological, and among equals in the order of the source.
    var order: [Int] = []
    var isPlaced = [Bool](repeating: false, count: fragments.count)
    func place(_ fragment: Int) {
      guard !isPlaced[fragment] else { return }
      isPlaced[fragment] = true
      for need in needs[fragment].sorted() { place(need) }
      order.append(fragment)
    }
    for fragment in fragments.indices { place(fragment) }
    ordered = order.map { fragments[$0] }
    var places = [Int](repeating: 0, count: fragments.count)
    for (place, fragment) in order.enumerated() { places[fragment] = place }
    position = home.map { places[$0] }
  }

  func exchanges(into index: Int, _ graph: Graph, _ wording: Wording) -> [Exchange] {
    let node = graph.nodes[index]
    return node.inputs.enumerated().compactMap { side, edge in
      guard position[edge.node] != position[index] else { return nil }
      return Exchange(
        from: position[edge.node] + 1, producer: graph.nodes[edge.node].name, consumer: node.name,
        kind: Self.kind(node.operation, side))
    }
  }

  private static func kind(_ operation: Operation, _ side: Int) -> Exchange.Kind {
    switch operation {
    case .aggregate(let aggregate): aggregate.key.map { .hash(Wording.key($0)) } ?? .gather
    case .top(let top): top.group.map { .hash(Wording.key($0)) } ?? .gather
    case .distinct(let distinct): .hash(distinct.by.map { Wording.key($0) } ?? "the whole row")
    case .scan(let scan): .hash(Wording.key(scan.key))
    case .latest(let latest): .hash(Wording.key(latest.key))
    case .rolling(let rolling): .hash(Wording.key(rolling.key))
    case .sort, .task, .single, .toList: .gather
    case .join: side == 1 ? .broadcast : .forward
    default: .forward
    }
  }
}
