import Dataflow
import Semantics

/// Which fields of each flow anything reads; what nothing reads is not carried along, nor kept in state.
public struct FieldNeeds: Sendable {
  private let needs: Needs
  private let graph: Graph

  /// Computes the needs of `graph`.
  public init(graph: Graph) {
    needs = Needs(graph: graph)
    self.graph = graph
  }

  /// One flag for each field of the flow's record or row, whether it is read; of another element one flag.
  public subscript(edge: Edge) -> [Bool] {
    let element = graph.nodes[edge.node].outputs[edge.port].element
    // A flow of plain values has one column, whatever is read of it.
    guard element.isStructure else { return [true] }
    let fields = needs[edge]
    return (0..<element.fieldCount).map { fields.contains($0) }
  }
}
