import Dataflow

/// Some nodes of a graph that run on their own: for what comes in it has sources, and for what goes out sinks.
struct GraphSlice {
  /// An input of a node.
  struct Input: Hashable {
    let node: Int
    let input: Int
  }

  private(set) var graph: Graph
  /// For each node of `graph` that of the whole; nil for what is only here.
  private(set) var origins: [Int?] = []

  /// - Parameters:
  ///   - nodes: In order.
  ///   - incoming: The sources of what comes from elsewhere: inputs with one name have one.
  ///   - outgoing: The names of sinks.
  init(_ whole: Graph, _ nodes: [Int], incoming: [Input: String], outgoing: [(edge: Edge, name: String)] = [])
  {
    graph = Graph(
      name: whole.name, documentation: nil, parameters: whole.parameters, nodes: [], run: whole.run,
      labelled: whole.labelled)
    var places: [Int: Int] = [:]
    var sources: [String: Int] = [:]
    for index in nodes {
      let node = whole.nodes[index]
      let inputs = node.inputs.enumerated().map { number, edge in
        guard let name = incoming[Input(node: index, input: number)] else {
          guard let place = places[edge.node] else { preconditionFailure("an input that comes from nowhere") }
          return Edge(place, port: edge.port)
        }
        if let known = sources[name] { return Edge(known) }
        let output = whole.nodes[edge.node].outputs[edge.port]
        sources[name] = add(name, .source(name), [], [output], like: whole.nodes[edge.node], origin: nil)
        return Edge(graph.nodes.count - 1)
      }
      places[index] = add(node.name, node.operation, inputs, node.outputs, like: node, origin: index)
    }
    for (edge, name) in outgoing {
      guard let place = places[edge.node] else { preconditionFailure("an output of another slice") }
      _ = add(
        name, .sink(name), [Edge(place, port: edge.port)], [], like: whole.nodes[edge.node], origin: nil)
    }
  }

  private mutating func add(
    _ name: String, _ operation: Operation, _ inputs: [Edge], _ outputs: [FlowType], like node: Node,
    origin: Int?
  ) -> Int {
    graph.nodes.append(
      Node(name: name, operation: operation, inputs: inputs, outputs: outputs, span: node.span))
    origins.append(origin)
    return graph.nodes.count - 1
  }
}
