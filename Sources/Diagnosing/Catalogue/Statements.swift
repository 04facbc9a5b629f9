// Statements of pipelines: N278, N279, G620 to G624.

extension Code {
  /// `faults` in a function.
  public static let faultsInFunction = Code("N279")
  /// `faults` that are written nowhere.
  public static let faultsWithoutSink = Code("G621")
}

extension Catalogue {
  static let statements: [CatalogueEntry] = [
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
