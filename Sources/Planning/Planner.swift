import Dataflow
import Hashing
import Semantics

extension Plan {
  /// The shards that a hash exchange has unless a plan says otherwise.
  public static let defaultShards = 64

  /// Plans a graph. Planning never fails: what can't run was refused when it was checked.
  public init(_ graph: Graph) {
    let fragments = Fragments(graph)
    let wording = Wording(graph)
    pipeline = graph.name
    documentation = graph.documentation
    mode = graph.mode
    parameters = graph.parameters.map { parameter in
      Parameter(
        name: parameter.local.name, type: parameter.local.type.description,
        defaultValue: parameter.defaultValue.map(\.text))
    }
    jobs = fragments.ordered.indices.map { Job($0, of: fragments, graph, wording) }
    regions = graph.regions.enumerated().map { index, region in
      Region(id: index + 1, region, parent: region.parent.map { $0 + 1 })
    }
    tasks = TaskPool.all(of: graph, fragments)
    sources = graph.nodes.compactMap { Source($0) }
    sinks = graph.nodes.compactMap { node in
      guard case .sink(let sink) = node.operation else { return nil }
      return Sink(
        name: sink.name, connector: sink.connector.name, path: sink.connector.place,
        promise: sink.connector.promise, publishesAlways: sink.publishesAlways)
    }
    replies = graph.nodes.compactMap { node in
      guard case .reply(let reply) = node.operation, let input = node.inputs.first else { return nil }
      let flow = graph.nodes[input.node].outputs[input.port]
      return Reply(status: reply.status, type: flow.element.description)
    }
    watermarks = graph.nodes.compactMap { node in
      guard case .timed(let timed) = node.operation else { return nil }
      return Watermark(name: node.name, text: Wording.watermark(timed))
    }
    settings = graph.run.settings
    virtualShards = Self.defaultShards
    hash = SHA256Hash.hex(CanonicalBytes.plan(graph, jobs: jobs.map(\.nodes), shards: Self.defaultShards))
  }
}

extension Job {
  /// The fragment at an index.
  fileprivate init(_ index: Int, of fragments: Fragments, _ graph: Graph, _ wording: Wording) {
    id = index + 1
    nodes = fragments.ordered[index]
    name = graph.nodes[nodes[0]].name
    steps = nodes.map { wording.step($0) }
    inputs = nodes.flatMap { fragments.exchanges(into: $0, graph) }
    role = Role(graph.nodes[nodes[0]], graph.mode)
    region = graph.nodes[nodes[0]].region.map { $0 + 1 }
    isWithoutRows = nodes.allSatisfy { node in
      switch graph.nodes[node].operation {
      case .task, .collect, .fail: true
      default: false
      }
    }
    var uses: [ValueUse] = []
    for node in nodes {
      for use in fragments.uses[node] where fragments.position[use.node] != index {
        let found = ValueUse(from: fragments.position[use.node] + 1, name: use.local.name)
        if !uses.contains(found) { uses.append(found) }
      }
    }
    self.uses = uses
    gives = nodes.flatMap { graph.nodes[$0].values }.map { "\($0.name): \($0.type)" }
    let waits = Set(nodes.flatMap { fragments.collected[$0] }.map { fragments.position[$0] + 1 })
    self.waits = waits.subtracting([index + 1]).sorted()
  }
}

extension Job.Role {
  fileprivate init(_ first: Node, _ mode: RunOptions.Mode) {
    guard case .source = first.operation, mode != .batch else {
      self = .work
      return
    }
    switch first.outputs.first?.bound {
    case .request?: self = .gateway
    case .table?: self = .table
    default: self = .work
    }
  }
}

extension Region {
  fileprivate init(id: Int, _ region: FlowRegion, parent: Int?) {
    self.id = id
    self.parent = parent
    text = Wording.text(of: region)
    switch region.kind {
    case .when, .present:
      kind = .branch
      collectsFailures = false
    case .each(_, let collects):
      kind = .loop
      collectsFailures = collects
    }
  }
}

extension Plan.Source {
  fileprivate init?(_ node: Node) {
    guard case .source(let source) = node.operation else { return nil }
    name = source.name
    connector = source.connector.name
    path = source.connector.place
    isReplayable = source.connector.isReplayable
    type = node.outputs.first?.description ?? ""
    refresh = source.refresh.map(\.text)
    every = source.growth?.every.text
    until = source.growth?.until?.text
  }
}

extension Connector {
  /// Where it reads or writes, as written; a route for requests.
  fileprivate var place: String? {
    if case .request(let method, let path) = self { return "\(method.rawValue.uppercased()) \(path)" }
    return path.map(\.text)
  }
}

extension RunOptions {
  /// Each option that is said.
  fileprivate var settings: [Plan.Setting] {
    let schedule = schedule.map { schedule in
      let trigger =
        switch schedule.trigger {
        case .cron(let expression, let zone): "cron \(expression) in \(zone)"
        case .dataset(let name): "on each version of \(name)"
        }
      let arguments = schedule.arguments.map { " with \(Wording.cut($0.text))" } ?? ""
      let missed = schedule.missed == .latest ? "" : ", missed times: \(schedule.missed.rawValue)"
      return trigger + missed + arguments
    }
    let all: [(String, String?)] = [
      ("schedule", schedule), ("retry", retry.map { "\($0)" }), ("timeout", timeout.map(Wording.duration)),
      ("priority", priority.map { "\($0)" }),
      ("concurrency", concurrency.map { "\($0.size)" + ($0.parameter.map { " by \($0)" } ?? "") }),
      ("rate", rate.map { "\($0.size) per \(Wording.duration($0.period))" }),
      ("parallelism", parallelism.map { "\($0)" }), ("checkpoint", checkpoint.map(Wording.duration)),
      ("delivery", delivery?.rawValue), ("port", port.map { "\($0)" }),
      ("max_in_flight", maxInFlight.map { "\($0)" }),
    ]
    return all.compactMap { name, value in value.map { Plan.Setting(name: name, value: $0) } }
  }
}
