import Testing

/// Every operator that may stand on a stream, as the language lists them, in arrangements that differ in partitions,
/// threads, epochs and the place of a kill.
@Suite("Each operator has one meaning in every mode")
struct OperatorModesTests {
  /// Two streams over three days around a change of clocks, with rows of one time, and a table.
  private static func program(_ body: String) -> String {
    """
    record Click { user: String, at: Timestamp, ms: Int }
    record View { user: String, page: String, at: Timestamp }
    record User { name: String, country: String }
    record Count { key: String, n: Int, at: Timestamp }

    fn time(k: Int) -> Timestamp {
      "2026-03-{28 + k / 15} {10 + k % 15 / 3}:{10 + k % 3 * 20}:00".to_timestamp("%Y-%m-%d %H:%M:%S")
        else timestamp("2026-01-01T00:00:00Z")
    }
    fn clicks() -> List<Click> {
      (0..<80).map(i -> Click { user: "u{i * 7 % 5}", at: time(i / 2), ms: i * 37 % 101 })
    }
    fn views() -> List<View> {
      (0..<40).map(i -> View { user: "u{i * 3 % 7}", page: "p{i % 4}", at: time(i) })
    }
    fn users() -> List<User> {
      (0..<4).map(i -> User { name: "u{i}", country: if i % 2 == 0 { "de" } else { "it" } })
    }
    fn hourly(clicks: Flow<Click>) -> Flow<Count> {
      clicks
        .window(tumbling(1h), late: fail)
        .group_by(c -> c.user)
        .aggregate(g -> Count { key: g.key, n: g.sum(c -> c.ms), at: g.window.start })
    }

    pipeline p {
      from raw: Stream<Click> = kafka("clicks", group: "p")
      from seen: Stream<View> = kafka("views", group: "p")
      from users: Table<User> = csv("users.csv")
      let clicks = raw.timed(c -> c.at, delay: 2h)
      let views = seen.timed(v -> v.at, delay: 2h)
      into all_views = jsonl("views") <- views
      into known = jsonl("known") <- clicks.semi_join(users, on: (c, u) -> c.user == u.name)
      \(body)
    }
    test "all rows" for p {
      given raw = clicks()
      given seen = views()
      given users = users()
      expect out { rows(min: 1) }
    }
    """
  }

  private static func windowed(
    _ window: String, _ value: String = "g.count()", start: String = "g.window.start"
  ) -> String {
    """
    into out = jsonl("out") <- clicks.window(\(window), late: fail).group_by(c -> c.user)
      .aggregate(g -> Count { key: g.key, n: \(value), at: \(start) })
    """
  }

  private static func joined(_ join: String, _ options: String, optional: String = "") -> String {
    """
    into out = jsonl("out") <- clicks.\(join)(views, on: (c, v) -> c.user == v.user\(options), late: fail,
      select: (c, v) -> View { c.user, page: "{v\(optional).page\(optional.isEmpty ? "" : #" ?? "-""#)} {c.ms}", c.at })
    """
  }

  static let windows = [
    windowed("tumbling(1h)"),
    windowed("tumbling(1d, zone: \"Europe/Berlin\")"),
    windowed("sliding(2h, every: 30m)"),
    windowed("sliding(2h, every: 30m), lateness: 1h"),
    windowed("session(gap: 30m)", start: "g.window.end"),
    windowed("session(gap: 30m), lateness: 1h"),
    """
    let windowed, late = clicks.window(tumbling(2h))
    into out = jsonl("out") <- windowed.aggregate(g -> Count { key: "all", n: g.count(), at: g.window.end })
    into too_late = jsonl("late") <- late
    """,
    """
    into out = jsonl("out") <- hourly(clicks).window(tumbling(1d), late: fail).group_by(h -> h.key)
      .aggregate(g -> Count { key: g.key, n: g.max(h -> h.n), at: g.window.start })
    """,
    """
    into out = jsonl("out") <- clicks.window(tumbling(3h), late: fail).group_by(c -> c.user)
      .top(2, by: c -> c.ms % 10, then: c -> c.ms)
    """,
    "into out = jsonl(\"out\") <- clicks.window(tumbling(3h), late: fail).top(3, by: c -> c.ms % 4, ties: keep)",
  ]

  static let aggregates =
    [
      "g.sum(c -> c.ms)", "(g.mean(c -> c.ms) * 1000).to_int() else 0",
      "((g.stddev(c -> c.ms) ?? 0) * 1000).to_int() else 0", "g.min(c -> c.ms)", "g.max(c -> c.ms)",
      "g.min_by(c -> c.ms % 7).ms", "g.max_by(c -> c.ms % 7).ms", "g.first(c -> c.ms)", "g.last(c -> c.ms)",
      "g.collect(c -> c.ms).sum()", "g.count_distinct(c -> c.ms % 7)", "g.quantile(c -> c.ms, 0.5)",
      "g.top(2, by: c -> c.ms).map(c -> c.ms).sum()", "if g.any(c -> c.ms > 90) { 1 } else { 0 }",
      "if g.all(c -> c.ms > 10) { 1 } else { 0 }", "g.where(c -> c.ms > 50).sum(c -> c.ms)",
    ].map { windowed("sliding(3h, every: 1h)", $0) } + [windowed("session(gap: 1h)", "g.first(c -> c.ms)")]

  static let keyed =
    [
      "50m", "30d",
    ].map { ttl in
      """
      into out = jsonl("out") <- clicks.group_by(c -> c.user).scan(0, (s, c) -> s + c.ms,
        emit: (s, c) -> Count { key: c.user, n: s, at: c.at }, ttl: \(ttl), late: fail)
      """
    } + [
      """
      into out = jsonl("out") <- clicks.group_by(c -> c.user)
        .rolling(2h, (c, g) -> Count { key: c.user, n: g.sum(x -> x.ms) + g.first(x -> x.ms), at: c.at }, late: fail)
      """,
      """
      into out = postgres("out", url: secret("pg"), write: upsert(by: c -> c.user))
        <- clicks.group_by(c -> c.user).latest(ttl: 30d, late: fail)
      """,
      "into out = jsonl(\"out\") <- clicks.distinct(by: c -> c.user, within: 2h, late: fail)",
      "into out = jsonl(\"out\") <- clicks.map(c -> row { c.user, slow: c.ms > 50 }).distinct(within: 90m, late: fail)",
    ]

  static let joins = [
    joined("join", ", within: 1h"),
    joined("left_join", ", within: 30m", optional: "?"),
    joined("left_join", " && v.page != \"p1\" && c.ms > 20, within: 1h", optional: "?"),
    joined("join", ", as_of: 2h"),
    joined("left_join", ", as_of: forever", optional: "?"),
    "into out = jsonl(\"out\") <- clicks.semi_join(views, on: (c, v) -> c.user == v.user, within: 30m, late: fail)",
    "into out = jsonl(\"out\") <- clicks.anti_join(views, on: (c, v) -> c.user == v.user, within: 30m, late: fail)",
    """
    let last = views.group_by(v -> v.user).latest(ttl: 5h, late: fail)
    into out = jsonl("out") <- clicks.left_join(last, on: (c, v) -> c.user == v.user,
      select: (c, v) -> View { c.user, page: "{v?.page ?? "-"} {c.ms}", c.at })
    """,
    """
    let last = views.group_by(v -> v.page).latest(ttl: 5h, late: fail)
    into out = jsonl("out") <- clicks.join(last, on: (c, v) -> c.user == v.user,
      select: (c, v) -> View { c.user, page: "{v.page} {c.ms}", c.at })
    """,
    """
    let from = clicks.left_join(users, on: (c, u) -> c.user == u.name,
      select: (c, u) -> View { c.user, page: u?.country ?? "?", c.at })
    into out = jsonl("out") <- from.window(tumbling(1h), late: fail).group_by(v -> v.page)
      .aggregate(g -> Count { key: g.key, n: g.count(), at: g.window.start })
    """,
    "into out = jsonl(\"out\") <- raw.anti_join(users, on: (c, u) -> c.user == u.name)",
    """
    let firsts = users.group_by(u -> u.country).aggregate(g -> row { country: g.key, least: g.min(u -> u.name) })
      .sort(by: u -> desc(u.country)).limit(1)
    into out = jsonl("out") <- raw.semi_join(firsts, on: (c, u) -> c.user == u.least)
    """,
  ]

  static let rowWise = [
    "into out = jsonl(\"out\") <- hourly(clicks.union(views.map(v -> Click { v.user, v.at, ms: 1 })))",
    "into out = jsonl(\"out\") <- hourly(clicks.flat_map(c -> (0..<(c.ms % 3)).map(i -> Click { ...c, ms: i })))",
    "into out = jsonl(\"out\") <- hourly(clicks.sample(0.4, by: c -> c.ms))",
    """
    let some, others = clicks.split(0.5, by: c -> c.user)
    into out = jsonl("out") <- hourly(some)
    into rest = jsonl("rest") <- others
    """,
    """
    let quick, failed = clicks.try_map(c -> Click { ...c, ms: 100 / (c.ms % 5) })
    into out = jsonl("out") <- hourly(quick)
    into dead = jsonl("dead") <- failed.map(f -> fault_of(f))
    """,
    """
    let large = clicks.map(c -> Click { ...c, ms: if c.ms > 90 { c.ms + 9_223_372_036_854_775_807 } else { c.ms } })
    into out = jsonl("out") <- hourly(large)
    into dead = jsonl("dead") <- faults.map(f -> row { f.operator, f.kind, f.message, f.payload })
    """,
    """
    check users { rows(min: 4) }
    check clicks { every(c -> c.ms >= 0) }
    into out = jsonl("out") <- hourly(clicks)
    """,
  ]

  @Test(
    "It gives the same as batch and stream",
    arguments: windows + aggregates + keyed + joins + rowWise)
  func same(body: String) async throws {
    let program = try await TestedProgram(Self.program(body))
    #expect(await program.failures(seeds: [1, 4]) == [])
  }

  @Test("What nothing is given for is an empty stream")
  func empty() async throws {
    let text = Self.program(Self.joined("left_join", ", as_of: forever", optional: "?"))
      .replacing("given seen = views()", with: "given seen = []")
    #expect(await (try TestedProgram(text)).failures(seeds: [1, 4]) == [])
  }
}
