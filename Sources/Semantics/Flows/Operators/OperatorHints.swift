/// What people write out of habit from SQL, pandas, Spark or Swift, and what it is called here.
enum OperatorHints {
  private static let habits: [String: String] = [
    "where": "rows are kept with `.filter(r -> ...)`",
    "select": "rows are shaped with `.map(r -> Record { ... })`",
    "project": "rows are shaped with `.map(r -> Record { ... })`",
    "mutate": "rows are shaped with `.map(r -> Record { ...r, ... })`",
    "with_column": "rows are shaped with `.map(r -> Record { ...r, ... })`",
    "with_columns": "rows are shaped with `.map(r -> Record { ...r, ... })`",
    "assign": "rows are shaped with `.map(r -> Record { ...r, ... })`",
    "rename": "rows are shaped with `.map(r -> Record { ... })`",
    "drop": "rows are shaped with `.map(r -> Record { ... })`; whole flows are dropped with `discard`",
    "apply": "rows are shaped with `.map(r -> Record { ... })`",
    "explode": "a list becomes rows with `.flat_map(r -> r.items)`",
    "unnest": "a list becomes rows with `.flat_map(r -> r.items)`",
    "group": "groups are made with `.group_by(r -> r.key).aggregate(g -> ...)`",
    "having": "filter the groups' rows behind `aggregate`: `.aggregate(g -> ...).filter(r -> ...)`",
    "agg": "groups are summed up with `.aggregate(g -> Record { key: g.key, total: g.sum(r -> r.x) })`",
    "summarize": "groups are summed up with `.aggregate(g -> Record { ... })`",
    "summarise": "groups are summed up with `.aggregate(g -> Record { ... })`",
    "reduce": "groups are summed up with `.aggregate(g -> Record { ... })`",
    "fold": "groups are summed up with `.aggregate(g -> Record { ... })`",
    "count": "rows are counted with `.aggregate(g -> row { rows: g.count() })`",
    "sum": "sum with `.aggregate(g -> row { total: g.sum(r -> r.x) })`",
    "mean": "average with `.aggregate(g -> row { mean: g.mean(r -> r.x) })`",
    "avg": "average with `.aggregate(g -> row { mean: g.mean(r -> r.x) })`",
    "min": "take the least with `.aggregate(g -> row { least: g.min(r -> r.x) })`",
    "max": "take the greatest with `.aggregate(g -> row { greatest: g.max(r -> r.x) })`",
    "order_by": "order with `.sort(by: r -> r.x)`, downwards with `.sort(by: r -> desc(r.x))`",
    "order": "order with `.sort(by: r -> r.x)`, downwards with `.sort(by: r -> desc(r.x))`",
    "sort_by": "order with `.sort(by: r -> r.x)`, downwards with `.sort(by: r -> desc(r.x))`",
    "sort_values": "order with `.sort(by: r -> r.x)`, downwards with `.sort(by: r -> desc(r.x))`",
    "sorted": "order with `.sort(by: r -> r.x)`, downwards with `.sort(by: r -> desc(r.x))`",
    "arrange": "order with `.sort(by: r -> r.x)`, downwards with `.sort(by: r -> desc(r.x))`",
    "head": "the first rows are `.sort(by: r -> r.x).limit(n)`, the greatest `.top(n, by: r -> r.x)`",
    "take": "the first rows are `.sort(by: r -> r.x).limit(n)`, the greatest `.top(n, by: r -> r.x)`",
    "first": "the first rows are `.sort(by: r -> r.x).limit(n)`, the greatest `.top(n, by: r -> r.x)`",
    "last": "the last rows are `.sort(by: r -> desc(r.x)).limit(n)`",
    "tail": "the last rows are `.sort(by: r -> desc(r.x)).limit(n)`",
    "unique": "doubles are dropped with `.distinct(by: r -> r.key)`",
    "dedupe": "doubles are dropped with `.distinct(by: r -> r.key)`",
    "deduplicate": "doubles are dropped with `.distinct(by: r -> r.key)`",
    "drop_duplicates": "doubles are dropped with `.distinct(by: r -> r.key)`",
    "union_all": "flows of one record are put together with `.union(other)`, which keeps doubles",
    "concat": "flows of one record are put together with `.union(other)`",
    "append": "flows of one record are put together with `.union(other)`",
    "merge": "match two flows with `.join(other, on: (a, b) -> a.key == b.key, select: (a, b) -> ...)`",
    "inner_join": "write `.join(other, on: (a, b) -> a.key == b.key, select: (a, b) -> ...)`",
    "outer_join": "write `.left_join(...)`, and `.union` with what `.anti_join` leaves of the other side",
    "full_join": "write `.left_join(...)`, and `.union` with what `.anti_join` leaves of the other side",
    "right_join": "exchange the two sides and write `.left_join(...)`",
    "except": "rows without a match are kept by `.anti_join(other, on: (a, b) -> a.key == b.key)`",
    "minus": "rows without a match are kept by `.anti_join(other, on: (a, b) -> a.key == b.key)`",
    "intersect": "rows with a match are kept by `.semi_join(other, on: (a, b) -> a.key == b.key)`",
    "partition": "split a flow by a condition with two `.filter(r -> ...)`, by chance with `.split(0.9)`",
    "for_each": "a flow is written with `into name = csv(\"...\") <- flow`",
    "write": "a flow is written with `into name = csv(\"...\") <- flow`",
    "to_csv": "a flow is written with `into name = csv(\"...\") <- flow`",
    "show": "a flow is shown with `into shown = stdout(format: table) <- flow`",
    "print": "a flow is shown with `into shown = stdout(format: table) <- flow`",
    "collect": "a flow is written with `into name = ... <- flow`; a group's values are `g.collect(r -> r.x)`",
  ]

  /// A sentence about `name` in any spelling (`orderBy`, `ORDER_BY`), if it is a known habit.
  static func habit(_ name: String) -> String? {
    if let hint = habits[name] { return hint }
    var folded = ""
    for scalar in name.unicodeScalars {
      if scalar.properties.isUppercase, !folded.isEmpty, folded.last != "_",
        name.unicodeScalars.contains(where: \.properties.isLowercase)
      {
        folded += "_"
      }
      folded += scalar.properties.lowercaseMapping
    }
    return habits[folded]
  }
}
