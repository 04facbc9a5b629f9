import Syntax

extension Rule {
  static let largeToList = Rule(
    "L938", "large-to-list", .performance, level: .note,
    "a very long list of job values",
    """
    `to_list(max: n)` makes a value that the plan itself carries: each element may become a job. Over 10,000 the plan \
    is slow to draw, to store and to schedule. Work on the flow, or on groups of rows.
    """,
    bad: """
      record Region { name: String }
      record Sale { region: String, amount: Int }
      /// Writes a file for each region.
      pipeline regions {
        from regions: Table<Region> = csv("regions.csv")
        from sales: Table<Sale> = csv("sales.csv")
        for name in regions.map(r -> r.name).to_list(max: 1_000_000) {
          into region = csv("out/{name}.csv") <- sales.filter(s -> s.region == name)
        }
      }
      """,
    good: """
      record Region { name: String }
      record Sale { region: String, amount: Int }
      /// Writes a file for each region.
      pipeline regions {
        from regions: Table<Region> = csv("regions.csv")
        from sales: Table<Sale> = csv("sales.csv")
        for name in regions.map(r -> r.name).to_list(max: 500) {
          into region = csv("out/{name}.csv") <- sales.filter(s -> s.region == name)
        }
      }
      """,
    checks: [
      .method(["to_list"]) { call, context in
        guard let most = call["max"], let number = most.wholeNumber, number > 10_000 else { return }
        context.report(
          "this list may have \(context.text(most.span)) elements", at: most.span,
          label: "the plan carries each of them", help: "work on the flow, or take fewer")
      }
    ])
}
