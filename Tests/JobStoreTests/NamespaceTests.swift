import PostgreSQL
import Testing

@testable import JobStore
@testable import TestServers

/// Whose run is the next, on a real database.
@Suite struct NamespaceTests {
  let database: Database

  init() throws { database = try Database() }

  private func queue() async throws -> RunQueue {
    _ = try await PostgreSQLSchema(try database.address).migrate()
    return RunQueue(try await PostgreSQLRunStore.open(try database.address), lost: someError)
  }

  private func worker(
    _ name: String, serving namespaces: [String] = [], with tags: [String] = [], _ queue: RunQueue
  ) async throws -> RunQueue.Worker {
    var worker = RunQueue.Worker(id: name, host: "a", process: 1, slots: 4)
    worker.namespaces = namespaces
    worker.tags = tags
    try await queue.register(worker)
    return worker
  }

  private func submit(
    _ ids: [String], of namespace: String = "default", _ terms: RunQueue.Terms = RunQueue.Terms(),
    to queue: RunQueue
  ) async throws {
    for id in ids {
      let submission = RunQueue.Submission(
        program: "p", files: "{}", arguments: "{}", folder: "/data", profile: nil)
      try await queue.submit(
        makeRun(id, namespace: namespace), jobs: twoJobs, plan: somePlan, submission, terms)
    }
  }

  private func end(_ claim: RunQueue.Claim, after seconds: Int, _ queue: RunQueue) async throws {
    try database.run(
      "UPDATE run_lease SET since = since - interval '\(seconds) s' WHERE epoch = \(claim.epoch)")
    let end = RunChange.run(.succeeded, at: at(9), rowsIn: 0, rowsOut: 0, error: nil)
    #expect(try await claim.store.update(claim.run.id, [end]))
    try await queue.release(claim.epoch)
  }

  @Test func `the many runs of one namespace don't keep those of another from being taken on`() async throws {
    let queue = try await queue()
    let worker = try await worker("one", queue)
    try await submit((0..<40).map { "many-\($0)" }, of: "many", to: queue)
    try await submit((0..<3).map { "few-\($0)" }, of: "few", to: queue)
    #expect(
      Set(try await queue.claim(4, for: worker).map(\.run.id.text)) == ["many-0", "many-1", "few-0", "few-1"])
    #expect(Set(try await queue.claim(2, for: worker).map(\.run.id.text)) == ["many-2", "few-2"])
    try await submit(["third-0"], of: "third", to: queue)
    #expect(try await queue.claim(1, for: worker).map(\.run.id.text) == ["third-0"])
    // Who is alone has all of it.
    #expect(try await queue.claim(8, for: worker).count == 8)
  }

  @Test func `of namespaces that hold as many slots, the one served least of late is next`() async throws {
    let queue = try await queue()
    let worker = try await worker("one", queue)
    try await submit((0..<9).map { "long-\($0)" }, of: "long", to: queue)
    try await submit((0..<9).map { "short-\($0)" }, of: "short", to: queue)
    var taken: [String] = []
    for _ in 0..<8 {
      let claim = try #require(try await queue.claim(1, for: worker).first)
      taken.append(claim.run.namespace)
      try await end(claim, after: claim.run.namespace == "long" ? 100 : 30, queue)
    }
    #expect(taken == ["long", "short", "short", "short", "short", "long", "short", "short"])
    // What was long ago weighs little.
    try database.run("UPDATE service SET since = since - interval '2 hours' WHERE namespace = 'long'")
    #expect(try await queue.claim(1, for: worker).map(\.run.namespace) == ["long"])
  }

  @Test func `a worker takes on only runs of namespaces that it serves`() async throws {
    let queue = try await queue()
    let shop = try await worker("shop", serving: ["shop", "unknown"], queue)
    let all = try await worker("all", queue)
    try await submit(["a-1"], of: "a", to: queue)
    try await submit(["shop-1"], of: "shop", to: queue)
    #expect(try await queue.claim(9, for: shop).map(\.run.id.text) == ["shop-1"])
    #expect(try await queue.claim(9, for: shop).isEmpty)
    #expect(try await queue.claim(9, for: all).map(\.run.id.text) == ["a-1"])
    #expect(try await queue.workers().map(\.namespaces) == [["shop", "unknown"], []])
  }

  @Test func `a worker takes on only runs whose tags it has`() async throws {
    let queue = try await queue()
    let plain = try await worker("plain", queue)
    let big = try await worker("big", with: ["gpu", "big", "red"], queue)
    try await submit(["both"], RunQueue.Terms(tags: ["gpu", "big"]), to: queue)
    try await submit(["gpu"], RunQueue.Terms(tags: ["gpu"]), to: queue)
    try await submit(["none"], to: queue)
    #expect(try await queue.claim(9, for: plain).map(\.run.id.text) == ["none"])
    #expect(try await queue.claim(1, for: big).map(\.run.id.text) == ["both"])
    // They are wanted again when the run is begun anew.
    try await queue.leave("big")
    #expect(try await queue.claim(9, for: plain).isEmpty)
    let other = try await worker("other", with: ["gpu", "big"], queue)
    #expect(try await queue.claim(9, for: other).map(\.run.id.text) == ["both", "gpu"])
    #expect(try await queue.workers().map(\.tags) == [[], ["gpu", "big"]])
  }

  @Test func `a run of priority goes first, but not before what has waited for long`() async throws {
    let queue = try await queue()
    let worker = try await worker("one", queue)
    try await submit(["first", "second"], to: queue)
    try await submit(["urgent"], RunQueue.Terms(priority: 5), to: queue)
    try await submit(["old"], to: queue)
    try database.run(
      """
      UPDATE ready_run SET rank = rank - 6 * 60000000 FROM run WHERE run.number = run AND id = 'old'
      """)
    var taken: [String] = []
    for _ in 0..<4 { taken += try await queue.claim(1, for: worker).map(\.run.id.text) }
    #expect(taken == ["old", "urgent", "first", "second"])
    // A run keeps its place when its worker is lost.
    try await submit(["later"], RunQueue.Terms(priority: 3), to: queue)
    try await queue.leave("one")
    let again = try await self.worker("two", queue)
    taken = []
    for _ in 0..<5 { taken += try await queue.claim(1, for: again).map(\.run.id.text) }
    #expect(taken == ["urgent", "later", "first", "second", "old"])
  }

  @Test func `the same program in two namespaces is two`() async throws {
    let queue = try await queue()
    for (namespace, files) in [("a", "A"), ("default", "D"), ("b", "B")] {
      let submission = RunQueue.Submission(
        program: "same", files: files, arguments: "{}", folder: "/", profile: nil)
      try await queue.submit(
        makeRun("\(namespace)-1", namespace: namespace), jobs: twoJobs, plan: somePlan, submission)
    }
    let claims = try await queue.claim(9, for: try await worker("one", queue))
    #expect(claims.map(\.run.namespace) == ["a", "default", "b"])
    #expect(claims.map(\.submission.files) == ["A", "D", "B"])
  }

  @Test func `many that claim at once get each run of many namespaces once, and leave none`() async throws {
    let queue = try await queue()
    for number in 0..<20 { try await submit((0..<3).map { "n\(number)-\($0)" }, of: "n\(number)", to: queue) }
    let address = try database.address
    var workers: [RunQueue.Worker] = []
    for number in 0..<6 { workers.append(try await worker("w\(number)", queue)) }
    let taken = try await withThrowingTaskGroup(of: [String].self) { group in
      for worker in workers {
        group.addTask {
          let own = RunQueue(try await PostgreSQLRunStore.open(address), lost: someError)
          var taken: [String] = []
          while case let claims = try await own.claim(2, for: worker), !claims.isEmpty {
            taken += claims.map(\.run.id.text)
          }
          return taken
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(taken.count == 60 && Set(taken).count == 60)
  }
}
