// G6xx the graph.

extension Code {
  /// A flow that nothing uses.
  public static let unconsumed = Code("G601")
  /// One of two results is not bound.
  public static let unboundResult = Code("G602")
  /// Two names for one result.
  public static let secondName = Code("G603")
  /// Groups that are not consumed in their chain.
  public static let danglingGroup = Code("G604")
  /// A pipeline without statements.
  public static let emptyPipeline = Code("G605")
  /// One place that is read and written, or written twice.
  public static let samePlace = Code("G606")
  /// A second `run`.
  public static let runTwice = Code("G607")
  /// An operator on groups without `group_by`.
  public static let needsGroups = Code("G609")
  /// More operators than one pipeline may have.
  public static let tooLarge = Code("G608")
}

extension Catalogue {
  static let graph: [CatalogueEntry] = [
    CatalogueEntry(
      .unconsumed, "unused flow",
      """
      Every bound flow is consumed; `discard` says that its rows are to be counted and dropped.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let big = orders.filter(o -> o.amount > 9)
          into out = stdout() <- orders
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let big = orders.filter(o -> o.amount > 9)
          into out = stdout() <- orders
          discard big
        }
        """),
    CatalogueEntry(
      .unboundResult, "an unbound second result",
      """
      `try_map` and `split` have two results: `let a, b =` binds both. `try_map` may say `failed: \
      discard` or `failed: fail` instead.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let ids = orders.try_map(o -> o.shop.to_int())
          discard ids
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let ids, bad = orders.try_map(o -> o.shop.to_int())
          discard ids
          discard bad
        }
        """),
    CatalogueEntry(
      .secondName, "two names for one result",
      """
      Two names stand before an operator with two results, which is the last one on the right side.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let ids, rest = orders.map(o -> o.id)
          discard ids
          discard rest
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let ids = orders.map(o -> o.id)
          discard ids
        }
        """),
    CatalogueEntry(
      .danglingGroup, "groups left over",
      """
      Behind `group_by` stands `aggregate` or `top`, in the same chain.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let shops = orders.group_by(o -> o.shop)
          discard shops
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let shops = orders.group_by(o -> o.shop).aggregate(g -> row { shop: g.key })
          discard shops
        }
        """),
    CatalogueEntry(
      .emptyPipeline, "empty pipeline",
      """
      A pipeline reads, and writes, checks or discards.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p { }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          discard orders
        }
        """),
    CatalogueEntry(
      .samePlace, "one file used twice",
      """
      Sinks of a run are published together, each to a path of its own; standard input is read once.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = csv("orders.csv") <- orders
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = csv("sorted.csv") <- orders
        }
        """),
    CatalogueEntry(
      .runTwice, "run given twice",
      """
      A pipeline has one mode, so one `run`.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders
          run batch { }
          run batch { }
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders
          run batch { }
        }
        """),
    CatalogueEntry(
      .tooLarge, "too many operators",
      """
      Flow functions are inlined at each call. One pipeline has at most 10,000 operators then, and functions \
      call each other at most 100 deep.
      """,
      bad: """
        record Order { id: Int }
        fn kept(orders: Flow<Order>) -> Flow<Order> { orders.filter(o -> o.id > 0) }
        fn ten(orders: Flow<Order>) -> Flow<Order> {
          kept(kept(kept(kept(kept(kept(kept(kept(kept(kept(orders))))))))))
        }
        fn hundred(orders: Flow<Order>) -> Flow<Order> {
          ten(ten(ten(ten(ten(ten(ten(ten(ten(ten(orders))))))))))
        }
        fn thousand(orders: Flow<Order>) -> Flow<Order> {
          hundred(hundred(hundred(hundred(hundred(hundred(hundred(hundred(hundred(hundred(orders))))))))))
        }
        fn many(orders: Flow<Order>) -> Flow<Order> {
          thousand(thousand(thousand(thousand(thousand(thousand(thousand(thousand(thousand(thousand(orders))))))))))
        }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          discard many(orders)
        }
        """,
      good: """
        record Order { id: Int }
        fn kept(orders: Flow<Order>) -> Flow<Order> { orders.filter(o -> o.id > 0) }
        fn ten(orders: Flow<Order>) -> Flow<Order> {
          kept(kept(kept(kept(kept(kept(kept(kept(kept(kept(orders))))))))))
        }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          discard ten(orders)
        }
        """),
    CatalogueEntry(
      .needsGroups, "groups without group_by",
      """
      `scan`, `latest` and `rolling` go through the rows of each key, so `group_by` stands right before them.
      """,
      bad: """
        record Click { user: String, at: Timestamp }
        pipeline p {
          from clicks: Table<Click> = csv("clicks.csv")
          discard clicks.timed(c -> c.at, delay: 10s).latest(late: fail)
        }
        """,
      good: """
        record Click { user: String, at: Timestamp }
        pipeline p {
          from clicks: Table<Click> = csv("clicks.csv")
          discard clicks.timed(c -> c.at, delay: 10s).group_by(c -> c.user).latest(late: fail)
        }
        """),
  ]
}
