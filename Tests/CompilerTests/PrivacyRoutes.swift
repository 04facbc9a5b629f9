extension PrivacyTests.Route {
  /// Every way on which a value may leave.
  static let all: [Self] = sinks + values + operators + times + elsewhere

  private static let sinks: [Self] =
    [
      ("csv", #"csv("out.csv"«allow»)"#), ("jsonl", #"jsonl("out.jsonl"«allow»)"#),
      ("json", #"json("out.json"«allow»)"#), ("parquet", #"parquet("out.parquet"«allow»)"#),
      ("kafka", #"kafka("out"«allow»)"#), ("dataset", #"dataset("out"«allow»)"#),
      ("postgres", #"postgres("out"«allow»)"#), ("stdout", #"stdout(«allow only»)"#),
    ].map { name, connector in
      Self("sink \(name)", "into out = \(connector) <- people.map(p -> row { p.id, x: «p.email» }) // here")
    } + [
      Self("sink lines", #"into out = lines("out.txt"«allow») <- people.map(p -> «p.email») // here"#)
    ]

  private static let values: [Self] = [
    Self(value: "field", "«p.email»"),
    Self(value: "interpolation", #""<{«p.email»}>""#),
    Self(value: "interpolation in interpolation", #""a{"b{«p.email»}"}""#),
    Self(value: "function", "shared.shout(«p.email»)"),
    Self(value: "function of a function", "shared.shout(shared.shout(«p.email»))"),
    Self(
      value: "function with a block", declarations: #"fn f(t: String) -> String { let u = "{t}!"\#n u }"#,
      "f(«p.email»)"),
    Self(value: "record of a function", "shared.opened(p.id, «p.email»).text"),
    Self(value: "method", "«p.email».lower()"),
    Self(value: "argument of a method", #"p.name.replace("a", «p.email»)"#),
    Self(value: "length", "«p.email».len()"),
    Self(value: "comparison", #"«p.email» == "a""#),
    Self(value: "comparison with another", "p.name < «p.email»"),
    Self(value: "membership", #"«p.email» in ["a", "b"]"#),
    Self(value: "and", #"p.id > 1 && «p.email» == "a""#),
    Self(value: "not", #"!(«p.email» == "a")"#),
    Self(value: "list", "[p.name, «p.email»]"),
    Self(value: "element of a list", "[p.name, «p.email»].first()"),
    Self(value: "list map", "[«p.email»].map(t -> t.lower())"),
    Self(value: "list filter", #"[1, 2].filter(n -> n > «p.email».len())"#),
    Self(value: "list any", #"[«p.email»].any(t -> t == "a")"#),
    Self(value: "list join", #"[«p.email», "b"].join(",")"#),
    Self(value: "list sort", "[«p.email»].sort(by: t -> t)"),
    Self(value: "list min_by", "[p].min_by(q -> «q.email»)?.id"),
    Self(value: "list zip", "[p.id].zip([«p.email»]).map(z -> z.right)"),
    Self(value: "list enumerate", "[«p.email»].enumerate().map(e -> e.value)"),
    Self(value: "list index", #"[«p.email»][0] else """#),
    Self(value: "map", #"["a": «p.email»]"#),
    Self(value: "key of a map", "[«p.email»: 1]"),
    Self(value: "entries of a map", #"["a": «p.email»].entries().map(e -> e.value)"#),
    Self(value: "look-up in a map", #"["a": 1][«p.email»]"#),
    Self(value: "match", #"match «p.email» { "a" -> 1, else -> 2 }"#),
    Self(value: "arm of a match", #"match p.id { 1 -> «p.email», else -> "" }"#),
    Self(value: "condition", #"if «p.email» == "a" { 1 } else { 2 }"#),
    Self(value: "branch", #"if p.id == 1 { «p.email» } else { "" }"#),
    Self(value: "??", #"(if p.id == 1 { «p.email» } else { none }) ?? "none""#),
    Self(value: "fallback of ??", #"(if p.id == 1 { p.name } else { none }) ?? «p.email»"#),
    Self(value: "else", "«p.email».to_int() else 0"),
    Self(value: "fallback of else", "(p.name.to_int() else «p.email».len())"),
    Self(value: "if let", "if let n = [«p.email»].first() { 1 } else { 2 }"),
    Self(value: "optional chaining", "[row { t: «p.email» }].first()?.t"),
    Self(
      "let",
      """
      into out = csv("out.csv"«allow») <- people.map(p -> { // here
        let t = «p.email»
        row { t }
      })
      """),
    Self(value: "json.encode", "json.encode([«p.email»])"),
    Self(value: "json.parse", "json.parse<Int>(«p.email») else 0"),
    Self(value: "row", "row { inner: row { text: «p.email» } }"),
    Self(value: "row of a row", "(row { inner: row { text: «p.email» } }).inner"),
    Self(value: "spread of a row", "row { ...row { p.id, text: «p.email» } }"),
    Self(value: "distinct type", declarations: "type Mail = String", "Mail(«p.email»)"),
    Self(value: "raw of a distinct type", declarations: "type Mail = String", "Mail(«p.email»).raw"),
    Self(value: "digest", "«p.email».sha256()"),
    Self(value: "capture", #"«p.email».capture(re"(.*)@.*")"#),
    Self(value: "range", "0..<«p.email».len()"),
    Self(value: "arithmetic", "«p.email».len() * 2 + 1"),
    Self(value: "division", "10 / «p.email».len() else 0"),
  ]

  private static let operators: [Self] = [
    Self(rows: "filter", ".filter(r -> r.id > 1)"),
    Self(rows: "flat_map", ".flat_map(r -> [r, r])"),
    Self(rows: "union", ".union(rows)"),
    Self(rows: "distinct", ".distinct(by: r -> r.id)"),
    Self(rows: "sort", ".sort(by: r -> r.id)"),
    Self(rows: "sort key that is written", ".sort(by: r -> r.text).map(r -> row { key: r.text })"),
    Self(rows: "limit", ".sort(by: r -> r.text).limit(3)"),
    Self(rows: "top", ".top(3, by: r -> r.id)"),
    Self(rows: "top of groups", ".group_by(r -> r.name).top(1, by: r -> r.id)"),
    Self(rows: "sample", ".sample(0.5, by: r -> r.id)"),
    Self(rows: "group key", ".group_by(r -> r.text).aggregate(g -> row { k: g.key, n: g.count() })"),
    Self(
      rows: "part of a group key",
      ".group_by(r -> row { r.id, r.text }).aggregate(g -> row { k: g.key.text, n: g.count() })"),
    Self(rows: "min", ".group_by(r -> r.id).aggregate(g -> row { x: g.min(r -> r.text) })"),
    Self(rows: "max", ".aggregate(g -> row { x: g.max(r -> r.text) })"),
    Self(rows: "sum", ".aggregate(g -> row { x: g.sum(r -> r.text.len()) })"),
    Self(rows: "mean", ".aggregate(g -> row { x: g.mean(r -> r.text.len()) })"),
    Self(rows: "stddev", ".aggregate(g -> row { x: g.stddev(r -> r.text.len()) })"),
    Self(rows: "quantile", ".aggregate(g -> row { x: g.quantile(r -> r.text.len(), 0.5) })"),
    Self(rows: "collect", ".aggregate(g -> row { x: g.collect(r -> r.text) })"),
    Self(rows: "any", #".aggregate(g -> row { x: g.any(r -> r.text == "a") })"#),
    Self(rows: "all", #".aggregate(g -> row { x: g.all(r -> r.text == "a") })"#),
    Self(rows: "min_by", ".aggregate(g -> row { x: g.min_by(r -> r.text)?.id })"),
    Self(rows: "top of a group", ".aggregate(g -> row { x: g.top(2, by: r -> r.text).map(r -> r.id) })"),
    Self(rows: "where", ".aggregate(g -> row { x: g.where(r -> r.id > 1).max(r -> r.text) })"),
    Self(
      rows: "join key",
      ".join(others, on: (r, o) -> r.text == o.text, select: (r, o) -> row { r.id, key: r.text })",
      sources: #"from others: Table<Open> = csv("others.csv")"#),
    Self(
      rows: "left_join",
      ".left_join(others, on: (r, o) -> r.id == o.id, select: (r, o) -> row { ...r, o?.id })",
      sources: #"from others: Table<Open> = csv("others.csv")"#),
    Self(
      rows: "right side of a left_join",
      ".left_join(rows, on: (a, b) -> a.id == b.id, select: (a, b) -> row { a.id, x: b?.text })"),
    Self(
      rows: "semi_join", ".semi_join(others, on: (r, o) -> r.id == o.id)",
      sources: #"from others: Table<Open> = csv("others.csv")"#),
    Self(
      rows: "anti_join", ".anti_join(others, on: (r, o) -> r.id == o.id)",
      sources: #"from others: Table<Open> = csv("others.csv")"#),
    Self(
      "split",
      """
      let a, b = people.map(p -> row { p.id, text: «p.email» }).split(0.5, by: r -> r.id)
      discard a
      into out = csv("out.csv"«allow») <- b // here
      """),
    Self(
      "flow function of another module",
      #"into out = csv("out.csv"«allow») <- shared.kept(people.map(p -> shared.opened(p.id, «p.email»))) // here"#
    ),
    Self(
      "flow function that computes",
      #"into out = csv("out.csv"«allow») <- shared.noted(people.map(p -> shared.opened(p.id, «p.email»))) // here"#
    ),
    Self(
      "value of a flow function",
      declarations:
        "fn marked(people: Flow<Person>, t: String) -> Flow<Open> { people.map(p -> Open { p.id, text: t }) }",
      """
      let first = people.aggregate(g -> row { text: g.max(p -> «p.email») ?? "" }).single()
      into out = csv("out.csv"«allow») <- marked(people, first.text) // here
      """),
  ]

  private static let times: [Self] = [
    Self(stream: "timed", ".filter(r -> r.id > 1)"),
    Self(
      stream: "window",
      ".window(tumbling(1m), late: fail).group_by(r -> r.id).aggregate(g -> row { x: g.max(r -> r.text) })"),
    Self(
      stream: "key of a window",
      ".window(tumbling(1m), late: fail).group_by(r -> r.text).aggregate(g -> row { x: g.key, at: g.window.start })"
    ),
    Self(stream: "top of a window", ".window(tumbling(1m), late: fail).top(3, by: r -> r.id)"),
    Self(
      stream: "scan",
      #".group_by(r -> r.id).scan(row { t: "" }, (s, r) -> row { t: r.text }, emit: (s, r) -> row { s.t }, ttl: 1h, late: fail)"#
    ),
    Self(
      stream: "rolling",
      ".group_by(r -> r.id).rolling(1h, (r, g) -> row { x: g.max(q -> q.text) }, late: fail)"),
    Self(stream: "row of rolling", ".group_by(r -> r.id).rolling(1h, (r, g) -> row { r.text }, late: fail)"),
    Self(
      stream: "first",
      ".window(tumbling(1m), late: fail).group_by(r -> r.id).aggregate(g -> row { x: g.first(r -> r.text) })"),
    Self(stream: "distinct within", ".distinct(by: r -> r.id, within: 1h, late: fail)"),
    Self(
      "late rows", sources: #"from people: Stream<Person> = kafka("people", group: "g")"#,
      """
      let rows = people.map(p -> row { p.id, text: «p.email», p.at }).timed(r -> r.at, delay: 10s)
      let windowed, late = rows.window(tumbling(1m))
      discard windowed.group_by(r -> r.id).aggregate(g -> row { n: g.count() })
      into out = kafka("out"«allow») <- late // here
      """),
    Self(
      "latest", sources: #"from people: Stream<Person> = kafka("people", group: "g")"#,
      """
      let rows = people.map(p -> row { p.id, text: «p.email», p.at }).timed(r -> r.at, delay: 10s)
      into out = kafka("out", write: upsert(by: r -> r.id)«allow») <- rows.group_by(r -> r.id).latest(ttl: 1h, late: fail) // here
      """),
  ]

  private static let elsewhere: [Self] = [
    Self(
      "record field", code: "S720", allowOpens: false,
      #"into out = csv("out.csv"«allow») <- people.map(p -> Open { p.id, text: «p.email» }) // here"#),
    Self(
      "spread into a record", code: "S720", allowOpens: false,
      #"into out = csv("out.csv"«allow») <- people.map(p -> Open { ...row { p.id, text: «p.email» } }) // here"#
    ),
    Self(
      "result of a function", code: "S721", allowOpens: false,
      declarations: "fn told(p: Person) -> String { «p.email» } // here",
      #"into out = csv("out.csv"«allow») <- people.map(p -> row { x: told(p) })"#),
    Self(
      "result of a flow function", code: "S721", allowOpens: false,
      declarations: "fn told(people: Flow<Person>) -> Flow<String> { people.map(p -> «p.email») } // here",
      #"into out = lines("out.txt"«allow») <- told(people)"#),
    Self(
      "written type of let", code: "S722", allowOpens: false,
      """
      into out = csv("out.csv"«allow») <- people.map(p -> {
        let t: String = «p.email» // here
        row { t }
      })
      """),
    Self(
      "written type of a sink", code: "S722", allowOpens: false,
      #"into out: Table<Open> = csv("out.csv"«allow») <- people.map(p -> shared.opened(p.id, «p.email»)) // here"#
    ),
    Self(
      "written type of a flow", code: "S722", allowOpens: false,
      """
      let opens: Table<Open> = people.map(p -> shared.opened(p.id, «p.email»)) // here
      into out = csv("out.csv"«allow») <- opens
      """),
    Self(
      "reply", code: "S731", sources: #"from people: Request<Person> = http(post, "/people")"#,
      "reply people.map(p -> row { p.id, x: «p.email» }) «allow [pii]» // here"),
    Self(
      "argument of a task", code: "S732", allowOpens: false, declarations: task,
      #"into out = csv("out.csv"«allow») <- people.map(p -> row { x: score(«p.email») }) // here"#),
    Self(
      "result of a task",
      declarations: openTask,
      #"into out = csv("out.csv"«allow») <- people.map(p -> row { x: score(«p.email») }) // here"#),
    Self(
      "table of a job", code: "S732", allowOpens: false, declarations: job,
      """
      let facts = count(people.map(p -> shared.opened(p.id, «p.email»))) // here
      into out = csv("out.csv"«allow») <- people.map(p -> row { facts.n })
      """),
    Self(
      "job value",
      """
      let first = people.aggregate(g -> row { text: g.max(p -> «p.email») ?? "" }).single()
      into out = csv("out.csv"«allow») <- people.map(p -> row { p.id, first.text }) // here
      """),
    Self(
      "list of a job",
      """
      let texts = people.map(p -> «p.email»).to_list(max: 10)
      into out = jsonl("out.jsonl"«allow») <- people.map(p -> row { p.id, texts }) // here
      """),
    Self(
      "pass of a for",
      """
      let texts = people.map(p -> «p.email»).to_list(max: 10)
      let all = for t in texts { "{t}!" }
      into out = jsonl("out.jsonl"«allow») <- people.map(p -> row { p.id, all }) // here
      """),
    Self(
      "dead letter",
      """
      let ok, bad = people.map(p -> row { p.name, text: «p.email» }).try_map(r -> row { n: r.name.to_int() })
      discard ok
      into out = jsonl("out.jsonl"«allow») <- bad.map(b -> fault_of(b)) // here
      """),
    Self(
      "input of a failed row",
      """
      let ok, bad = people.map(p -> row { p.name, text: «p.email» }).try_map(r -> row { n: r.name.to_int() })
      discard ok
      into out = jsonl("out.jsonl"«allow») <- bad.map(b -> row { b.input }) // here
      """),
    Self(
      "error text of a failed row",
      """
      let ok, bad = people.map(p -> row { text: «p.email» }).try_map(r -> row { n: r.text.to_int() })
      discard ok
      into out = jsonl("out.jsonl"«allow») <- bad.map(b -> row { b.error }) // here
      """),
    Self(
      "own text of a failed row",
      """
      let ok, bad = people.map(p -> row { p.id, text: «p.email» }).try_map(r -> if r.id == 1 { fail("no {r.text}") } else { r.id })
      discard ok
      into out = jsonl("out.jsonl"«allow») <- bad.map(b -> row { b.error }) // here
      """),
    Self(
      "text of fail", code: "S741", allowOpens: false,
      """
      let known = people.map(p -> if p.id == 1 { fail("no {«p.email»}") } else { row { p.id } }) // here
      into out = csv("out.csv"«allow») <- known
      """),
    Self(
      "text of fail in a function", code: "S741", allowOpens: false,
      declarations: #"fn need(t: String) -> Int! { if t == "" { fail("no {t}") } else { 1 } }"#,
      """
      let known = people.map(p -> row { n: if (try need(«p.email»)) > 0 { 1 } else { 1 }, p.id }) // here
      into out = csv("out.csv", allow: [pii]) <- known
      """),
    Self(
      "text of fail as a statement", code: "S741", allowOpens: false,
      """
      let first = people.aggregate(g -> row { text: g.max(p -> «p.email») ?? "" }).single()
      if first.text == "" { fail("only {first.text}") } // here
      """),
    Self(
      "path", code: "S740", allowOpens: false,
      """
      let first = people.aggregate(g -> row { text: g.max(p -> «p.email») ?? "" }).single()
      into out = csv("out-{first.text}.csv"«allow») <- people.map(p -> row { p.id }) // here
      """),
    Self(
      "partition", code: "S740", allowOpens: false,
      """
      let first = people.aggregate(g -> row { text: g.max(p -> «p.email») ?? "" }).single()
      into out = dataset("out", partition: first.text«allow») <- people.map(p -> row { p.id }) // here
      """),
    Self(
      "topic", code: "S740", allowOpens: false,
      """
      let first = people.aggregate(g -> row { text: g.max(p -> «p.email») ?? "" }).single()
      into out = kafka("out-{first.text}"«allow») <- people.map(p -> row { p.id }) // here
      """),
    Self(
      "key of a message",
      """
      let first = people.aggregate(g -> row { text: g.max(p -> «p.email») ?? "" }).single()
      into out = kafka("out", key: o -> first.text«allow») <- people.map(p -> row { p.id }) // here
      """),
    Self(
      "namespaced record",
      declarations: "fn wrap(p: Person) -> shared.Wrapped { shared.Wrapped { id: 1, person: p } }",
      #"into out = csv("out.csv"«allow») <- people.map(p -> row { x: «wrap(p).person.email» }) // here"#),
  ]

  private static let task = """
    task score(text: String) -> Float {
      python "score.py:score"
      effect pure
    }
    """

  private static let openTask = """
    task score(text: String) -> Float {
      python "score.py:score"
      effect pure
      allow [pii]
    }
    """

  private static let job = """
    record Facts { n: Int }
    task count(table: Table<Open>) -> Facts {
      command "count {table} {out}"
      effect pure
    }
    """
}
