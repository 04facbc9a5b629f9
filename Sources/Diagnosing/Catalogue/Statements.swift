// Statements of pipelines: N278, N279, G620 to G624.

extension Code {
  /// A statement or parameter called `faults`.
  public static let faultsTaken = Code("N278")
  /// `faults` in a function.
  public static let faultsInFunction = Code("N279")
  /// A table that is only looked up, read as a whole.
  public static let lookupUse = Code("G620")
  /// `faults` that are written nowhere.
  public static let faultsWithoutSink = Code("G621")
  /// A flow that a later statement binds.
  public static let usedBefore = Code("G622")
  /// A flow that would be made of itself.
  public static let flowCycle = Code("G623")
}

extension Catalogue {
  static let statements: [CatalogueEntry] = [
    CatalogueEntry(
      .faultsTaken, "name of the built-in flow",
      """
      `faults` names the failed rows of every pipeline. A statement or parameter of that name would take their place \
      unseen.
      """,
      bad: """
        record Order { id: Int, shop: String }
        pipeline p {
          from faults: Table<Order> = csv("orders.csv")
          into out = stdout() <- faults
        }
        """,
      good: """
        record Order { id: Int, shop: String }
        pipeline p {
          from failed: Table<Order> = csv("orders.csv")
          into out = stdout() <- failed
        }
        """),
    CatalogueEntry(
      .lookupUse, "all rows of a table that is looked up",
      """
      `load: lookup` reads the rows of the keys that a join asks for, so there is no other use of the flow.
      """,
      bad: """
        record Order { id: Int, shop: String }
        record Shop { name: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          from shops: Table<Shop> = postgres("shops", load: lookup)
          into out = stdout() <- shops
          discard orders
        }
        """,
      good: """
        record Order { id: Int, shop: String }
        record Shop { name: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          from shops: Table<Shop> = postgres("shops", load: lookup)
          into out = stdout() <- orders.semi_join(shops, on: (o, s) -> o.shop == s.name)
        }
        """),
    CatalogueEntry(
      .usedBefore, "flow used before its statement",
      """
      Statements stand in the order in which flows are made: each uses those above it.
      """,
      bad: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- big
          let big = orders.filter(o -> o.id > 9)
        }
        """,
      good: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let big = orders.filter(o -> o.id > 9)
          into out = stdout() <- big
        }
        """),
    CatalogueEntry(
      .flowCycle, "flow made of itself",
      """
      Flows have no cycles: a flow is made of others, never of itself.
      """,
      bad: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let all = orders.union(all)
          into out = stdout() <- all
        }
        """,
      good: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let all = orders.union(orders)
          into out = stdout() <- all
        }
        """),
    CatalogueEntry(
      .faultsInFunction, "faults in a function",
      """
      `faults` has the rows that failed anywhere in a pipeline. A function is a part of many pipelines, so it does not know \
      them.
      """,
      bad: """
        record Order { id: Int }
        fn bad(orders: Flow<Order>) -> Flow<Fault> {
          orders.map(o -> Fault { operator: "a", source: "", position: "", kind: "", message: "", payload: "" }).union(faults)
        }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- bad(orders)
        }
        """,
      good: """
        record Order { id: Int }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders
          into dead = jsonl("faults.jsonl") <- faults
        }
        """),
    CatalogueEntry(
      .faultsWithoutSink, "faults without a sink",
      """
      A row that fails goes to a sink that is made of `faults`; without one the run, epoch or call fails. To name `faults` \
      and write them nowhere changes nothing.
      """,
      bad: """
        record Order { id: Int }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders
          discard faults
        }
        """,
      good: """
        record Order { id: Int }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders
          into dead = jsonl("faults.jsonl") <- faults
        }
        """),
  ]
}
