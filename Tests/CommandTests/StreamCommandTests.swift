import Foundation
import Subprocess
import Testing

/// A stream that reads a folder of growing files, and what it has made visible.
private struct StreamFixture {
  let sandbox: Sandbox
  let file: String

  init(_ program: String, _ file: String = "stream.thal") throws {
    sandbox = try Sandbox()
    self.file = file
    try sandbox.write(program, to: file)
    try sandbox.write("", to: "in/.keep")
  }

  /// Adds rows at the end of an input file, at once.
  func append(_ lines: [String], to name: String) throws {
    let url = URL(fileURLWithPath: sandbox.path).appending(path: "in/\(name)")
    if !FileManager.default.fileExists(atPath: url.path) { try Data().write(to: url) }
    let handle = try FileHandle(forWritingTo: url)
    defer { try? handle.close() }
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
  }

  /// The rows of all epochs that are visible in a sink's folder.
  func visible(_ sink: String) throws -> [String] { try sandbox.rows(of: sink) }

  /// Starts the stream, or lets it go on, and ends it by a signal when `isEnough` says so.
  func run(
    endedBy signal: Signal, when isEnough: @escaping @Sendable () async throws -> Bool
  ) async throws -> CommandResult {
    try await sandbox.stream(file, endedBy: signal, when: isEnough)
  }
}

@Suite("A stream of files", .serialized)
struct StreamCommandTests {
  private static let copy = """
    record Reading { id: Int, at: Timestamp, value: Int }
    record Sum { at: Timestamp, count: Int, total: Int }
    pipeline copy {
      from readings: Stream<Reading> = jsonl("in/*.jsonl", every: 5ms)
      into all = jsonl("all") <- readings
      let windowed, late = readings.timed(r -> r.at, delay: 2s).window(tumbling(10s))
      into sums = jsonl("sums") <- windowed.aggregate(
        g -> Sum { at: g.window.start, count: g.count(), total: g.sum(r -> r.value) })
      discard late
      run stream { checkpoint: 10ms }
    }
    """

  private static func reading(_ id: Int) -> String {
    let seconds = id / 20
    let time = "2026-01-01T\(pad(seconds / 3600)):\(pad(seconds / 60 % 60)):\(pad(seconds % 60))Z"
    return "{\"id\":\(id),\"at\":\"\(time)\",\"value\":\(id % 7)}"
  }

  private static func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  @Test("It writes what has come, stops with a savepoint, and goes on without loss or repetition")
  func stopsAndGoesOn() async throws {
    let stream = try StreamFixture(Self.copy)
    try stream.append((0..<500).map(Self.reading), to: "a.jsonl")
    let first = try await stream.run(endedBy: .interrupt) { try stream.visible("all").count >= 500 }
    #expect(first.status == .exited(130))
    #expect(first.error.contains("stopped"))
    try stream.append((500..<900).map(Self.reading), to: "a.jsonl")
    try stream.append((900..<1000).map(Self.reading), to: "b.jsonl")
    _ = try await stream.run(endedBy: .interrupt) { try stream.visible("all").count >= 1000 }
    #expect(try stream.visible("all").sorted() == (0..<1000).map(Self.reading).sorted())
  }

  /// How often the process is killed: `make kills` asks for more.
  private static let kills = Int(ProcessInfo.processInfo.environment["THALWEG_KILLS"] ?? "") ?? 6

  @Test("Killed at random points, its results are there exactly once")
  func killed() async throws {
    let stream = try StreamFixture(Self.copy)
    var written = 0
    for _ in 0..<Self.kills {
      try stream.append((written..<written + 400).map(Self.reading), to: "a.jsonl")
      written += 400
      let delay = Duration.milliseconds(Int.random(in: 5...250))
      let end = ContinuousClock.now + delay
      _ = try await stream.run(endedBy: .kill) { ContinuousClock.now >= end }
    }
    // Far ahead, so that all windows before it are over.
    try stream.append([Self.reading(written + 100_000)], to: "z.jsonl")
    let rows = written
    let last = try await stream.run(endedBy: .interrupt) {
      try stream.visible("all").count > rows && stream.visible("sums").count >= rows / 200
    }
    #expect(last.status == .exited(130), "\(last.error)")
    let expected = (0..<written).map(Self.reading) + [Self.reading(written + 100_000)]
    #expect(try stream.visible("all").sorted() == expected.sorted())
    let counts = try stream.visible("sums").map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])["count"] as? Int
        ?? 0
    }
    #expect(counts == Array(repeating: 200, count: written / 200))
  }

  private static func bank(parallelism: Int) -> String {
    """
    record Transfer { id: Int, source: Int, target: Int, amount: Int, at: Timestamp }
    record Entry { account: Int, amount: Int, at: Timestamp }
    record Balance { account: Int, amount: Int }
    record Total { at: Timestamp, accounts: Int, total: Int }
    pipeline bank {
      from transfers: Stream<Transfer> = jsonl("in/*.jsonl", every: 5ms)
      let entries = transfers.flat_map(t -> [
        Entry { account: t.source, amount: -t.amount, t.at }, Entry { account: t.target, t.amount, t.at },
      ])
      let balances = entries.timed(e -> e.at, delay: 5s).window(tumbling(10s), late: discard)
        .group_by(e -> e.account).aggregate(g -> Balance { account: g.key, amount: g.sum(e -> e.amount) })
      let totals = balances.window(tumbling(10s), late: fail)
        .aggregate(g -> Total { at: g.window.start, accounts: g.count(), total: g.sum(b -> b.amount) })
      into visible = jsonl("totals") <- totals
      run stream { parallelism: \(parallelism), checkpoint: 10ms }
    }
    """
  }

  @Test(
    "Transfers between accounts: every visible total is 0, with kills and a change of parallelism in between")
  func bank() async throws {
    let stream = try StreamFixture(Self.bank(parallelism: 2))
    var random = SystemRandomNumberGenerator()
    var id = 0
    func transfers(_ count: Int) -> [String] {
      (0..<count).map { _ in
        id += 1
        // Out of order by less than the delay.
        let seconds = id / 30 + Int.random(in: 0...4, using: &random)
        let time = "2026-01-01T00:\(Self.pad(seconds / 60)):\(Self.pad(seconds % 60))Z"
        let source = Int.random(in: 0..<20, using: &random)
        let target = Int.random(in: 0..<20, using: &random)
        let amount = Int.random(in: 1...1000, using: &random)
        return
          "{\"id\":\(id),\"source\":\(source),\"target\":\(target),\"amount\":\(amount),\"at\":\"\(time)\"}"
      }
    }
    for (part, parallelism) in [2, 3, 1].enumerated() {
      try stream.sandbox.write(Self.bank(parallelism: parallelism), to: stream.file)
      try stream.append(transfers(3000), to: "transfers.jsonl")
      let wanted = (part + 1) * 8
      _ = try await stream.run(endedBy: part == 2 ? .interrupt : .kill) {
        try stream.visible("totals").count >= wanted
      }
      let totals = try stream.visible("totals")
      #expect(totals.count >= wanted)
      #expect(totals.allSatisfy { $0.contains("\"total\":0") })
      #expect(Set(totals).count == totals.count, "a window twice")
    }
  }

  @Test("Late rows are counted: what came in is what went on and what was late")
  func late() async throws {
    let stream = try StreamFixture(
      Self.copy.replacing("discard late", with: "into late_rows = jsonl(\"late\") <- late"))
    // Every tenth row comes far too late.
    let lines = (0..<2000).map { id in Self.reading(id % 10 == 9 && id > 1000 ? id - 1000 : id) }
    try stream.append(lines, to: "a.jsonl")
    try stream.append([Self.reading(100_000)], to: "z.jsonl")
    _ = try await stream.run(endedBy: .interrupt) {
      try stream.visible("all").count >= 2001 && stream.visible("sums").count >= 10
    }
    let late = try stream.visible("late").count
    let counted = try stream.visible("sums").reduce(0) { sum, line in
      let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return sum + (row?["count"] as? Int ?? 0)
    }
    #expect(late == 100)
    #expect(counted + late == 2000)
  }

  @Test("A pipeline that can't take over what a run keeps is told why, by `plan` and by `run`")
  func changedState() async throws {
    let stream = try StreamFixture(Self.copy)
    try stream.append((0..<100).map(Self.reading), to: "a.jsonl")
    _ = try await stream.run(endedBy: .interrupt) { try stream.visible("all").count == 100 }
    let changed = Self.copy.replacing(".aggregate(", with: ".group_by(r -> r.value).aggregate(")
    try stream.sandbox.write(changed, to: stream.file)
    for arguments in [["plan", stream.file, "--against", "last"], ["run", stream.file, "--resume", "last"]] {
      let result = try await stream.sandbox.run(arguments)
      #expect(result.status == .exited(1))
      #expect(result.error.contains("error[C897]: `sums.aggregate.1` can't take over"), "\(result.error)")
    }
  }

  @Test("A stream that is quiet as a whole is not waited for where it meets another")
  func quiet() async throws {
    let stream = try StreamFixture(
      """
      record Click { user: String, at: Timestamp }
      record Met { at: Timestamp, seen: Timestamp? }
      pipeline quiet {
        from clicks: Stream<Click> = jsonl("in/clicks*.jsonl", every: 5ms)
        from views: Stream<Click> = jsonl("in/views*.jsonl", every: 5ms)
        let seen = views.timed(v -> v.at, delay: 1s, idle: 20ms)
        into met = jsonl("met") <- clicks.timed(c -> c.at, delay: 1s).left_join(seen,
          on: (c, v) -> c.user == v.user, as_of: forever, late: discard,
          select: (c, v) -> Met { c.at, seen: v?.at })
        run stream { checkpoint: 10ms }
      }
      """)
    func click(_ minute: Int) -> String { #"{"user":"a","at":"2026-03-02T10:\#(Self.pad(minute)):00Z"}"# }
    try stream.append([click(0)], to: "views.jsonl")
    try stream.append([click(1), click(2), click(30)], to: "clicks.jsonl")
    _ = try await stream.run(endedBy: .interrupt) { try stream.visible("met").count == 2 }
    #expect(try stream.visible("met").allSatisfy { $0.contains(#""seen":"2026-03-02T10:00:00Z""#) })
  }

  @Test("A table that has changed is seen by the rows of a later epoch")
  func refresh() async throws {
    let stream = try StreamFixture(
      """
      record Row { n: Int }
      record Name { n: Int @key, name: String, at: Timestamp }
      pipeline named {
        from rows: Stream<Row> = jsonl("in/*.jsonl", every: 5ms)
        from names: Table<Name> = csv("names.csv", refresh: 20ms)
        let newest = names.timed(n -> n.at, delay: 0s).group_by(n -> n.n).latest(late: discard)
        into out = jsonl("out") <- rows.join(newest, on: (r, n) -> r.n == n.n, select: (r, n) -> row { n.name })
        into known = jsonl("known") <- newest
        run stream { checkpoint: 10ms }
      }
      """)
    let table = URL(fileURLWithPath: stream.sandbox.path).appending(path: "names.csv")
    @Sendable func names(_ name: String) throws {
      try Data("n,name,at\n1,\(name),2026-03-02T10:00:00Z\n".utf8).write(to: table, options: .atomic)
    }
    try names("old")
    _ = try await stream.run(endedBy: .interrupt) {
      try stream.append([#"{"n":1}"#], to: "a.jsonl")
      let out = try stream.visible("out")
      if out.last == #"{"name":"old"}"# { try names("new") }
      return out.last == #"{"name":"new"}"#
    }
    // Its own sink has the table as it was when the stream began.
    #expect(try stream.sandbox.read("known") == #"{"n":1,"name":"old","at":"2026-03-02T10:00:00Z"}"# + "\n")
  }

  @Test(
    "A table can't be read again where a stream keeps its rows, or takes them for its own",
    arguments: [
      "timed.semi_join(names.timed(n -> n.at, delay: 1s), on: (r, n) -> r.n == n.n, within: 1h, late: discard)",
      """
      timed.semi_join(names.timed(n -> n.at, delay: 1s).group_by(n -> n.n).latest(late: discard),
        on: (r, n) -> r.n == n.n)
      """,
      "rows.union(names)",
      "rows.semi_join(names, on: (r, n) -> r.n == n.n).union(names)",
    ])
  func refreshOfState(_ flow: String) async throws {
    let stream = try StreamFixture(
      """
      record Row { n: Int, at: Timestamp }
      pipeline named {
        from rows: Stream<Row> = jsonl("in/*.jsonl", every: 5ms)
        from names: Table<Row> = csv("names.csv", refresh: 20ms)
        let timed = rows.timed(r -> r.at, delay: 1s)
        into out = jsonl("out") <- \(flow)
        discard timed
      }
      """)
    let result = try await stream.sandbox.run("run", stream.file)
    #expect(result.status == .exited(1) && result.error.contains("error[C818]"))
    #expect(result.error.contains("`refresh:` beside a stream"), "\(result.error)")
  }

  @Test("What does not fit of a table that is read again goes to faults, or fails the run at its line")
  func refreshedFaults() async throws {
    let program = """
      record Row { n: Int }
      pipeline known {
        from rows: Stream<Row> = jsonl("in/*.jsonl", every: 5ms)
        from table: Table<Row> = csv("table.csv", refresh: 20ms)
        into out = jsonl("out") <- rows.semi_join(table, on: (r, t) -> r.n == t.n)
        into dead = jsonl("dead") <- faults
        run stream { checkpoint: 10ms }
      }
      """
    for hasFaults in [true, false] {
      let stream = try StreamFixture(
        hasFaults ? program : program.replacing("into dead = jsonl(\"dead\") <- faults", with: ""))
      let table = URL(fileURLWithPath: stream.sandbox.path).appending(path: "table.csv")
      @Sendable func write(_ text: String) throws { try Data(text.utf8).write(to: table, options: .atomic) }
      try write("n\n1\n")
      let result = try await stream.run(endedBy: .interrupt) {
        try stream.append([#"{"n":1}"#, #"{"n":2}"#], to: "a.jsonl")
        let out = try stream.visible("out")
        if out.last == #"{"n":1}"# { try write("n\n2\ntwo\n") }
        return out.last == #"{"n":2}"# && hasFaults
      }
      if hasFaults {
        #expect(
          try stream.visible("dead").first?.contains(#""position":"table.csv:3","kind":"decode""#) == true)
      } else {
        #expect(result.status == .exited(1))
        #expect(
          result.error.contains("error[F480]") && result.error.contains("table.csv:3"), "\(result.error)")
      }
    }
  }

  @Test("A batch, a stream that is done and an unknown run can't go on")
  func refusals() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      """
      record Row { n: Int }
      pipeline copy {
        from rows: Table<Row> = csv("rows.csv")
        into out = csv("out.csv") <- rows
      }
      """, to: "copy.thal")
    try sandbox.write("n\n1\n", to: "rows.csv")
    #expect(try await sandbox.run("run", "copy.thal").status == .exited(0))
    let batch = try await sandbox.run("run", "copy.thal", "--resume", "last")
    #expect(batch.status == .exited(1) && batch.error.contains("C898"))
    let unknown = try await sandbox.run("run", "copy.thal", "--resume", "nothing")
    #expect(unknown.error.contains("C812"))
  }
}
