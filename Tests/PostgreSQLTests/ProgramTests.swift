import Diagnosing
import Execution
import Foundation
import JobStore
import Testing

@testable import TestServers

/// Whole programs between tables.
@Suite struct ProgramTests {
  private struct Silent: RunObserver {
    func observe(_ snapshot: RunSnapshot) {}
    func finish() {}
  }

  let database: Database

  init() throws { database = try Database() }

  /// Runs a program under a profile whose secret `pg` is a file with the address.
  private func run(_ program: String, given: [String] = []) async throws -> (RunOutcome, text: String) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = [
      "p.thal": program, "pg.txt": "\(database.url)\n",
      "thalweg.yaml":
        "version: 1\ndefault_profile: dev\nprofiles:\n  dev:\n    secrets:\n      pg: { file: pg.txt }\n",
    ]
    for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
    let pipeline = try await Programs.pipeline(
      nil, of: "\(folder.path)/p.thal", under: nil, given: given, isPartial: false, Invocation([]))
    let backend = LocalBackend(workers: 2)
    try pipeline.refuse(where: backend.capabilities)
    let outcome = try await backend.run(
      pipeline.request, recordedIn: InMemoryRunStore(), observer: Silent())
    return (outcome, TextRenderer(pipeline.sources).render(outcome.diagnostics))
  }

  private static let shops = """
    enum Status { open, paid }
    record Order { id: Int, shop: String, total: Decimal, status: Status, note: String? }
    record Shop { shop: String, total: Decimal, gone: Bool }
    pipeline p(shop: String) {
      from orders: Table<Order> = postgres(query: "SELECT * FROM orders WHERE shop <> {shop}", url: secret("pg"))
      let shops = orders.filter(o -> o.status == .paid).group_by(o -> o.shop)
        .aggregate(g -> Shop { shop: g.key, total: g.sum(o -> o.total), gone: g.sum(o -> o.total) == 0 })
      into report = postgres("shops", url: secret("pg"), write: upsert(by: s -> s.shop, delete: s -> s.gone)) <- shops
    }
    """

  @Test func aQueryIsReadAndATableUpserted() async throws {
    try database.run(
      """
      CREATE TABLE orders (id int, shop text, total numeric(10, 2), status text, note text);
      INSERT INTO orders VALUES (1, 'a', 1.50, 'paid', NULL), (2, 'a', 2, 'paid', 'x'), (3, 'b', 5, 'open', NULL),
        (4, 'c', 0, 'paid', NULL), (5, 'it''s', 9, 'paid', NULL);
      CREATE TABLE shops (shop text PRIMARY KEY, total numeric, gone boolean);
      INSERT INTO shops VALUES ('a', 1, false), ('c', 1, false), ('d', 4, false)
      """)
    let (outcome, text) = try await run(Self.shops, given: ["shop=it's"])
    #expect(outcome.state == .succeeded, "\(text)")
    #expect(try database.rows("SELECT shop, total FROM shops ORDER BY shop") == ["(a,3.5)", "(d,4)"])
  }

  @Test func whatIsMissingIsSaidAtItsPlaceWithoutThePassword() async throws {
    try database.run("CREATE TABLE orders (id int, shop text, total numeric, status text, note text)")
    let (outcome, text) = try await run(Self.shops, given: ["shop=a"])
    #expect(outcome.diagnostics.map(\.code.text) == ["C816"])
    #expect(text.contains("there is no table `shops` at postgres@127.0.0.1:"))
    #expect(text.contains("CREATE TABLE \"shops\" (\"shop\" text NOT NULL"))
    #expect(!text.contains("se%20cret") && !text.contains("se cret"))
  }

  @Test func aValueInTheQuotesOfAQueryIsRefused() async throws {
    let quoted = Self.shops.replacing("{shop}\"", with: "'{shop}'\"")
    let (outcome, text) = try await run(quoted, given: ["shop=a"])
    #expect(outcome.state == .failed)
    #expect(text.contains("a value stands in the quotes of a query"))
  }

  @Test func oneTableIsNotWrittenTwice() async throws {
    let (outcome, text) = try await run(
      """
      record Order { id: Int }
      pipeline p {
        from orders: Table<Order> = postgres("orders", url: secret("pg"))
        into a = postgres("copies", url: secret("pg"), write: append) <- orders
        into b = postgres("copies", url: secret("pg"), write: append) <- orders
      }
      """)
    #expect(outcome.diagnostics.map(\.code.text) == ["C817"])
    #expect(text.contains("give each a table of its own"))
  }
}
