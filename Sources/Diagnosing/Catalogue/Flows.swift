// What pipelines add to the families N2xx, T3xx, F4xx and C8xx.

extension Code {
  /// No operator of that name.
  public static let unknownOperator = Code("N270")
  /// No connector of that name.
  public static let unknownConnector = Code("N271")
  /// No option of that name.
  public static let unknownOption = Code("N272")
  /// No clause of that name in a check.
  public static let unknownClause = Code("N273")
  /// Two statements of one name.
  public static let duplicateStatement = Code("N274")
  /// No aggregate of that name.
  public static let unknownAggregate = Code("N275")
  /// No mode of that name.
  public static let unknownMode = Code("N276")
  /// Something required is not given.
  public static let missingInput = Code("T370")
  /// More is given than is taken.
  public static let surplusInput = Code("T371")
  /// An option has a value that it can not have.
  public static let optionValue = Code("T372")
  /// `limit` without an order.
  public static let limitWithoutSort = Code("T373")
  /// A type that can not be a key.
  public static let notAKey = Code("T374")
  /// A type without an order.
  public static let notSortable = Code("T375")
  /// A type without a sum.
  public static let notSummable = Code("T376")
  /// A join condition without an equality.
  public static let joinWithoutEquality = Code("T377")
  /// Both sides of a join's equality may be absent.
  public static let joinOfOptionals = Code("T378")
  /// A flow of another type than declared.
  public static let flowType = Code("T379")
  /// A value where a flow is wanted.
  public static let valueAsFlow = Code("T380")
  /// Rows of no definite type.
  public static let elementType = Code("T381")
  /// A source without the kind of its flow.
  public static let sourceKind = Code("T382")
  /// `key` without `group_by`.
  public static let noGroupKey = Code("T383")
  /// A group used as a value.
  public static let narrowedGroup = Code("T384")
  /// A value of a group in a lambda over its rows.
  public static let groupInRow = Code("T385")
  /// A pipeline parameter that can not be given as text.
  public static let parameterType = Code("T386")
  /// A flow function that may fail, without `try`.
  public static let uncoveredFlowCall = Code("F470")
  /// `try` over a flow that can not fail.
  public static let tryOverFlow = Code("F471")
  /// `else` behind a flow.
  public static let elseOverFlow = Code("F472")
  /// A nested field in csv.
  public static let nestedInCSV = Code("C840")
  /// A connector of records with another element.
  public static let elementWithoutColumns = Code("C841")
  /// A sink read from or a source written to.
  public static let connectorDirection = Code("C842")
  /// An option of another format.
  public static let optionOfFormat = Code("C843")
}

extension Catalogue {
  static let flows: [CatalogueEntry] = [
    CatalogueEntry(
      .unknownOperator, "unknown operator",
      """
      The set of operators is closed. A near name is offered, and for habits from SQL, pandas or Spark \
      the way it is written here.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.filtr(o -> o.amount > 0)
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.filter(o -> o.amount > 0)
        }
        """),
    CatalogueEntry(
      .unknownConnector, "unknown connector",
      """
      Behind the `=` of `from` and `into` stands the call of a connector.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = cvs("out.csv") <- orders
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = csv("out.csv") <- orders
        }
        """),
    CatalogueEntry(
      .unknownOption, "unknown option",
      """
      Options are typed parameters of operators, connectors and clauses. An unknown one is never \
      ignored.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = csv("out.csv", seperator: ";") <- orders
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = csv("out.csv", separator: ";") <- orders
        }
        """),
    CatalogueEntry(
      .unknownClause, "unknown clause of a check",
      """
      A check holds `rows`, `unique`, `every` and `that`.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          check orders {
            uniqe(o -> o.id)
          }
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          check orders {
            unique(o -> o.id)
          }
        }
        """),
    CatalogueEntry(
      .duplicateStatement, "two statements of one name",
      """
      Names are the identity of what runs: no two statements of a pipeline share one.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let big = orders.filter(o -> o.amount > 9)
          let big = orders.filter(o -> o.amount > 99)
          discard big
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let big = orders.filter(o -> o.amount > 9)
          let huge = big.filter(o -> o.amount > 99)
          discard huge
        }
        """),
    CatalogueEntry(
      .unknownAggregate, "unknown aggregate",
      """
      Behind `g.` stands an aggregate, `key`, `where` or `window`.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.aggregate(g -> row { mean: g.avg(o -> o.amount) })
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.aggregate(g -> row { mean: g.mean(o -> o.amount) })
        }
        """),
    CatalogueEntry(
      .unknownMode, "unknown mode",
      """
      `run` asserts one of the modes `batch`, `stream` and `service`.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders
          run btach { }
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
      .missingInput, "missing argument",
      """
      Operators, connectors, aggregates and clauses have required arguments; the help shows a call \
      with all of them.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.sort()
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.sort(by: o -> o.id)
        }
        """),
    CatalogueEntry(
      .surplusInput, "unexpected argument",
      """
      What stands first comes without a label, all options come with one, and each is given once.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.distinct(o -> o.id)
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.distinct(by: o -> o.id)
        }
        """),
    CatalogueEntry(
      .optionValue, "wrong value of an option",
      """
      Option words, literals and ranges are checked where they stand.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout(format: xml) <- orders
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout(format: table) <- orders
        }
        """),
    CatalogueEntry(
      .limitWithoutSort, "limit without sort",
      """
      Without an order the kept rows would be arbitrary, so `limit` follows `sort` only. `top` gives \
      the greatest rows.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.limit(3)
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.sort(by: o -> o.id).limit(3)
        }
        """),
    CatalogueEntry(
      .notAKey, "not a key type",
      """
      Keys of groups, joins and `distinct` are scalars but `Float` and `Json`, enums, distinct types, \
      their optionals, and rows of these.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.distinct(by: o -> o.amount)
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.distinct(by: o -> row { o.id, o.shop })
        }
        """),
    CatalogueEntry(
      .notSortable, "no order for this type",
      """
      `sort`, `top`, `min`, `max` and `quantile` need values with an order.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.sort(by: o -> [o.id])
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.sort(by: o -> o.id)
        }
        """),
    CatalogueEntry(
      .notSummable, "not a number",
      """
      `sum`, `mean` and `stddev` work on `Int`, `Float` and `Decimal`.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.aggregate(g -> row { shops: g.sum(o -> o.shop) })
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.aggregate(g -> row { shops: g.count_distinct(o -> o.shop) })
        }
        """),
    CatalogueEntry(
      .joinWithoutEquality, "join without an equality",
      """
      The condition of a join is a conjunction with at least one equality, each side of which uses one \
      of the two rows. The rest may be any condition.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.semi_join(orders, on: (a, b) -> a.amount < b.amount)
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.semi_join(orders, on: (a, b) -> a.id == b.id && a.amount < b.amount)
        }
        """),
    CatalogueEntry(
      .joinOfOptionals, "both sides may be absent",
      """
      What is absent matches nothing. Where both sides may be absent that is easily overlooked, so one \
      of them must be present.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.semi_join(orders, on: (a, b) -> a.note == b.note)
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.semi_join(orders, on: (a, b) -> a.shop == b.note)
        }
        """),
    CatalogueEntry(
      .flowType, "flow of another type",
      """
      The declared record is exactly what the flow holds; a row never stands for a record.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        record Sale { shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out: Table<Sale> = csv("out.csv") <- orders.map(o -> row { o.shop })
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        record Sale { shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out: Table<Sale> = csv("out.csv") <- orders.map(o -> Sale { o.shop })
        }
        """),
    CatalogueEntry(
      .valueAsFlow, "value used as a flow",
      """
      Operators, sinks, checks and flow functions take flows; values go into lambdas and options.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let limit = 3
          discard orders
          discard limit
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let limit = 3
          discard orders.filter(o -> o.id < limit)
        }
        """),
    CatalogueEntry(
      .elementType, "rows without a type",
      """
      The rows of a flow have one type, told by the lambda that makes them.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.flat_map(o -> o.shop)
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.flat_map(o -> [row { o.shop }])
        }
        """),
    CatalogueEntry(
      .sourceKind, "source without a kind",
      """
      A source says what it gives: `Table<T>` ends, `Stream<T>` does not, `Request<T>` is one call.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Order = csv("orders.csv")
          discard orders
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          discard orders
        }
        """),
    CatalogueEntry(
      .noGroupKey, "key of an ungrouped flow",
      """
      `g.key` is the key of `group_by`.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.aggregate(g -> row { shop: g.key, n: g.count() })
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.group_by(o -> o.shop).aggregate(g -> row { shop: g.key, n: g.count() })
        }
        """),
    CatalogueEntry(
      .narrowedGroup, "group used as a value",
      """
      `g.where(p)` is a part of the group; its aggregates are values.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.aggregate(g -> row { n: g.where(o -> o.id > 0) })
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.aggregate(g -> row { n: g.where(o -> o.id > 0).count() })
        }
        """),
    CatalogueEntry(
      .groupInRow, "group value inside a row lambda",
      """
      While the rows of a group are read, its aggregates are not known yet.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.aggregate(g -> row { n: g.sum(o -> o.amount * g.count().to_float()) })
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders.aggregate(g -> row { n: g.sum(o -> o.amount) * g.count().to_float() })
        }
        """),
    CatalogueEntry(
      .parameterType, "parameter that is no scalar",
      """
      Parameters come from a command line or a schedule: scalars, enums and distinct types.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p(ids: List<Int>) {
          from orders: Table<Order> = csv("orders.csv")
          discard orders
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p(least: Int = 0) {
          from orders: Table<Order> = csv("orders.csv")
          discard orders.filter(o -> o.id >= least)
        }
        """),
    CatalogueEntry(
      .uncoveredFlowCall, "flow function that may fail",
      """
      A call of a function `-> Flow<R>!` stands under `try`: a failure fails the run.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        fn numbers(orders: Table<Order>) -> Table<Int>! { orders.map(o -> try o.shop.to_int()) }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let ids = numbers(orders)
          discard ids
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        fn numbers(orders: Table<Order>) -> Table<Int>! { orders.map(o -> try o.shop.to_int()) }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let ids = try numbers(orders)
          discard ids
        }
        """),
    CatalogueEntry(
      .tryOverFlow, "try over nothing",
      """
      What may fail inside an operator's lambda is covered inside that lambda.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          discard try orders.map(o -> o.id)
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          discard orders.map(o -> try o.shop.to_int())
        }
        """),
    CatalogueEntry(
      .elseOverFlow, "else behind a flow",
      """
      A flow has no failure to fall back from; the lambdas that make it cover their own.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let ids = orders.map(o -> o.id) else orders
          discard ids
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          let ids = orders.map(o -> o.shop.to_int() else 0)
          discard ids
        }
        """),
    CatalogueEntry(
      .nestedInCSV, "nested field in csv",
      """
      A csv cell holds a scalar. Lists, maps, vectors and records need `jsonl`, or a text made by \
      `json.encode`.
      """,
      bad: """
        record Tagged { id: Int, tags: List<String> }
        pipeline p {
          from tagged: Table<Tagged> = csv("tagged.csv")
          discard tagged
        }
        """,
      good: """
        record Tagged { id: Int, tags: List<String> }
        pipeline p {
          from tagged: Table<Tagged> = jsonl("tagged.jsonl")
          discard tagged
        }
        """),
    CatalogueEntry(
      .elementWithoutColumns, "no columns",
      """
      Files of records have named columns, so what goes there is a record or a row.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = csv("out.csv") <- orders.map(o -> o.id)
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = csv("out.csv") <- orders.map(o -> row { o.id })
        }
        """),
    CatalogueEntry(
      .connectorDirection, "connector used the wrong way round",
      """
      `stdin` is read, `stdout` is written.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdin(format: csv) <- orders
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout(format: csv) <- orders
        }
        """),
    CatalogueEntry(
      .optionOfFormat, "option of another format",
      """
      `separator`, `header`, `null` and `quote` belong to csv.
      """,
      bad: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout(format: jsonl, separator: ";") <- orders
        }
        """,
      good: """
        record Order { id: Int, shop: String, amount: Float, note: String?, at: Timestamp }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout(format: csv, separator: ";") <- orders
        }
        """),
  ]
}
