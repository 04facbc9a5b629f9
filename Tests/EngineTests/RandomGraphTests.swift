import Dataflow
import Semantics
import Testing

@testable import Engine

private let element = rowType(["key": .int, "maybe": .optional(.int), "name": .string, "size": .int])

private func rows(_ count: Int64, _ dice: inout Dice) -> [Value] {
  (0..<count).map { _ in
    .row([
      .int(dice.int(0...12)), dice.chance(25) ? .none : .int(dice.int(0...6)),
      .text(dice.chance(50) ? "n\(dice.int(0...4))" : "a rather long name \(dice.int(0...4))"),
      .int(dice.int(-20...20)),
    ])
  }
}

/// Puts operators on flows at random, all of one element, so that everything fits everywhere.
private struct RandomGraph {
  var builder = GraphBuilder()
  var flows: [Edge] = []
  var dice: Dice

  init(seed: UInt64, steps: Int) {
    dice = Dice(seed: seed)
    for name in ["a", "b"] { flows.append(builder.source(name, element)) }
    for _ in 0..<steps { flows.append(step()) }
    // The last ones and one of the first, so that most of the graph is used.
    for (index, flow) in flows.suffix(3).enumerated() { builder.sink("out\(index)", flow) }
    builder.sink("early", flows[Int(dice.int(0...Int64(flows.count - 1)))])
  }

  private mutating func any() -> Edge { flows[Int(dice.int(0...Int64(flows.count - 1)))] }

  private mutating func step() -> Edge {
    let flow = any()
    let number = dice.int(1...5)
    switch dice.int(0...11) {
    case 0: return builder.filter(flow) { $0["size"].isLess(.int(number * 4)) }
    case 1: return builder.filter(flow) { ($0["key"] % .int(number)).equals(.int(0)) }
    case 2:
      return builder.map(flow) {
        [
          "key": ($0["key"] + .int(number)) % .int(13), "maybe": $0["maybe"], "name": $0["name"],
          "size": $0["size"],
        ]
      }
    case 3: return builder.union(flow, any())
    case 4: return builder.distinct(flow, by: { row(["maybe": $0["maybe"], "key": $0["key"] % .int(4)]) })
    case 5: return builder.distinct(flow)
    case 6: return join(flow, .inner)
    case 7: return join(flow, .left)
    case 8:
      return builder.join(
        dice.chance(50) ? .semi : .anti, flow, any(), on: [(left: { $0["name"] }, right: { $0["name"] })],
        where: { $0["size"].isLess($1["size"]) })
    case 9: return aggregate(flow)
    case 10:
      return builder.top(
        flow, number * 3, group: dice.chance(50) ? { $0["key"] } : nil, keepsTies: dice.chance(50),
        by: [(desc: dice.chance(50), { $0["maybe"] })])
    default: return builder.sort(flow, [(desc: false, { $0["size"] })])
    }
  }

  /// Joins shrink first, so that rows do not multiply from join to join.
  private mutating func join(_ flow: Edge, _ kind: JoinOperation.Kind) -> Edge {
    let other = builder.distinct(any(), by: { $0["key"] })
    return builder.join(
      kind, flow, other, on: [(left: { $0["maybe"] }, right: { $0["key"] })],
      select: { l, r in
        let size = kind == .left ? r.optional("size") : TypedExpression(.some(r["size"]), .optional(.int))
        return ["key": l["key"], "maybe": size, "name": l["name"], "size": l["size"]]
      })
  }

  private mutating func aggregate(_ flow: Edge) -> Edge {
    let operation = builder.aggregation(
      flow, by: { row(["key": $0["key"], "name": $0["name"]]) },
      [
        .init("maybe", .max, .optional(.int)) { $0["maybe"] }, .init("size", .count, .int),
      ]
    ) { locals in
      let key = TypedExpression.local(locals[0])
      return row([
        "key": key["key"], "maybe": .local(locals[1]), "name": key["name"], "size": .local(locals[2]),
      ])
    }
    return builder.add(.aggregate(operation), [flow], [element])
  }
}

@Suite struct RandomGraphs {
  @Test(arguments: 1...40)
  func `agree with the reference under every drive`(seed: Int) async throws {
    var random = RandomGraph(seed: UInt64(seed), steps: 3 + seed % 8)
    let input = ["a": rows(80, &random.dice), "b": rows(Int64(seed % 4) * 20, &random.dice)]
    let graph = random.builder.graph
    let expected = try Reference(graph, input).outputs()
    for drive in Drive.all {
      let outputs = try await MemoryRun(graph, input, drive).outputs()
      for (name, flow) in expected {
        #expect(canonical(outputs[name] ?? []) == canonical(flow.values), "\(name), \(drive)")
      }
    }
  }
}
