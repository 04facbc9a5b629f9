// M550 to M579: requests and replies.

extension Code {
  /// A second `Request`.
  public static let severalRequests = Code("M550")
  /// A stream beside a `Request`.
  public static let streamInService = Code("M551")
  /// Calls that nothing answers.
  public static let missingReply = Code("M552")
  /// A reply without a `Request`.
  public static let replyWithoutRequest = Code("M553")
  /// A reply that no call has a part in.
  public static let replyNotDerived = Code("M554")
  /// Two replies of one status.
  public static let sameStatus = Code("M555")
  /// What no answer has as its status.
  public static let replyStatus = Code("M556")
  /// What no answer can hold.
  public static let replyType = Code("M557")
  /// A path that no request can have.
  public static let malformedRoute = Code("M558")
  /// A name of the path without a field.
  public static let routeWithoutField = Code("M559")
  /// A field of the path that the path does not have.
  public static let fieldWithoutRoute = Code("M560")
  /// A field that only a body could give, of a call without one.
  public static let fieldOfNoBody = Code("M561")
  /// A check of an unbounded flow that needs all its rows.
  public static let checkOfUnbounded = Code("M562")
}

extension Catalogue {
  static let services: [CatalogueEntry] = [
    CatalogueEntry(
      .severalRequests, "two requests",
      """
      A service answers the calls of one path. Pipelines share functions over `Flow`, so another path is another pipeline.
      """,
      bad: """
        record Quote { id: Int, price: Decimal }
        pipeline p {
          from quotes: Request<Quote> = http(post, "/quotes")
          from others: Request<Quote> = http(put, "/quotes")
          reply quotes.union(others)
        }
        """,
      good: """
        record Quote { id: Int, price: Decimal }
        pipeline p {
          from quotes: Request<Quote> = http(post, "/quotes")
          reply quotes
        }
        """),
    CatalogueEntry(
      .streamInService, "stream in a service",
      """
      An operator of a service works on the rows of one call. A stream would be read beside all calls: keep what it says \
      in a table, and read that again and again with `refresh:`.
      """,
      bad: """
        record Quote { id: Int, price: Decimal }
        pipeline p {
          from quotes: Request<Quote> = http(post, "/quotes")
          from news: Stream<Quote> = kafka("news", group: "p")
          reply quotes.semi_join(news, on: (q, n) -> q.id == n.id)
        }
        """,
      good: """
        record Quote { id: Int, price: Decimal }
        pipeline p {
          from quotes: Request<Quote> = http(post, "/quotes")
          from news: Table<Quote> = postgres("news", refresh: 10s)
          reply quotes.semi_join(news, on: (q, n) -> q.id == n.id)
        }
        """),
    CatalogueEntry(
      .missingReply, "missing reply",
      """
      Every call is answered: a service has a `reply` with a flow that is made of its request.
      """,
      bad: """
        record Quote { id: Int, price: Decimal }
        pipeline p {
          from quotes: Request<Quote> = http(post, "/quotes")
          into out = jsonl("quotes.jsonl") <- quotes
        }
        """,
      good: """
        record Quote { id: Int, price: Decimal }
        pipeline p {
          from quotes: Request<Quote> = http(post, "/quotes")
          into out = jsonl("quotes.jsonl") <- quotes
          reply quotes
        }
        """),
    CatalogueEntry(
      .replyWithoutRequest, "reply without a request",
      """
      `reply` answers a call, and only a pipeline with a `Request` has calls.
      """,
      bad: """
        record Quote { id: Int, price: Decimal }
        pipeline p {
          from quotes: Table<Quote> = csv("quotes.csv")
          reply quotes
        }
        """,
      good: """
        record Quote { id: Int, price: Decimal }
        pipeline p {
          from quotes: Request<Quote> = http(post, "/quotes")
          reply quotes
        }
        """),
    CatalogueEntry(
      .replyNotDerived, "reply that ignores the call",
      """
      A reply is made of the records of the call; a table alone is the same for every call.
      """,
      bad: """
        record Quote { id: Int, price: Decimal }
        pipeline p {
          from quotes: Request<Quote> = http(post, "/quotes")
          from known: Table<Quote> = csv("quotes.csv")
          discard quotes
          reply known
        }
        """,
      good: """
        record Quote { id: Int, price: Decimal }
        pipeline p {
          from quotes: Request<Quote> = http(post, "/quotes")
          from known: Table<Quote> = csv("quotes.csv")
          reply known.semi_join(quotes, on: (k, q) -> k.id == q.id)
        }
        """),
    CatalogueEntry(
      .sameStatus, "two replies of one status",
      """
      A service may have several replies, each with a status of its own: the one that has rows is sent.
      """,
      bad: """
        record Quote { id: Int, price: Decimal }
        pipeline p {
          from quotes: Request<Quote> = http(post, "/quotes")
          reply quotes.filter(q -> q.price > 0)
          reply quotes.filter(q -> q.price <= 0)
        }
        """,
      good: """
        record Quote { id: Int, price: Decimal }
        pipeline p {
          from quotes: Request<Quote> = http(post, "/quotes")
          reply quotes.filter(q -> q.price > 0)
          reply quotes.filter(q -> q.price <= 0) status 409
        }
        """),
    CatalogueEntry(
      .replyStatus, "status of a reply",
      """
      A reply has a status from 200 to 599, written as a number; one whose answer has no body, such as 204, can carry no rows.
      """,
      bad: """
        record Quote { id: Int, price: Decimal }
        pipeline p {
          from quotes: Request<Quote> = http(post, "/quotes")
          reply quotes status 99
        }
        """,
      good: """
        record Quote { id: Int, price: Decimal }
        pipeline p {
          from quotes: Request<Quote> = http(post, "/quotes")
          reply quotes status 201
        }
        """),
    CatalogueEntry(
      .replyType, "answer that is no JSON",
      """
      An answer is a JSON object for each row, so it holds records, and no files, folders or secrets.
      """,
      bad: """
        record Quote { id: Int, price: Decimal }
        pipeline p {
          from quotes: Request<Quote> = http(post, "/quotes")
          reply quotes.map(q -> q.id)
        }
        """,
      good: """
        record Quote { id: Int, price: Decimal }
        pipeline p {
          from quotes: Request<Quote> = http(post, "/quotes")
          reply quotes.map(q -> row { q.id })
        }
        """),
    CatalogueEntry(
      .malformedRoute, "path of a request",
      """
      The path of a request begins with `/`. Between two `/` stands a word, or the name of a field in braces, which \
      takes its value from the path of each call.
      """,
      bad: """
        record Quote { id: Int }
        pipeline p {
          from quotes: Request<Quote> = http(post, "quotes")
          reply quotes
        }
        """,
      good: """
        record Quote { id: Int }
        pipeline p {
          from quotes: Request<Quote> = http(post, "/quotes")
          reply quotes
        }
        """),
    CatalogueEntry(
      .routeWithoutField, "part of a path without a field",
      """
      Each name in braces is a field of the request's record with `@path`, so that the value is of use.
      """,
      bad: """
        record Quote { number: Int @query }
        pipeline p {
          from quotes: Request<Quote> = http(get, "/quotes/{id}")
          reply quotes
        }
        """,
      good: """
        record Quote { id: Int @path }
        pipeline p {
          from quotes: Request<Quote> = http(get, "/quotes/{id}")
          reply quotes
        }
        """),
    CatalogueEntry(
      .fieldWithoutRoute, "field of a path that is not in it",
      """
      A field with `@path` takes its value from the part of the path that has its name in braces.
      """,
      bad: """
        record Quote { id: Int @path }
        pipeline p {
          from quotes: Request<Quote> = http(get, "/quotes")
          reply quotes
        }
        """,
      good: """
        record Quote { id: Int @path }
        pipeline p {
          from quotes: Request<Quote> = http(get, "/quotes/{id}")
          reply quotes
        }
        """),
    CatalogueEntry(
      .fieldOfNoBody, "field that only a body could give",
      """
      A `get` has no body. Each field of its record that must be there comes from the path, the query or a header.
      """,
      bad: """
        record Quote { id: Int }
        pipeline p {
          from quotes: Request<Quote> = http(get, "/quotes")
          reply quotes
        }
        """,
      good: """
        record Quote { id: Int @query }
        pipeline p {
          from quotes: Request<Quote> = http(get, "/quotes")
          reply quotes
        }
        """),
    CatalogueEntry(
      .checkOfUnbounded, "check that needs all rows",
      """
      `rows`, `unique` and `that` judge all rows of a flow. Of an unbounded one only `every` can be judged; it refuses the \
      epoch whose rows break it.
      """,
      bad: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Stream<Order> = kafka("orders", group: "p")
          check orders { rows(min: 1) }
          into out = stdout() <- orders
        }
        """,
      good: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Stream<Order> = kafka("orders", group: "p")
          check orders { every(o -> o.id > 0) }
          into out = stdout() <- orders
        }
        """),
  ]
}
