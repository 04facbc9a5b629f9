import Artifacts
import Columns
import Diagnosing
import Foundation
import Semantics
import Synchronization
import Tasks
import Testing

@testable import Execution
@testable import JobStore

/// Batches whose stages are done in shards, each as a worker would do it, but in this process.
@Suite struct ShardedRunTests {
  /// Does what is offered at once, and remembers what was.
  private final class Workers: CallDispatcher {
    let request: RunRequest
    let folder: String
    let change: @Sendable (FragmentWork, inout FragmentResult) -> Void
    let made = Mutex<[String]>([])
    let settled = Mutex<[String]>([])

    init(
      _ request: RunRequest, _ folder: String,
      _ change: @escaping @Sendable (FragmentWork, inout FragmentResult) -> Void
    ) {
      self.request = request
      self.folder = folder
      self.change = change
    }

    func isOpen(_ name: String, _ input: String) -> Bool { false }

    func dispatch(_ offer: CallQueue.Offer, mayRepeat: Bool) async throws(TaskFailure) -> String {
      made.withLock { $0.append(offer.name) }
      guard mayRepeat, case .fragment(let work)? = try? OfferedWork(json: offer.work) else {
        throw TaskFailure("is no fragment")
      }
      var result = try await FragmentRun(
        request: request, work: work, secrets: { $0 }, folder: "\(folder)/work/\(UUID().uuidString)"
      ).run()
      change(work, &result)
      return result.json
    }

    func settle(_ name: String) { settled.withLock { $0.append(name) } }
  }

  private struct Observer: RunObserver {
    func observe(_ snapshot: RunSnapshot) {}
    func finish() {}
  }

  /// What a run gave.
  private struct End: Equatable {
    var state: RunState
    var errors: [String]
    /// By file, the lines in their canonical order.
    var outputs: [String: [String]]
    /// Rows in and out of each job.
    var rows: [[Int64]]
  }

  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var sales = "shop,item,price,day\n"
    for row in 0..<30_000 {
      let day = 1 + row * 7 % 28
      sales +=
        "shop \(row * row % 41),item \(row % 977),\(row * 31 % 1009),2026-01-\(day < 10 ? "0" : "")\(day)\n"
    }
    try write(sales, to: "sales.csv")
    try write(
      "item,group\n" + (0..<900).map { "item \($0),g\($0 % 13)\n" }.joined(), to: "items.csv")
    try write(
      (0..<20_000).map { #"{"shop":"shop \#($0 % 50)","note":"n\#($0 % 7)"}"# + "\n" }.joined(),
      to: "notes.jsonl")
  }

  private func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
  }

  private static let sources = [
    "sales": #"from sales: Table<Sale> = csv("sales.csv")"#,
    "items": #"from items: Table<Item> = csv("items.csv")"#,
    "notes": #"from notes: Table<Note> = jsonl("notes.jsonl")"#,
    "broken": #"from broken: Table<Item> = csv("broken.csv")"#,
  ]

  private static func program(_ body: String, shards: Int) -> String {
    """
    record Sale { shop: String, item: String, price: Int, day: Date }
    record Item { item: String, group: String }
    record Note { shop: String, note: String }
    record Total { key: String, sum: Int, mean: Float, most: Int }
    record Priced { item: String, group: String?, price: Int }
    pipeline p(least: Int = 3) {
      \(sources.filter { body.contains($0.key) }.values.sorted().joined(separator: "\n  "))
      \(body)
      run batch { parallelism: \(shards) }
    }
    """
  }

  /// Runs in this process alone where there are no workers.
  private func run(
    _ body: String, shards: Int, byWorkers: Bool,
    store: InMemoryRunStore = InMemoryRunStore(),
    _ change: @escaping @Sendable (FragmentWork, inout FragmentResult) -> Void = { _, _ in }
  ) async throws -> (end: End, workers: Workers) {
    try write(Self.program(body, shards: shards), to: "p.thal")
    let pipeline = try await Programs.pipeline(
      nil, of: "\(folder)/p.thal", under: nil, given: [], isPartial: false, Invocation([]))
    var request = pipeline.request
    let workers = Workers(request, folder, change)
    if byWorkers { request.dispatcher = workers }
    let outcome = try await LocalBackend(workers: 2).run(request, recordedIn: store, observer: Observer())
    var outputs: [String: [String]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix("out") {
      let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      outputs[name] = text.split(separator: "\n").map(String.init).sorted()
      try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
    let jobs = try await store.jobs(of: outcome.id)
    let end = End(
      state: outcome.state,
      errors: outcome.diagnostics.map { "\($0.code.text) \($0.message) \($0.span)" },
      outputs: outputs, rows: jobs.map { job in job.attempts.last.map { [$0.rowsIn, $0.rowsOut] } ?? [] })
    return (end, workers)
  }

  @Test(
    arguments: [
      // Row after row.
      "into out = csv(\"out.csv\") <- sales.filter(s -> s.price > least).map(s -> row { s.item, double: s.price * 2 })",
      """
      let some, others = sales.split(0.3, by: s -> s.item)
      into out = jsonl("out.jsonl") <- some.sample(0.5)
      into rest = csv("out2.csv") <- others
      """,
      // Keys.
      """
      into out = csv("out.csv") <- sales.group_by(s -> s.shop).aggregate(g -> Total {
        key: g.key, sum: g.sum(s -> s.price), mean: g.mean(s -> s.price.to_float()), most: g.max(s -> s.price)
      })
      """,
      "into out = csv(\"out.csv\") <- sales.distinct(by: s -> row { s.shop, s.day })",
      "into out = csv(\"out.csv\") <- sales.map(s -> row { s.shop, s.day }).distinct()",
      "into out = csv(\"out.csv\") <- sales.group_by(s -> s.shop).top(2, by: s -> s.price)",
      // Joins.
      """
      into out = jsonl("out.jsonl") <- sales.left_join(items, on: (s, i) -> s.item == i.item,
        select: (s, i) -> Priced { item: s.item, group: i?.group, price: s.price })
      into without = csv("out2.csv") <- sales.anti_join(items, on: (s, i) -> s.item == i.item)
      into with = csv("out3.csv") <- sales.semi_join(items, on: (s, i) -> s.item == i.item)
      """,
      // Several exchanges, and a rest that is done together.
      """
      let joined = sales.join(items, on: (s, i) -> s.item == i.item,
        select: (s, i) -> row { s.shop, i.group, s.price })
      let sums = joined.group_by(j -> row { j.shop, j.group })
        .aggregate(g -> row { shop: g.key.shop, group: g.key.group, sum: g.sum(j -> j.price) })
      let best = sums.group_by(s -> s.group).top(1, by: s -> s.sum)
      let shops = notes.group_by(n -> n.shop).aggregate(g -> row { shop: g.key, n: g.count() })
      let all = best.map(b -> b.shop).union(shops.filter(s -> s.n > 399).map(s -> s.shop))
      check best { rows(min: 13, max: 13) }
      into out = csv("out.csv") <- all.distinct().map(s -> row { shop: s }).sort(by: s -> s.shop).limit(20)
      into most = csv("out2.csv") <- best
      into number = csv("out3.csv") <- joined.aggregate(g -> row { n: g.count(), sum: g.sum(j -> j.price) })
      """,
    ], [1, 2, 3, 7])
  func `what is done in shards gives what one process gives`(body: String, shards: Int) async throws {
    let alone = try await run(body, shards: max(shards, 2), byWorkers: false).end
    #expect(alone.state == .succeeded && !alone.outputs.isEmpty, "\(alone.errors)")
    let (end, workers) = try await run(body, shards: shards, byWorkers: true)
    #expect(end == alone)
    let made = workers.made.withLock(\.self)
    #expect(made.isEmpty == (shards == 1) && made.count % shards == 0 && Set(made).count == made.count)
    #expect(workers.settled.withLock(\.self).sorted() == made.sorted())
  }

  @Test(arguments: [
    // A row that does not fit, an expression that fails in the first stage, one behind an exchange, a check.
    "into out = csv(\"out.csv\") <- broken.map(b -> row { b.group })",
    "into out = csv(\"out.csv\") <- sales.map(s -> row { n: s.price * 9000000000000000000 })",
    "into out = csv(\"out.csv\") <- sales.group_by(s -> s.price * 9000000000000000000).aggregate(g -> row { g.key, n: g.count() })",
    """
    let sums = sales.group_by(s -> s.shop).aggregate(g -> row { shop: g.key, n: g.count() })
    into out = csv("out.csv") <- sums.map(s -> row { n: s.n * 9000000000000000000 })
    """,
    """
    check sales { rows(max: 7) }
    into out = csv("out.csv") <- sales.distinct()
    """,
  ])
  func `what fails in a shard fails as in one process`(body: String) async throws {
    try write("item,group\na,b\n\"c,d\n", to: "broken.csv")
    let alone = try await run(body, shards: 3, byWorkers: false).end
    let sharded = try await run(body, shards: 3, byWorkers: true).end
    #expect(alone.state == .failed && sharded.state == .failed)
    // Which of several rows is told, and where it came from, is not known behind an exchange.
    func kinds(_ end: End) -> [String] { end.errors.map { $0.replacing(/\b\d{2,}\b(?= \*)/, with: "n") } }
    #expect(kinds(sharded) == kinds(alone))
    #expect(sharded.outputs.isEmpty)
  }

  @Test func `a source that is not the same for all shards is refused`() async throws {
    let body = "into out = csv(\"out.csv\") <- sales.distinct()"
    let (end, _) = try await run(body, shards: 3, byWorkers: true) { work, result in
      if work.shard == 1 { for node in result.extents.keys { result.extents[node]?.bytes += 1 } }
    }
    #expect(end.state == .failed && end.outputs.isEmpty)
    #expect(end.errors.count == 1 && end.errors[0].contains("was not the same for all who read it"))
  }
}
