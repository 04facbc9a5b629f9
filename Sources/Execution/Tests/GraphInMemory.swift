import Dataflow
import Semantics

extension Graph {
  /// The graph as a batch: every source ends.
  var bounded: Graph {
    let nodes = nodes.map { node in
      Node(
        name: node.name, operation: node.operation, inputs: node.inputs,
        outputs: node.outputs.map { FlowType(.table, $0.element, time: $0.time) }, value: node.value,
        region: node.region, formerName: node.formerName, span: node.span)
    }
    return Graph(
      name: name, documentation: documentation, parameters: parameters, nodes: nodes, regions: regions,
      run: run,
      labelled: labelled)
  }

  /// The graph without what a test does not touch: where rows come from, and where and how they are written.
  var inMemory: Graph {
    let nodes = nodes.map { node in
      let operation: Operation =
        switch node.operation {
        case .source(let source):
          .source(SourceOperation(name: source.name, connector: .stdin(.jsonLines(JSONLinesOptions()))))
        case .sink(let sink):
          .sink(
            SinkOperation(
              name: sink.name, connector: .stdout(.jsonLines(JSONLinesOptions())), isOrdered: sink.isOrdered))
        default: node.operation
        }
      return Node(
        name: node.name, operation: operation, inputs: node.inputs, outputs: node.outputs, value: node.value,
        region: node.region, formerName: node.formerName, span: node.span)
    }
    // What `run` says is about runs: a test has none.
    return Graph(
      name: name, documentation: documentation, parameters: parameters, nodes: nodes, regions: regions,
      labelled: labelled)
  }

  /// The graph with the names of a test among its parameters: stubs may use them.
  func knowing(_ locals: [Local]) -> Graph {
    let own = Set(parameters.map(\.local.id))
    return Graph(
      name: name, documentation: documentation,
      parameters: parameters
        + locals.filter { !own.contains($0.id) }.map { GraphParameter(local: $0, defaultValue: nil) },
      nodes: nodes, regions: regions, run: run, labelled: labelled)
  }
}
