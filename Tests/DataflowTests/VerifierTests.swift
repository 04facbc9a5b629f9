import Compiler
import Dataflow
import Semantics
import Testing

struct VerifierTests {
  private func graph() async throws -> Graph {
    let source = """
      record A { id: Int, name: String }
      pipeline p(least: Int) {
        from a: Table<A> = csv("a.csv")
        let b = a.filter(r -> r.id > least)
        into out = csv("out.csv") <- b.map(r -> row { r.name })
      }
      """
    let compilation = await Cases.compile(source)
    return try #require(compilation.graphs.first)
  }

  private func with(_ graph: Graph, node index: Int, _ change: (Node) -> Node) -> Graph {
    var changed = graph
    changed.nodes[index] = change(graph.nodes[index])
    return changed
  }

  @Test func `a node that comes before its input is found`() async throws {
    let graph = with(try await graph(), node: 1) { node in
      Node(
        name: node.name, operation: node.operation, inputs: [Edge(2)], outputs: node.outputs, span: node.span)
    }
    #expect(graph.problems() == ["`b.filter.1` takes its input from node 2, which does not come before it"])
  }

  @Test func `a port that does not exist is found`() async throws {
    let graph = with(try await graph(), node: 1) { node in
      Node(
        name: node.name, operation: node.operation, inputs: [Edge(0, port: 1)], outputs: node.outputs,
        span: node.span)
    }
    #expect(graph.problems() == ["`b.filter.1` takes port 1 of `a`"])
  }

  @Test func `a wrong number of inputs is found`() async throws {
    let graph = with(try await graph(), node: 1) { node in
      Node(name: node.name, operation: .union, inputs: node.inputs, outputs: node.outputs, span: node.span)
    }
    #expect(graph.problems() == ["`b.filter.1` has 1 inputs instead of 2"])
  }

  @Test func `a result of another type is found`() async throws {
    let graph = with(try await graph(), node: 2) { node in
      Node(
        name: node.name, operation: node.operation, inputs: node.inputs, outputs: [FlowType(.table, .int)],
        span: node.span)
    }
    #expect(graph.problems() == ["`out.map.1` gives `row { name: String }` and says `Int`"])
  }

  @Test func `two nodes of one name are found`() async throws {
    let graph = with(try await graph(), node: 1) { node in
      Node(name: "a", operation: node.operation, inputs: node.inputs, outputs: node.outputs, span: node.span)
    }
    #expect(graph.problems() == ["two nodes are named `a`"])
  }

  @Test func `a local that nothing binds is found`() async throws {
    let lowered = try await graph()
    let graph = Graph(name: lowered.name, documentation: nil, parameters: [], nodes: lowered.nodes)
    #expect(graph.problems() == ["`b.filter.1` uses `least`, which nothing binds"])
  }

  @Test func `a condition that is no Bool is found`() async throws {
    let lowered = try await graph()
    guard case .map(let lambda) = lowered.nodes[2].operation else { return #expect(Bool(false)) }
    let graph = with(lowered, node: 1) { node in
      Node(
        name: node.name, operation: .filter(lambda), inputs: node.inputs, outputs: node.outputs,
        span: node.span)
    }
    #expect(graph.problems() == ["`b.filter.1` has a `row { name: String }` where a `Bool` belongs"])
  }
}
