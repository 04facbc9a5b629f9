import Dataflow
import Semantics

/// Some nodes of a graph that run together as one batch. What they read of others comes in from memory, and what
/// others read of them is kept there.
struct GraphPart {
  /// The nodes, with a source for all that comes in and a sink for all that goes out.
  private(set) var graph: Graph
  /// The nodes of the whole that are in it.
  private(set) var members: [Int]
  /// For each node of `graph` that of the whole; nil for what is only here.
  private(set) var origins: [Int?] = []
  /// The names of sources, by the edges of the whole whose rows they give.
  private(set) var incoming: [Edge: String] = [:]
  /// The names of sinks, by the edges of the whole whose rows they keep.
  private(set) var outgoing: [Edge: String] = [:]
  /// The names of sinks that write the tables of tasks.
  private(set) var tables: [Table: String] = [:]
  private var places: [Int: Int] = [:]

  /// A table that a task is given.
  struct Table: Hashable {
    /// The task's node.
    let node: Int
    /// Which of its inputs.
    let input: Int
  }

  /// - Parameter members: What can be done now, inputs before what uses them.
  init(_ members: [Int], of agenda: Agenda) {
    let whole = agenda.graph
    graph = Graph(name: whole.name, documentation: nil, parameters: [], nodes: [], labelled: whole.labelled)
    self.members = members
    let own = Set(members)
    for index in members {
      let node = whole.nodes[index]
      switch node.operation {
      case .single, .toList, .fail, .collect, .choose: break
      case .task:
        for (input, edge) in node.inputs.enumerated() {
          let name = "table \(index) \(input)"
          add(.sink(name), inputs: [place(edge, agenda)], at: node)
          tables[Table(node: index, input: input)] = name
        }
      case .rows: place(index, as: .source(node.name), node, [])
      default: place(index, as: agenda.operation(index), node, node.inputs.map { place($0, agenda) })
      }
    }
    for index in members {
      for port in whole.nodes[index].outputs.indices {
        let edge = Edge(index, port: port)
        guard let place = places[index], whole.nodes[index].outputs[port].time != .windowed,
          agenda.isWanted(edge, besides: own) || isTaken(edge, members, agenda)
        else { continue }
        let name = "keep \(index) \(port)"
        add(.sink(name), inputs: [Edge(place, port: port)], at: whole.nodes[index])
        outgoing[edge] = name
      }
    }
    graph = Graph(
      name: whole.name, documentation: nil,
      parameters: agenda.values(for: self.members).map {
        GraphParameter(local: $0.local, defaultValue: nil)
      }, nodes: graph.nodes, run: whole.run, labelled: whole.labelled)
  }

  /// Whether one of the members makes a value of the rows of an edge.
  private func isTaken(_ edge: Edge, _ members: [Int], _ agenda: Agenda) -> Bool {
    members.contains { index in
      switch agenda.graph.nodes[index].operation {
      case .single, .toList: agenda.source(of: agenda.graph.nodes[index].inputs[0]) == edge
      default: false
      }
    }
  }

  private mutating func place(_ index: Int, as operation: Operation, _ node: Node, _ inputs: [Edge]) {
    places[index] = graph.nodes.count
    add(operation, inputs: inputs, outputs: node.outputs, at: node, origin: index)
  }

  /// The edge of this graph that gives the rows of one of the whole.
  private mutating func place(_ edge: Edge, _ agenda: Agenda) -> Edge {
    guard let edge = agenda.source(of: edge) else { preconditionFailure("an edge whose rows are there") }
    if let place = places[edge.node] { return Edge(place, port: edge.port) }
    let node = agenda.graph.nodes[edge.node]
    if node.outputs[edge.port].time == .windowed {
      // Windows are not kept with rows, so they are cut again.
      members.append(edge.node)
      place(edge.node, as: agenda.operation(edge.node), node, node.inputs.map { place($0, agenda) })
      origins[origins.count - 1] = nil
      return Edge(graph.nodes.count - 1, port: edge.port)
    }
    let name = incoming[edge] ?? "kept \(edge.node) \(edge.port)"
    if let known = graph.nodes.firstIndex(where: { $0.name == name }) { return Edge(known) }
    incoming[edge] = name
    add(.source(name), inputs: [], outputs: [node.outputs[edge.port]], at: node)
    return Edge(graph.nodes.count - 1)
  }

  private mutating func add(
    _ operation: Operation, inputs: [Edge], outputs: [FlowType] = [], at node: Node, origin: Int? = nil
  ) {
    let name =
      switch operation {
      case .source(let source) where origin == nil: source.name
      case .sink(let sink) where origin == nil: sink.name
      default: node.name
      }
    graph.nodes.append(
      Node(name: name, operation: operation, inputs: inputs, outputs: outputs, span: node.span))
    origins.append(origin)
  }
}

extension Operation {
  /// Stands for rows that come from memory, whatever the connector says.
  static func source(_ name: String) -> Operation {
    .source(SourceOperation(name: name, connector: .stdin(.jsonLines(JSONLinesOptions()))))
  }

  /// Stands for rows that go elsewhere than the connector says.
  static func sink(_ name: String) -> Operation {
    .sink(
      SinkOperation(name: name, connector: .stdout(.jsonLines(JSONLinesOptions())), isOrdered: true))
  }
}

extension Graph {
  /// Whether it has values of jobs, or steps that run never or many times.
  var hasJobs: Bool {
    !regions.isEmpty
      || nodes.contains { node in
        switch node.operation {
        case .single, .toList, .task, .collect, .rows, .choose, .fail: true
        default: false
        }
      }
  }
}
