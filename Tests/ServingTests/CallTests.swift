import Foundation
import JobStore
import Testing

/// What a service answers.
@Suite struct CallTests {
  static let prices = """
    enum Size { small, large }
    record Order { id: Int @range(1, 1000), item: String @pattern(re"[a-z]+"), size: Size = .small, note: String? }
    record Price { item: String @key, usd: Decimal }
    record Offer { id: Int, item: String, usd: Decimal, note: String? }
    record Unknown { id: Int, reason: String }

    pipeline offers {
      from orders: Request<Order> = http(post, "/offers")
      from prices: Table<Price> = csv("prices.csv")
      reply orders.join(
        prices,
        on: (o, p) -> o.item == p.item,
        select: (o, p) -> Offer { o.id, o.item, usd: if o.size == .large { p.usd * 2 } else { p.usd }, o.note },
      )
      reply orders
        .anti_join(prices, on: (o, p) -> o.item == p.item)
        .map(o -> Unknown { o.id, reason: "no `{o.item}`" }) status 404
    }
    """

  static func project() throws -> Project {
    try Project(prices, ["prices.csv": "item,usd\ntea,2.5\ncup,4\n"])
  }

  @Test func `an object is one record and has one answer`() async throws {
    try await Self.project().serve { server async throws in
      let reply = try await server.post("/offers", #"{"id": 1, "item": "tea", "size": "large"}"#)
      #expect(reply.status == 200)
      #expect(reply.header("content-type") == "application/json")
      #expect(reply.text == #"{"id":1,"item":"tea","usd":5,"note":null}"#)
    }
  }

  @Test func `an array has an answer for each record, in its order`() async throws {
    try await Self.project().serve { server async throws in
      let orders = (1...300).map { #"{"id":\#($0),"item":"\#($0 % 2 == 0 ? "tea" : "cup")"}"# }
      let reply = try await server.post("/offers", "[\(orders.joined(separator: ", "))]")
      #expect(reply.status == 200)
      let expected = (1...300).map { id in
        #"{"id":\#(id),"item":"\#(id % 2 == 0 ? "tea" : "cup")","usd":\#(id % 2 == 0 ? "2.5" : "4"),"note":null}"#
      }
      #expect(reply.text == "[\(expected.joined(separator: ","))]")
    }
  }

  @Test func `an empty array has an empty answer`() async throws {
    try await Self.project().serve { server async throws in
      let reply = try await server.post("/offers", "[]")
      #expect(reply.status == 200)
      #expect(reply.text == "[]")
    }
  }

  @Test func `lines are answered by lines`() async throws {
    try await Self.project().serve { server async throws in
      let reply = try await server.call(
        "POST", "/offers", "{\"id\":1,\"item\":\"tea\"}\n\n{\"id\":2,\"item\":\"cup\",\"note\":\"a\\nb\"}",
        headers: ["content-type": "application/x-ndjson"])
      #expect(reply.status == 200)
      #expect(reply.header("content-type") == "application/x-ndjson")
      #expect(
        reply.text == """
          {"id":1,"item":"tea","usd":2.5,"note":null}
          {"id":2,"item":"cup","usd":4,"note":"a\\nb"}

          """)
    }
  }

  @Test func `another reply has its own status`() async throws {
    try await Self.project().serve { server async throws in
      let reply = try await server.post("/offers", #"{"id": 1, "item": "mug"}"#)
      #expect(reply.status == 404)
      #expect(reply.text == #"{"id":1,"reason":"no `mug`"}"#)
    }
  }

  @Test func `answers that exclude each other are a fault`() async throws {
    try await Self.project().serve { server async throws in
      let reply = try await server.post("/offers", #"[{"id": 1, "item": "mug"}, {"id": 2, "item": "tea"}]"#)
      #expect(reply.status == 500)
      #expect(reply.header("content-type") == "application/problem+json")
    }
  }

  /// A body, the status of its answer, and the places that the problem names.
  static let wrong: [(String, Int, [String])] = [
    ("", 400, []),
    ("{", 400, []),
    (#"{"id": 1, "item": "tea"} x"#, 400, []),
    (#"{"id": 1, "item": "tea""#, 400, []),
    (#"{"id": 01, "item": "tea"}"#, 400, []),
    ("\u{1}", 400, []),
    ("7", 422, [""]),
    ("[7]", 422, ["/0"]),
    ("null", 422, [""]),
    (#"{"id": 1}"#, 422, ["/item"]),
    ("{}", 422, ["/id", "/item"]),
    (#"{"id": "1", "item": "tea"}"#, 422, ["/id"]),
    (#"{"id": 1.5, "item": "tea"}"#, 422, ["/id"]),
    (#"{"id": 0, "item": "tea"}"#, 422, ["/id"]),
    (#"{"id": 1, "item": "TEA"}"#, 422, ["/item"]),
    (#"{"id": null, "item": "tea", "size": "huge"}"#, 422, ["/id", "/size"]),
    (#"{"id": 1, "item": "tea", "colour": "red"}"#, 422, ["/colour"]),
    (#"{"id": 1, "item": "tea", "a/b~c": 1}"#, 422, ["/a~1b~0c"]),
    (#"{"id": 1, "id": 2, "item": "tea"}"#, 422, ["/id"]),
    (#"[{"id": 1, "item": "tea"}, {"id": 2}, {"item": "x", "id": -1}]"#, 422, ["/1/item", "/2/id"]),
  ]

  @Test(arguments: wrong.indices)
  func `a body that does not fit is refused, and the problem says where`(index: Int) async throws {
    let (body, status, pointers) = Self.wrong[index]
    try await Self.project().serve { server async throws in
      let reply = try await server.post("/offers", body)
      #expect(reply.status == status, "\(reply.text)")
      #expect(reply.header("content-type") == "application/problem+json")
      #expect(reply.pointers == pointers, "\(reply.text)")
      #expect(reply.object["status"] as? Int == status)
    }
  }

  @Test func `fields come from the path, the query and headers`() async throws {
    let project = try Project(
      """
      record Query { id: Int @path, limit: Int? @query @range(1, 9), tenant: String @header("X-Tenant"), day: Date @query = date("2026-01-31") }
      record Found { id: Int, limit: Int?, tenant: String, day: Date }
      pipeline find {
        from queries: Request<Query> = http(get, "/items/{id}")
        reply queries.map(q -> Found { q.id, q.limit, q.tenant, q.day })
      }
      """)
    try await project.serve { server async throws in
      let found = try await server.get("/items/7?limit=3&day=2026-02-01", headers: ["X-Tenant": "a b"])
      #expect(found.text == #"{"id":7,"limit":3,"tenant":"a b","day":"2026-02-01"}"#)
      let plain = try await server.get("/items/-7", headers: ["x-tenant": ""])
      #expect(plain.text == #"{"id":-7,"limit":null,"tenant":"","day":"2026-01-31"}"#)
      let wrong = try await server.get("/items/x?limit=10&day=today")
      #expect(wrong.status == 422)
      #expect(Set(wrong.pointers) == ["/id", "/limit", "/X-Tenant", "/day"])
      let unknown = try await server.get("/items/7?limits=3", headers: ["X-Tenant": "a"])
      #expect(unknown.status == 422)
      #expect(unknown.pointers == ["/limits"])
      let twice = try await server.get("/items/7?limit=3&limit=4", headers: ["X-Tenant": "a"])
      #expect(twice.pointers == ["/limit"])
    }
  }

  @Test func `a record without an answer is not found`() async throws {
    let project = try Project(
      """
      record Query { id: Int @path }
      record Item { id: Int @key, name: String }
      pipeline find {
        from queries: Request<Query> = http(get, "/items/{id}")
        from items: Table<Item> = csv("items.csv")
        reply queries.join(items, on: (q, i) -> q.id == i.id, select: (q, i) -> Item { ...i })
      }
      """, ["items.csv": "id,name\n1,cup\n2,tea\n2,coffee\n"])
    try await project.serve { server async throws in
      #expect(try await server.get("/items/1").text == #"{"id":1,"name":"cup"}"#)
      #expect(try await server.get("/items/3").status == 404)
      #expect(try await server.get("/items/2").status == 500)
    }
  }

  @Test func `a listing is an array whatever was asked`() async throws {
    let project = try Project(
      """
      record Query { least: Int @query }
      record Item { id: Int @key, price: Int }
      pipeline search {
        from queries: Request<Query> = http(get, "/items")
        from items: Table<Item> = csv("items.csv")
        reply items
          .join(
            queries.map(q -> row { q.least, all: 1 }),
            on: (i, q) -> i.price / i.price == q.all && i.price >= q.least,
            select: (i, q) -> Item { ...i },
          )
          .sort(by: i -> desc(i.price))
      }
      """.replacing("i.price / i.price", with: "(i.price - i.price + 1)"),
      ["items.csv": "id,price\n1,10\n2,30\n3,20\n"])
    try await project.serve { server async throws in
      let found = try await server.get("/items?least=15")
      #expect(found.text == #"[{"id":2,"price":30},{"id":3,"price":20}]"#)
      #expect(try await server.get("/items?least=50").text == "[]")
    }
  }

  @Test func `operators that keep rows start afresh with each call`() async throws {
    let project = try Project(
      """
      record Line { shop: String, usd: Decimal }
      record Total { shop: String, usd: Decimal, lines: Int, share: Decimal }
      pipeline totals {
        from lines: Request<Line> = http(post, "/totals")
        let all = lines.aggregate(g -> row { usd: g.sum(l -> l.usd), all: true })
        reply lines
          .group_by(l -> l.shop)
          .aggregate(g -> row { shop: g.key, usd: g.sum(l -> l.usd), lines: g.count(), all: true })
          .join(all, on: (t, a) -> t.all == a.all, select: (t, a) -> Total {
            t.shop, t.usd, t.lines, share: t.usd / a.usd else 0,
          })
          .sort(by: t -> t.shop)
      }
      """)
    try await project.serve { server async throws in
      for round in 1...5 {
        let reply = try await server.post(
          "/totals",
          #"[{"shop":"b","usd":\#(round)},{"shop":"a","usd":\#(round)},{"shop":"b","usd":\#(2 * round)}]"#)
        #expect(
          reply.text == """
            [{"shop":"a","usd":\(round),"lines":1,"share":0.25},{"shop":"b","usd":\(3 * round),"lines":2,"share":0.75}]
            """)
      }
    }
  }

  @Test func `many calls at once do not see each other`() async throws {
    try await Self.project().serve { server async throws in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for worker in 0..<16 {
          group.addTask {
            for number in 1...40 {
              let id = worker * 40 + number
              let reply = try await server.post(
                "/offers", #"{"id": \#(id), "item": "tea", "note": "\#(id)"}"#)
              #expect(reply.text == #"{"id":\#(id),"item":"tea","usd":2.5,"note":"\#(id)"}"#)
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func `a fault fails its call, is told once, and shows no labelled value`() async throws {
    let project = try Project(
      """
      record Order { id: Int, secret: Int @pii }
      record Sum { id: Int @pii }
      pipeline sums {
        from orders: Request<Order> = http(post, "/sums")
        reply orders.map(o -> Sum { id: o.id + o.secret }) allow [pii]
      }
      """)
    try await project.serve { server async throws in
      for _ in 1...3 {
        let reply = try await server.post("/sums", #"{"id": 1, "secret": 9223372036854775807}"#)
        #expect(reply.status == 500)
        #expect(!reply.text.contains("9223372036854775807"))
      }
      #expect(try await server.post("/sums", #"{"id": 1, "secret": 2}"#).text == #"{"id":3}"#)
      let wrong = try await server.post("/sums", #"{"id": 1, "secret": "swordfish"}"#)
      #expect(wrong.pointers == ["/secret"])
      #expect(!wrong.text.contains("swordfish"))
    }
    #expect(project.codes.count == 1)
  }

  @Test func `a check refuses the call`() async throws {
    let project = try Project(
      """
      record Line { usd: Int }
      pipeline lines {
        from lines: Request<Line> = http(post, "/lines")
        check lines { every(l -> l.usd > 0) }
        reply lines
      }
      """)
    try await project.serve { server async throws in
      #expect(try await server.post("/lines", #"[{"usd":1},{"usd":2}]"#).status == 200)
      #expect(try await server.post("/lines", #"[{"usd":1},{"usd":0}]"#).status == 422)
      #expect(try await server.post("/lines", #"[{"usd":1}]"#).status == 200)
    }
  }

  @Test func `what a call writes is there before its answer`() async throws {
    let project = try Project(
      """
      record Line { id: Int }
      pipeline keep {
        from lines: Request<Line> = http(post, "/lines")
        into kept = jsonl("kept.jsonl", write: append) <- lines.filter(l -> l.id > 0)
        reply lines
      }
      """)
    for round in 0..<2 {
      try await project.serve { server async throws in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for worker in 0..<8 {
            group.addTask {
              for number in 1...10 {
                let id = round * 1000 + worker * 100 + number
                #expect(try await server.post("/lines", #"{"id":\#(id)}"#).status == 200)
                let kept = try project.lines(in: "kept.jsonl")
                #expect(kept.contains(#"{"id":\#(id)}"#))
              }
            }
          }
          try await group.waitForAll()
        }
        #expect(try await server.post("/lines", #"{"id":-1}"#).status == 200)
      }
    }
    let kept = try project.lines(in: "kept.jsonl")
    #expect(kept.count == 160)
    #expect(Set(kept).count == 160)
  }

  @Test func `what can't be written is not answered as if it were`() async throws {
    let project = try Project(
      """
      record Line { id: Int }
      pipeline keep {
        from lines: Request<Line> = http(post, "/lines")
        into kept = jsonl("kept", write: append) <- lines
        reply lines
      }
      """)
    try await project.serve { server async throws in
      #expect(try await server.post("/lines", #"{"id":1}"#).status == 200)
      try FileManager.default.removeItem(atPath: "\(project.folder)/kept")
      try project.write("in the way", to: "kept")
      let reply = try await server.post("/lines", #"{"id":2}"#)
      #expect(reply.status == 503)
      #expect(reply.header("retry-after") != nil)
      #expect(reply.text.contains("`kept` can't be written"))
    }
    #expect(project.codes.count == 1)
  }

  @Test func `work that is too late is stopped`() async throws {
    let project = try Project(
      """
      record Line { id: Int }
      record Pair { a: Int, b: Int }
      pipeline pairs {
        from lines: Request<Line> = http(post, "/pairs")
        reply lines
          .join(lines, on: (a, b) -> a.id % 1 == b.id % 1, select: (a, b) -> Pair { a: a.id, b: b.id })
          .filter(p -> "{p.a} {p.b}".replace("1", "2").replace("3", "4").upper().len() > 100)
        run service { max_in_flight: 1 }
      }
      """)
    try await project.serve { server async throws in
      let lines = (1...2000).map { #"{"id":\#($0)}"# }.joined(separator: ",")
      let late = try await server.call(
        "POST", "/pairs", "[\(lines)]", headers: ["X-Request-Timeout": "20ms"])
      #expect(late.status == 504)
      #expect(try await server.post("/pairs", #"[{"id":1}]"#).text == "[]")
    }
  }

  @Test func `the life of a service is recorded`() async throws {
    let project = try Self.project()
    try await project.serve { server async throws in
      #expect(try await project.store.runs(RunFilter()).map(\.state) == [.running])
      _ = try await server.post("/offers", #"[{"id": 1, "item": "tea"}, {"id": 2, "item": "tea"}]"#)
    }
    let run = try #require(try await project.store.runs(RunFilter()).first)
    #expect(run.state == .succeeded)
    #expect(run.mode == "service")
    #expect(run.rowsOut == 2)
  }

  @Test func `a row without a value goes to faults, where there are some`() async throws {
    let project = try Project(
      """
      record Order { id: Int }
      pipeline next {
        from orders: Request<Order> = http(post, "/next")
        into dead = jsonl("dead.jsonl", write: append) <- faults
        reply orders.map(o -> Order { id: o.id + 1 })
      }
      """)
    try await project.serve { server async throws in
      let largest = #"{"id":9223372036854775807}"#
      #expect(try await server.post("/next", "[\(largest), {\"id\": 1}]").text == #"[{"id":2}]"#)
      #expect(try await server.post("/next", largest).status == 500)
      let dead = try project.lines(in: "dead.jsonl")
      #expect(dead.count == 2, "\(dead)")
      #expect(dead.allSatisfy { $0.contains(#""source":"orders""#) }, "\(dead)")
    }
  }
}
