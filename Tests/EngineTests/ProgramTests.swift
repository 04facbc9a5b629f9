import Columns
import Compiler
import Dataflow
import Diagnosing
import Formats
import Semantics
import Testing

@testable import Engine

private let order = """
  enum Status { paid, open, refunded }
  record Order { id: Int, shop: String, currency: String, total: Int, status: Status }
  record Rate { currency: String, rate: Int }

  """

private func orders(_ count: Int) -> [Value] {
  (0..<count).map { index in
    let id = Int64(index)
    return .row([
      .int(id), .text("shop \(index % 3)"), .text(["EUR", "USD", "GBP"][index % 3 == 2 ? 2 : index % 2]),
      .int(id * 10), .date(Int32(index % 4 == 3 ? 1 : 0)),
    ])
  }
}

private let rates: [Value] = [
  .row([.text("EUR"), .int(2)]), .row([.text("USD"), .int(3)]),
]

/// Programs as people write them, from text to rows.
@Suite struct Programs {
  @Test func `a join, a function over an absent rate, and sums by shop`() async throws {
    let graph = try await compile(
      order + """
        fn price_of(o: Order, r: Rate?) -> Int { o.total * (r?.rate ?? 1) }
        fn price(orders: Flow<Order>, rates: Table<Rate>) -> Flow<Priced> {
          orders
            .filter(o -> o.status == .paid)
            .left_join(rates, on: (o, r) -> o.currency == r.currency,
                       select: (o, r) -> Priced { o.id, o.shop, usd: price_of(o, r) })
        }
        record Priced { id: Int, shop: String, usd: Int }
        record Revenue { shop: String, usd: Int, orders: Int, best: Int }
        pipeline revenue() {
          from orders: Table<Order> = csv("orders.csv")
          from rates: Table<Rate> = csv("rates.csv")
          let revenue = price(orders, rates).group_by(p -> p.shop)
            .aggregate(g -> Revenue {
              shop: g.key, usd: g.sum(p -> p.usd), orders: g.count(), best: g.max_by(p -> p.usd).id,
            })
          into report: Table<Revenue> = csv("report.csv") <- revenue
        }
        """)
    let outputs = try await outputsUnderAllDrives(graph, ["orders": orders(12), "rates": rates])
    // Paid: 0 1 2 4 5 6 8 9 10. Rates: EUR 2 (0 4 6 10), USD 3 (1 9), GBP 1 (2 5 8).
    let expected: [Value] = [
      .row([.text("shop 0"), .int(390), .int(3), .int(9)]),
      .row([.text("shop 1"), .int(310), .int(3), .int(10)]),
      .row([.text("shop 2"), .int(150), .int(3), .int(8)]),
    ]
    #expect(outputs["report"] == expected)
  }

  @Test func `parameters reach filters and limits`() async throws {
    let graph = try await compile(
      order + """
        pipeline first(least: Int, count: Int = 2) {
          from orders: Table<Order> = csv("orders.csv")
          into out: Table<Order> = csv("out.csv")
            <- orders.filter(o -> o.total >= least).sort(by: o -> desc(o.status), then: o -> o.id).limit(count)
        }
        """)
    let rows = ["orders": orders(20)]
    let base = MemoryRun(graph, rows, Drive.all[4])
    var arguments: [Int: Column] = [:]
    for (parameter, value) in zip(graph.parameters, [50, 3] as [Int64]) {
      arguments[parameter.local.id] = Column([.int(value)], .int)
    }
    let run = BatchRun(
      graph: graph, parameters: arguments, sources: base.run.sources, sinks: base.run.sinks,
      options: base.run.options)
    try await run.run(progress: base.progress).publish()
    #expect(base.sinks["out"]?.published?.map { $0.fields[0] } == [.int(7), .int(11), .int(15)])
  }

  @Test func `what try_map does not cover is no failure but a fault`() async throws {
    let text = { (body: String) in
      """
      record Line { text: String, number: Int }
      record Parsed { number: Int }
      pipeline parse() {
        from lines: Table<Line> = csv("lines.csv")
        let good, bad = lines.try_map(l -> Parsed { number: \(body) })
        into parsed: Table<Parsed> = csv("good.csv") <- good
        into failed = jsonl("bad.jsonl") <- bad.map(b -> row { b.input.text, b.error, b.operator })
      }
      """
    }
    let lines: [Value] = ["1", "x", "3", ""].map { .row([.text($0), .int(.max)]) }
    let parsing = try await compile(text("l.text.to_int()"))
    let outputs = try await outputsUnderAllDrives(parsing, ["lines": lines])
    #expect(outputs["parsed"] == [.row([.int(1)]), .row([.int(3)])])
    let failed = outputs["failed"] ?? []
    #expect(failed.map { $0.fields[0] } == [.text("x"), .text("")])
    #expect(failed.allSatisfy { $0.fields[1] != .text("") && $0.fields[2] != .text("") })
    let overflowing = try await compile(text("l.text.to_int() + l.number"))
    guard case .fault(let fault)? = await MemoryRun(overflowing, ["lines": lines], Drive.all[1]).failure()
    else {
      Issue.record("the run did not fail")
      return
    }
    #expect(fault.row?.hasPrefix("text: \"1\"") == true)
  }

  @Test func `both sides of a union may read different fields`() async throws {
    let graph = try await compile(
      order + """
        record Key { id: Int, shop: String, total: Int }
        pipeline both() {
          from orders: Table<Order> = csv("orders.csv")
          from others: Table<Order> = csv("others.csv")
          let keys = orders.map(o -> Key { o.id, o.shop, o.total })
            .union(others.map(o -> Key { o.id, o.shop, total: o.total + 1 }))
          into shops = jsonl("shops.jsonl") <- keys.group_by(k -> k.shop)
            .aggregate(g -> row { shop: g.key, ids: g.collect(k -> k.id) })
        }
        """)
    let outputs = try await outputsUnderAllDrives(graph, ["orders": orders(4), "others": orders(2)])
    let expected: [Value] = [
      .row([.text("shop 0"), .list([.int(0), .int(0), .int(3)])]),
      .row([.text("shop 1"), .list([.int(1), .int(1)])]), .row([.text("shop 2"), .list([.int(2)])]),
    ]
    #expect(outputs["shops"] == expected)
  }

  @Test func `a failed check is named as it stands in the text`() async throws {
    let graph = try await compile(
      order + """
        pipeline checked() {
          from orders: Table<Order> = csv("orders.csv")
          check orders {
            rows(min: 1)
            unique(o -> o.shop)
            warn every(o -> o.total < 50, at_least: 0.9)
            that(g -> g.count() < 3, "more orders than expected")
          }
          into out: Table<Order> = csv("out.csv") <- orders
        }
        """)
    for drive in Drive.all {
      let run = MemoryRun(graph, ["orders": orders(10)], drive)
      guard case .checks(let failed, let warnings)? = await run.failure() else {
        Issue.record("the run did not fail")
        return
      }
      #expect(failed.map(\.found) == ["3 keys more than once", "it does not hold for the whole"])
      #expect(failed.last?.description.contains("more orders than expected") == true)
      #expect(warnings.map(\.found) == ["5 of 10 rows do not fulfil it; a share of 0.9 must"])
      #expect(run.sinks["out"]?.published == nil)
    }
  }

  @Test func `untaken branches and covered failures do not fail the run`() async throws {
    let graph = try await compile(
      order + """
        pipeline branches() {
          from orders: Table<Order> = csv("orders.csv")
          into out = jsonl("out.jsonl") <- orders.map(o -> row {
            o.id,
            share: if o.total == 0 { 0 } else { 100 / o.total else 0 },
            code: match o.status { .paid -> 1, .open | .refunded -> o.currency.to_int() else -1 },
          })
        }
        """)
    let outputs = try await outputsUnderAllDrives(graph, ["orders": orders(4)])
    let expected: [Value] = [
      .row([.int(0), .int(0), .int(1)]), .row([.int(1), .int(10), .int(1)]),
      .row([.int(2), .int(5), .int(1)]), .row([.int(3), .int(3), .int(-1)]),
    ]
    #expect(outputs["out"] == expected)
  }

  @Test func `joins, distinct, top and split stand in one program`() async throws {
    let graph = try await compile(
      order + """
        pipeline many() {
          from orders: Table<Order> = csv("orders.csv")
          from rates: Table<Rate> = csv("rates.csv")
          let known = orders.semi_join(rates, on: (o, r) -> o.currency == r.currency)
          let unknown = orders.anti_join(rates, on: (o, r) -> o.currency == r.currency && r.rate > 0)
          let a, b = orders.split(0.5, by: o -> o.id, salt: "x")
          into known_out: Table<Order> = csv("known.csv") <- known.distinct(by: o -> o.currency)
          into unknown_out: Table<Order> = csv("unknown.csv") <- unknown
          into best: Table<Order> = csv("best.csv") <- orders.group_by(o -> o.shop).top(1, by: o -> o.total)
          into parts = jsonl("parts.jsonl") <- a.union(b).aggregate(g -> row { n: g.count(), worst: g.min(o -> o.total) })
        }
        """)
    let outputs = try await outputsUnderAllDrives(graph, ["orders": orders(12), "rates": rates])
    func ids(_ name: String) -> [Value] { (outputs[name] ?? []).map { $0.fields[0] } }
    #expect(ids("known_out") == [.int(0), .int(1)])
    #expect(ids("unknown_out") == [.int(2), .int(5), .int(8), .int(11)])
    #expect(ids("best") == [.int(9), .int(10), .int(11)])
    #expect(outputs["parts"] == [.row([.int(12), .int(0)])])
  }
}

@Suite struct Schemas {
  @Test func `a record's defaults, names and constraints become a schema`() async throws {
    let graph = try await compile(
      """
      enum Size { small, large }
      @names(prefix: "p_")
      record Pair { a: Int @range(1, 9) = 3, b: String? }
      record Row {
        id: Int @name("Id") @range(0, 130)
        code: String @pattern(re"[A-Z]+")
        size: Size = .small
        level: Int @one_of(1, 2)
        day: Date @format("%d.%m.%Y")
        pair: Pair
        pairs: List<Pair>
      }
      pipeline p() {
        from rows: Table<Row> = jsonl("rows.jsonl")
        into out: Table<Row> = jsonl("out.jsonl") <- rows
      }
      """)
    let schema = try TableSchema(of: graph.nodes[0].outputs[0].element)
    #expect(schema.columns.map(\.name) == ["Id", "code", "size", "level", "day", "pair", "pairs"])
    guard case .intRange(0, 130)? = schema.columns[0].constraints.first else {
      Issue.record("no range")
      return
    }
    guard case .pattern? = schema.columns[1].constraints.first else {
      Issue.record("no pattern")
      return
    }
    #expect(schema.columns[2].defaultValue?.int32s[0] == 0)
    guard case .oneOfInts([1, 2])? = schema.columns[3].constraints.first else {
      Issue.record("no choice")
      return
    }
    #expect(schema.columns[4].format?.source == "%d.%m.%Y")
    #expect(schema.columns[5].children.map(\.name) == ["p_a", "p_b"])
    #expect(schema.columns[5].children[0].defaultValue?.int64s[0] == 3)
    #expect(schema.columns[5].children[1].isOptional)
    #expect(schema.columns[6].children[0].children.map(\.name) == ["p_a", "p_b"])
  }
}
