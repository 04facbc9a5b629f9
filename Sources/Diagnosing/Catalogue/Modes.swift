// M5xx modes, boundedness, time, and what is not built yet.

extension Code {
  /// `run MODE` against the sources.
  public static let modeMismatch = Code("M501")
  /// A flow that ends where one that does not is wanted, or the reverse.
  public static let wrongKind = Code("M502")
  /// An operator that needs all rows of an unbounded flow.
  public static let neverCompletes = Code("M503")
  /// Something that needs times on an untimed flow.
  public static let needsTime = Code("M504")
  /// A join of two unbounded flows without a limit in time.
  public static let joinOfStreams = Code("M505")
  /// Another operator than those that work on windows.
  public static let afterWindow = Code("M506")
  /// An operator that goes by event time, on an untimed flow.
  public static let needsTimedFlow = Code("M507")
  /// `timed` on a timed flow.
  public static let timedTwice = Code("M508")
  /// `timed` behind an operator that mixes a source's rows.
  public static let timedTooLate = Code("M509")
  /// `union` of a timed flow and an untimed one.
  public static let unionOfTimes = Code("M510")
  /// State for each key of an unbounded flow without `ttl`.
  public static let stateForEver = Code("M511")
  /// `latest` of an unbounded flow somewhere else than at its two places.
  public static let afterLatest = Code("M512")
  /// `late:` where nothing can be late.
  public static let lateWithoutTime = Code("M516")
  /// `within:` and `as_of:` at one join.
  public static let bothTimes = Code("M520")
  /// A join that keeps what has no match, with a right side that never ends.
  public static let neverUnmatched = Code("M521")
  /// `window` without a shape, or with one that can't be.
  public static let windowShape = Code("M523")
}

extension Catalogue {
  static let modes: [CatalogueEntry] = [
    CatalogueEntry(
      .modeMismatch, "run against the sources",
      """
      The mode follows from the sources; `run` asserts it.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders
          run stream { }
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
      .wrongKind, "another kind of flow",
      """
      `Table`, `Stream` and `Request` are kinds of flows; `Flow` takes any. A connector gives the \
      kinds that it can.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        fn all(orders: Flow<Order>) -> Table<Order> { orders }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          discard all(orders)
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        fn all(orders: Flow<Order>) -> Flow<Order> { orders }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          discard all(orders)
        }
        """),
    CatalogueEntry(
      .neverCompletes, "never completes on an unbounded flow",
      """
      An aggregate of all rows needs the last one. An unbounded flow has none: cut it into windows, or \
      read a bounded source.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Stream<Order> = kafka("orders", group: "p")
          into out = stdout() <- orders.aggregate(g -> row { n: g.count() })
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.aggregate(g -> row { n: g.count() })
        }
        """),
    CatalogueEntry(
      .needsTime, "needs a timed flow",
      """
      `first` and `last` go by event time, and `g.window` is there only after `window`.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.aggregate(g -> row { id: g.last(o -> o.id) })
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.aggregate(g -> row { last: g.max_by(o -> o.at)?.id })
        }
        """),
    CatalogueEntry(
      .joinOfStreams, "join of two unbounded flows",
      """
      Rows of two unbounded flows would have to be kept for ever: `within:` or `as_of:` says how far \
      apart matches may be.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Stream<Order> = kafka("orders", group: "p")
          into out = stdout() <- orders.semi_join(orders, on: (a, b) -> a.id == b.id)
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.semi_join(orders, on: (a, b) -> a.id == b.id)
        }
        """),
  ]
}
