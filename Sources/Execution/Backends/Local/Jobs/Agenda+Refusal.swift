import Dataflow
import Semantics

extension Agenda {
  /// The run is refused: what is left is what outputs with `publish: always` need.
  mutating func refuse() {
    let needed = neededByReports
    for index in graph.nodes.indices where !needed.contains(index) {
      if stages[index] == .waiting || stages[index] == .running { settle(index, .skipped) }
    }
  }

  /// The nodes that an output needs which is to be seen whatever becomes of the run.
  private var neededByReports: Set<Int> {
    var makers: [Int: Int] = [:]
    for (index, node) in graph.nodes.enumerated() {
      for local in node.values { makers[local.id] = index }
    }
    var needed: Set<Int> = []
    var open = graph.nodes.indices.filter {
      guard case .sink(let sink) = graph.nodes[$0].operation else { return false }
      return sink.publishesAlways && stages[$0] == .waiting
    }
    while let index = open.popLast() {
      guard stages[index] == .waiting || stages[index] == .running, needed.insert(index).inserted else {
        continue
      }
      let node = graph.nodes[index]
      open += node.inputs.map(\.node)
      var values = needs[index]
      var region = node.region
      while let number = region {
        values.formUnion(needsOfRegions[number])
        region = graph.regions[number].parent
      }
      open += values.compactMap { makers[$0] }
      if case .collect(let collect) = node.operation {
        open += pattern(of: collect.region).nodes
        for pass in loops[collect.region] ?? [] { open += nodes(of: pass) }
      }
    }
    return needed
  }

  /// Those of a pass, and of passes in it.
  private func nodes(of pass: Int) -> [Int] {
    allPasses[pass - 1].nodes + allPasses[pass - 1].inner.flatMap { nodes(of: $0) }
  }
}
