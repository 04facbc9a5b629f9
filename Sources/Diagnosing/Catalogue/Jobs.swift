// G63x and M58x: jobs and their values.

extension Code {
  /// A job where it may run never or many times.
  public static let jobOutOfPlace = Code("G630")
  /// A job in a function.
  public static let jobInFunction = Code("G631")
  /// A job value that nothing uses.
  public static let unusedJobValue = Code("G632")
  /// `for` over something that is no list of keys.
  public static let loopElements = Code("G633")
  /// An element of a `for` that stands twice.
  public static let repeatedElement = Code("G634")
  /// A sink in a `for` whose passes write to one place.
  public static let sameTarget = Code("G635")
  /// A `for` without a value where one is wanted.
  public static let loopWithoutValue = Code("G636")
  /// The failures of a `for` are not bound, or it has none.
  public static let loopFailures = Code("G637")
  /// A name outside of the `if` or `for` that binds it.
  public static let hiddenName = Code("G638")
  /// A `fail` that every run reaches.
  public static let alwaysFails = Code("G639")
  /// `@was` that names no statement of an earlier version.
  public static let formerName = Code("G640")
  /// An `if` whose branches give different flows.
  public static let branchFlowsDiffer = Code("G641")
  /// Jobs in a stream or service plan.
  public static let jobsNeedBatch = Code("M580")
  /// The value of a flow that does not end.
  public static let valueOfUnbounded = Code("M581")
  /// A plan of another mode than asserted on the command line.
  public static let assertedMode = Code("M582")
}

extension Catalogue {
  static let jobs: [CatalogueEntry] = [
    CatalogueEntry(
      .jobOutOfPlace, "a job where it may never run",
      """
      A job is planned before anything runs, and runs once. It can't stand in a lambda, which runs for each row, nor \
      behind `&&`, `||`, `??`, `else`, nor in a `match`: bind its value with `let` first. An `if` that is the whole \
      right side of a `let` plans both its branches and runs one.
      """,
      bad: """
        record Order { id: Int, amount: Float }
        pipeline p(strict: Bool = false) {
          from orders: Table<Order> = csv("orders.csv")
          let found = strict && orders.aggregate(g -> row { n: g.count() }).single().n > 9
          into out = csv("out.csv") <- orders.filter(o -> found)
        }
        """,
      good: """
        record Order { id: Int, amount: Float }
        pipeline p(strict: Bool = false) {
          from orders: Table<Order> = csv("orders.csv")
          let total = orders.aggregate(g -> row { n: g.count() }).single()
          let found = strict && total.n > 9
          into out = csv("out.csv") <- orders.filter(o -> found)
        }
        """),
    CatalogueEntry(
      .jobInFunction, "a job in a function",
      """
      Functions are inlined into the plan of whoever calls them; jobs, `if` between flows and `for` belong to a \
      pipeline. Hand the value to the function as an argument.
      """,
      bad: """
        record Order { id: Int, amount: Float }
        fn big(orders: Table<Order>) -> Table<Order> {
          let most = orders.aggregate(g -> row { n: g.count() }).single()
          orders.filter(o -> o.id > most.n)
        }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = csv("out.csv") <- big(orders)
        }
        """,
      good: """
        record Order { id: Int, amount: Float }
        fn big(orders: Table<Order>, most: Int) -> Table<Order> {
          orders.filter(o -> o.id > most)
        }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let most = orders.aggregate(g -> row { n: g.count() }).single()
          into out = csv("out.csv") <- big(orders, most.n)
        }
        """),
    CatalogueEntry(
      .unusedJobValue, "a job value that nothing uses",
      """
      A job that only gives a value would run for nothing. One that has an effect of its own (an external task, a \
      `for` that writes) may stand without its value being used.
      """,
      bad: """
        record Order { id: Int, amount: Float }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let total = orders.aggregate(g -> row { n: g.count() }).single()
          into out = csv("out.csv") <- orders
        }
        """,
      good: """
        record Order { id: Int, amount: Float }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let total = orders.aggregate(g -> row { n: g.count() }).single()
          into out = csv("out.csv") <- orders.filter(o -> o.id < total.n)
        }
        """),
    CatalogueEntry(
      .loopElements, "`for` over something that is no list of keys",
      """
      A `for` has one pass for each element of a list; the element names the pass, so it is of a key type (a scalar \
      but `Float` and `Json`, an enum, a distinct type, a row of these). Of a flow, `to_list(max:)` takes the rows.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          for shop in orders.map(o -> o.shop).distinct() {
            into part = csv("part-{shop}.csv") <- orders.filter(o -> o.shop == shop)
          }
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          for shop in orders.map(o -> o.shop).distinct().to_list(max: 100) {
            into part = csv("part-{shop}.csv") <- orders.filter(o -> o.shop == shop)
          }
        }
        """),
    CatalogueEntry(
      .repeatedElement, "an element of a `for` that stands twice",
      """
      The element names the pass and what it writes: each stands once. Where the list is computed, a repeated \
      element is a fault of the run.
      """,
      bad: """
        record Order { id: Int, amount: Float }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          for d in [2, 4, 2] {
            into part = csv("part-{d}.csv") <- orders.filter(o -> o.id % d == 0 else false)
          }
        }
        """,
      good: """
        record Order { id: Int, amount: Float }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          for d in [2, 4] {
            into part = csv("part-{d}.csv") <- orders.filter(o -> o.id % d == 0 else false)
          }
        }
        """),
    CatalogueEntry(
      .sameTarget, "passes of a `for` that write to one place",
      """
      Each pass writes to a place of its own: the target depends on every variable of the `for`.
      """,
      bad: """
        record Order { id: Int, amount: Float }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          for d in [2, 4] {
            into part = csv("part.csv") <- orders.filter(o -> o.id > d)
          }
        }
        """,
      good: """
        record Order { id: Int, amount: Float }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          for d in [2, 4] {
            into part = csv("part-{d}.csv") <- orders.filter(o -> o.id > d)
          }
        }
        """),
    CatalogueEntry(
      .loopWithoutValue, "a `for` without a value",
      """
      The value of a `for` is the list of what its passes give: each ends with an expression. Where it ends with an \
      `if`, both branches do.
      """,
      bad: """
        record Order { id: Int, amount: Float }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let counts = for d in [2, 4] {
            let part = orders.filter(o -> o.id > d)
            into kept = csv("part-{d}.csv") <- part
          }
          into out = csv("out.csv") <- orders.filter(o -> o.id > counts.len())
        }
        """,
      good: """
        record Order { id: Int, amount: Float }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let counts = for d in [2, 4] {
            let part = orders.filter(o -> o.id > d)
            into kept = csv("part-{d}.csv") <- part
            part.aggregate(g -> row { n: g.count() }).single().n
          }
          into out = csv("out.csv") <- orders.filter(o -> o.id > counts.sum())
        }
        """),
    CatalogueEntry(
      .loopFailures, "the failures of a `for`",
      """
      When a pass of a `for` fails, the run fails. `try for` keeps going; it has two results, what the passes gave \
      and what failed, and both are bound.
      """,
      bad: """
        record Order { id: Int, amount: Float }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let counts = try for d in [2, 4] {
            orders.filter(o -> o.id > d).aggregate(g -> row { n: g.count() }).single().n
          }
          into out = csv("out.csv") <- orders.filter(o -> o.id > counts.sum())
        }
        """,
      good: """
        record Order { id: Int, amount: Float }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let counts, failures = try for d in [2, 4] {
            orders.filter(o -> o.id > d).aggregate(g -> row { n: g.count() }).single().n
          }
          if failures.len() > 1 { fail("too many failed") }
          into out = csv("out.csv") <- orders.filter(o -> o.id > counts.sum())
        }
        """),
    CatalogueEntry(
      .hiddenName, "a name outside of its `if` or `for`",
      """
      What a branch or a pass binds is known in it alone: it may run never, or many times. An `if` or `for` as the \
      right side of a `let` hands values out.
      """,
      bad: """
        record Order { id: Int, amount: Float }
        pipeline p(all: Bool = false) {
          from orders: Table<Order> = csv("orders.csv")
          if all {
            let chosen = orders.filter(o -> o.id > 9)
            discard chosen
          }
          into out = csv("out.csv") <- chosen
          discard orders
        }
        """,
      good: """
        record Order { id: Int, amount: Float }
        pipeline p(all: Bool = false) {
          from orders: Table<Order> = csv("orders.csv")
          let chosen = if all { orders } else { orders.filter(o -> o.id > 9) }
          into out = csv("out.csv") <- chosen
        }
        """),
    CatalogueEntry(
      .alwaysFails, "a `fail` that every run reaches",
      """
      `fail` as a statement ends the run. Outside of an `if` or `for` no run would succeed.
      """,
      bad: """
        record Order { id: Int, amount: Float }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = csv("out.csv") <- orders
          fail("no orders")
        }
        """,
      good: """
        record Order { id: Int, amount: Float }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let total = orders.aggregate(g -> row { n: g.count() }).single()
          into out = csv("out.csv") <- orders
          if total.n == 0 { fail("no orders") }
        }
        """),
    CatalogueEntry(
      .formerName, "`@was` that names no earlier statement",
      """
      A statement's name is the identity of its state. `@was("old")` before a renamed statement carries the state \
      over: the old name is one that no statement has any more, given once.
      """,
      bad: """
        record Order { id: Int, amount: Float }
        pipeline p {
          @was("orders")
          from sales: Table<Order> = csv("sales.csv")
          from orders: Table<Order> = csv("orders.csv")
          into out = csv("out.csv") <- sales.union(orders)
        }
        """,
      good: """
        record Order { id: Int, amount: Float }
        pipeline p {
          @was("orders")
          from sales: Table<Order> = csv("sales.csv")
          into out = csv("out.csv") <- sales
        }
        """),
    CatalogueEntry(
      .branchFlowsDiffer, "branches that give different flows",
      """
      An `if` between flows gives the rows of one of them, so both hold the same record.
      """,
      bad: """
        record Order { id: Int, amount: Float }
        pipeline p(all: Bool = false) {
          from orders: Table<Order> = csv("orders.csv")
          let chosen = if all { orders } else { orders.map(o -> row { o.id }) }
          into out = csv("out.csv") <- chosen
        }
        """,
      good: """
        record Order { id: Int, amount: Float }
        pipeline p(all: Bool = false) {
          from orders: Table<Order> = csv("orders.csv")
          let chosen = if all { orders } else { orders.filter(o -> o.id > 9) }
          into out = csv("out.csv") <- chosen
        }
        """),
    CatalogueEntry(
      .jobsNeedBatch, "jobs in a stream or service plan",
      """
      A job value is known when its job is done. A stream never ends, and a call has no jobs: jobs, `if` between \
      statements or flows, and `for` belong to batch plans.
      """,
      bad: """
        record Order { id: Int, amount: Float }
        record Limit { most: Int }
        pipeline p {
          from orders: Stream<Order> = kafka("orders", group: "p")
          from limits: Table<Limit> = csv("limits.csv")
          let limit = limits.single()
          into out = stdout() <- orders.filter(o -> o.id < limit.most)
        }
        """,
      good: """
        record Order { id: Int, amount: Float }
        record Limit { most: Int }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          from limits: Table<Limit> = csv("limits.csv")
          let limit = limits.single()
          into out = stdout() <- orders.filter(o -> o.id < limit.most)
        }
        """),
    CatalogueEntry(
      .valueOfUnbounded, "the value of a flow that does not end",
      """
      `single` and `to_list` need all rows of their flow; an unbounded one has no last row.
      """,
      bad: """
        record Order { id: Int, amount: Float }
        pipeline p {
          from orders: Stream<Order> = kafka("orders", group: "p")
          let first = orders.single()
          into out = stdout() <- orders.filter(o -> o.id < first.id)
        }
        """,
      good: """
        record Order { id: Int, amount: Float }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let first = orders.single()
          into out = stdout() <- orders.filter(o -> o.id < first.id)
        }
        """),
    CatalogueEntry(
      .assertedMode, "a plan of another mode",
      """
      The mode follows from the sources; `--mode` on the command line asserts it, as `run MODE` does in the program.
      """,
      example: .command,
      bad: """
        thalweg plan revenue.thal --mode stream
        """,
      good: """
        thalweg plan revenue.thal --mode batch
        """),
  ]
}
