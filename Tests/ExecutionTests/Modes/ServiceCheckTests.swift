import Columns
import Dataflow
import Semantics
import Testing

@testable import Engine
@testable import Execution

@Suite("One meaning as a service")
struct ServiceCheckTests {
  private static func program(_ body: String) -> String {
    """
    record Order { id: Int, item: String, count: Int @range(0, 5) }
    record Item { item: String @key, usd: Decimal @range(0, 100) }
    record Priced { id: Int, usd: Decimal }
    record Total { item: String, count: Int }
    pipeline p {
      from orders: Request<Order> = http(post, "/p")
      from items: Table<Item> = csv("items.csv", refresh: 1s)
      \(body)
    }
    test "random rows" for p() {
      given orders = synthetic(60, seed: 3)
      given items = synthetic(10, seed: 4)
      expect kept { rows(min: 0) }
    }
    test "no rows" for p() {
      given orders = []
      given items = []
      expect kept { rows(min: 0) }
    }
    """
  }

  static let bodies = [
    """
    let kept = orders.filter(o -> o.count % 2 == 0)
    discard items
    reply kept
    """,
    """
    let kept = orders.left_join(items, on: (o, i) -> o.item == i.item,
      select: (o, i) -> Priced { o.id, usd: i?.usd ?? 0 })
    into written = jsonl("written", write: append) <- kept.filter(p -> p.usd > 10)
    reply kept
    reply orders.filter(o -> o.count == 5) status 202
    """,
    """
    let kept = items.join(orders, on: (i, o) -> i.item == o.item,
      select: (i, o) -> Priced { o.id, usd: i.usd * o.count.to_decimal() }).sort(by: p -> p.id)
    reply kept
    """,
    """
    check orders {
      rows(max: 60)
      every(o -> o.count <= 5, at_least: 0.9)
    }
    let kept = orders.group_by(o -> o.item).aggregate(g -> Total { item: g.key, count: g.sum(o -> o.count) })
    discard items
    reply orders.join(kept, on: (o, k) -> o.item == k.item, select: (o, k) -> Total { k.item, k.count })
    """,
    """
    let kept = orders.distinct(by: o -> o.count)
    discard kept
    into dead = jsonl("dead", write: append) <- faults
    discard items
    reply orders.map(o -> Total { o.item, count: o.id * 9_000_000_000_000 })
    """,
  ]

  @Test("Whatever calls the rows come in, they are answered as in a batch", arguments: bodies)
  func same(body: String) async throws {
    let program = try await TestedProgram(Self.program(body))
    #expect(await program.failures() == [])
  }

  /// Gives what it was given first, for ever: it keeps something from one call to the next.
  private final class Remembering: Operator {
    private let gate = Gate()
    private nonisolated(unsafe) var first: Batch?

    override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
      let rows = gate.withLock { () -> Batch in
        if let first { return first }
        first = batch
        return batch
      }
      try emit(rows, worker)
    }
  }

  @Test(
    "An operator that remembers what a call left is found",
    arguments: [bodies[0], bodies[0].replacing("reply kept", with: "reply kept.sort(by: o -> o.id)")])
  func wrongOperator(body: String) async throws {
    let program = try await TestedProgram(Self.program(body))
    var options = Engine.RunOptions(workers: 1)
    options.substitute = { index, context in
      if case .filter = context.graph.nodes[index].operation { Remembering(index, context) } else { nil }
    }
    let failures = await program.failures(options: options)
    #expect(failures.count == 1)
    #expect(failures.first?.contains("C895") == true)
    #expect(failures.first?.contains("as a service") == true)
    #expect(failures.first?.contains("call") == true)
  }
}
