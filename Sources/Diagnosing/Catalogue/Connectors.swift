// Connectors: N277, C827 to C839, G625.

extension Code {
  /// An option of a source in a sink, or the reverse.
  public static let optionOfOtherDirection = Code("N277")
  /// Two options that exclude each other, or one that has no meaning without another.
  public static let optionConflict = Code("C827")
  /// A name or address that can't be one.
  public static let malformedName = Code("C828")
  /// Rows of a type that the connector never holds.
  public static let elementOfConnector = Code("C829")
  /// A file, folder or secret as a column.
  public static let fileInRows = Code("C830")
  /// A way of writing that the connector does not have.
  public static let writeModeOfOther = Code("C831")
  /// Replacing all rows by a flow that has no end.
  public static let replaceOfUnbounded = Code("C832")
  /// A file that is written whole, of a flow that has no end.
  public static let documentOfStream = Code("C833")
  /// A key that is no column of the table it is written to.
  public static let keyWithoutColumn = Code("C846")
  /// Two sources of one topic with one consumer group.
  public static let sharedGroup = Code("G625")
}

extension Catalogue {
  static let connectors: [CatalogueEntry] = [
    CatalogueEntry(
      .optionOfOtherDirection, "option of the other direction",
      """
      Sources and sinks of one connector have options of their own: a source of Kafka has a `group:`, a sink a \
      `key:`.
      """,
      bad: """
        record Click { user: String }
        pipeline p {
          from clicks: Stream<Click> = kafka("clicks", key: c -> c.user)
          into out = stdout() <- clicks
        }
        """,
      good: """
        record Click { user: String }
        pipeline p {
          from clicks: Stream<Click> = kafka("clicks", group: "p")
          into out = kafka("seen", key: c -> c.user) <- clicks
        }
        """),
    CatalogueEntry(
      .optionConflict, "options that do not go together",
      """
      Two options exclude each other, or one has no meaning without another. None is ignored in silence.
      """,
      bad: """
        record Rate { currency: String, usd: Decimal }
        pipeline p {
          from rates: Table<Rate> = postgres("rates", cache: 5m)
          into out = stdout() <- rates
        }
        """,
      good: """
        record Rate { currency: String, usd: Decimal }
        pipeline p {
          from rates: Table<Rate> = postgres("rates", load: all)
          into out = stdout() <- rates
        }
        """),
    CatalogueEntry(
      .malformedName, "name that names nothing",
      """
      An empty path, a topic with spaces, an address without its scheme: what can never be found is told before \
      anything is looked for.
      """,
      bad: """
        record Click { user: String }
        pipeline p {
          from clicks: Stream<Click> = kafka("my clicks", group: "p")
          into out = stdout() <- clicks
        }
        """,
      good: """
        record Click { user: String }
        pipeline p {
          from clicks: Stream<Click> = kafka("my.clicks", group: "p")
          into out = stdout() <- clicks
        }
        """),
    CatalogueEntry(
      .elementOfConnector, "rows that the connector does not hold",
      """
      Some connectors have rows of one type: `lines` has `String`, `files` has `FileRef`, `artifact` has files and \
      folders.
      """,
      bad: """
        record Word { text: String }
        pipeline p {
          from words: Table<Word> = lines("words.txt")
          into out = stdout() <- words
        }
        """,
      good: """
        record Word { text: String }
        pipeline p {
          from words: Table<String> = lines("words.txt")
          into out = stdout() <- words.map(w -> Word { text: w })
        }
        """),
    CatalogueEntry(
      .fileInRows, "file as a column",
      """
      Files, folders and secrets are no data: rows can hold the path and the hash of a file. What is to be kept goes \
      to `artifact`.
      """,
      bad: """
        pipeline p {
          from scans: Table<FileRef> = files("scans/*.pdf")
          into out = jsonl("scans.jsonl") <- scans
        }
        """,
      good: """
        pipeline p {
          from scans: Table<FileRef> = files("scans/*.pdf")
          into out = jsonl("scans.jsonl") <- scans.map(s -> row { s.path, s.sha256 })
        }
        """),
    CatalogueEntry(
      .writeModeOfOther, "way of writing that is not there",
      """
      `write:` says what becomes of the rows that a sink holds already. Each connector has the ways that its kind of \
      storage allows: rows of a text file can't be found by their key.
      """,
      bad: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = csv("out.csv", write: upsert(by: o -> o.id)) <- orders
        }
        """,
      good: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = postgres("orders", write: upsert(by: o -> o.id)) <- orders
        }
        """),
    CatalogueEntry(
      .replaceOfUnbounded, "replacing all rows without end",
      """
      `replace` puts all rows of a flow in place of those that are there. An unbounded flow never has all its rows, \
      and a call has only its own.
      """,
      bad: """
        record Click { user: String }
        pipeline p {
          from clicks: Stream<Click> = kafka("clicks", group: "p")
          into out = postgres("clicks", write: replace) <- clicks
        }
        """,
      good: """
        record Click { user: String }
        pipeline p {
          from clicks: Stream<Click> = kafka("clicks", group: "p")
          into out = postgres("clicks", write: append) <- clicks
        }
        """),
    CatalogueEntry(
      .documentOfStream, "whole file without end",
      """
      A JSON document or a Parquet file is written when its last row is known, and an unbounded flow has none.
      """,
      bad: """
        record Click { user: String }
        pipeline p {
          from clicks: Stream<Click> = kafka("clicks", group: "p")
          into out = json("clicks.json") <- clicks
        }
        """,
      good: """
        record Click { user: String }
        pipeline p {
          from clicks: Stream<Click> = kafka("clicks", group: "p")
          into out = jsonl("clicks.jsonl") <- clicks
        }
        """),
    CatalogueEntry(
      .sharedGroup, "one consumer group for two sources",
      """
      Kafka divides the messages of a topic among the members of a group: two sources with one group would each see a \
      part.
      """,
      bad: """
        record Click { user: String }
        pipeline p {
          from a: Stream<Click> = kafka("clicks", group: "p")
          from b: Stream<Click> = kafka("clicks", group: "p")
          into out = stdout() <- a.union(b)
        }
        """,
      good: """
        record Click { user: String }
        pipeline p {
          from a: Stream<Click> = kafka("clicks", group: "p")
          into out = stdout() <- a.union(a)
        }
        """),
    CatalogueEntry(
      .keyWithoutColumn, "key that is no column",
      """
      A database finds the rows of a key by the columns of its table, so the key of a write to `postgres` is a field \
      of the record, or a row of fields. What is computed gets a field of its own.
      """,
      bad: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = postgres("orders", write: upsert(by: o -> o.shop.lower())) <- orders
        }
        """,
      good: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = postgres("orders", write: upsert(by: o -> row { o.id, o.shop })) <- orders
        }
        """),
  ]
}
