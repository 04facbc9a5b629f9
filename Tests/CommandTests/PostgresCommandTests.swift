import Foundation
import PostgreSQL
import Subprocess
import Testing

@testable import TestServers

/// A folder with growing files and a profile whose secret `pg` is the address of a database.
private struct PostgresStream {
  let database: Database
  let sandbox: Sandbox

  init(_ tables: String) throws {
    database = try Database()
    sandbox = try Sandbox()
    try database.run(tables)
    try sandbox.write(
      """
      version: 1
      default_profile: dev
      profiles:
        dev:
          secrets:
            pg: { env: PG_URL }
            other: { file: secrets/other.txt }
      """, to: "thalweg.yaml")
    try sandbox.write("", to: "in/.keep")
  }

  var environment: Environment {
    Sandbox.environment.updating(["PG_URL": .init(stringLiteral: database.url)])
  }

  /// A stream of stock into a table.
  func write(_ mode: String, into table: String = "stock", secret: String = "pg", and more: String = "")
    throws
  {
    try sandbox.write(
      """
      record Stock { id: Int, shop: String?, n: Int }
      pipeline copy {
        from rows: Stream<Stock> = jsonl("in/*.jsonl", every: 5ms)
        into out = postgres("\(table)", url: secret("\(secret)"), write: \(mode)) <- rows
        \(more)
        run stream { checkpoint: 10ms }
      }
      """, to: "copy.thal")
  }

  func add(_ rows: [(id: Int, shop: String, n: Int)], to file: String) throws {
    let lines = rows.map { #"{"id":\#($0.id),"shop":"\#($0.shop)","n":\#($0.n)}"# + "\n" }
    try sandbox.write(lines.joined(), to: "in/\(file)")
  }

  var stock: [String] {
    get throws { try database.rows("SELECT id, shop, n FROM stock").sorted() }
  }

  /// Runs until the table holds what it is to hold, or the run has ended.
  func run(until rows: [String]) async throws -> CommandResult {
    try await sandbox.stream("copy.thal", endedBy: .interrupt, environment: environment) {
      try stock == rows
    }
  }

  /// Runs a stream that can't go on.
  func fail() async throws -> String {
    let run = try await sandbox.run("run", "copy.thal", environment: environment)
    #expect(run.status == .exited(3) || run.status == .exited(1), "\(run.status)")
    #expect(!run.error.contains("se cret") && !run.error.contains("se%20cret"))
    return run.error
  }
}

@Suite("A stream into PostgreSQL")
struct PostgresCommandTests {
  private static let keyed = """
    CREATE TABLE stock (id bigint PRIMARY KEY, shop text, n int);
    INSERT INTO stock VALUES (1, 'old', 0), (9, 'old', 0)
    """
  private static let plain = keyed.replacing(" PRIMARY KEY", with: "")

  @Test(
    "Each way of writing does in a stream what it says",
    arguments: [
      ("append", plain, ["(1,a,1)", "(1,old,0)", "(2,b,2)", "(9,old,0)"]),
      ("upsert(by: r -> r.id)", keyed, ["(1,a,1)", "(2,b,2)", "(9,old,0)"]),
      ("upsert(by: r -> r.id, delete: r -> r.n == 1)", keyed, ["(2,b,2)", "(9,old,0)"]),
      ("replace(by: r -> r.id)", plain, ["(1,a,1)", "(2,b,2)", "(9,old,0)"]),
      ("delete(by: r -> r.id)", plain, ["(9,old,0)"]),
    ])
  func modes(mode: String, table: String, rows: [String]) async throws {
    let stream = try PostgresStream(table)
    try stream.write(mode)
    try stream.add([(1, "a", 1), (2, "b", 2)], to: "a.jsonl")
    let run = try await stream.run(until: rows)
    #expect(run.status == .exited(130), "\(run.error)")
    #expect(try stream.stock == rows)
  }

  /// How often the process is killed: `make kills` asks for more.
  private static let kills = Int(ProcessInfo.processInfo.environment["THALWEG_KILLS"] ?? "") ?? 4

  @Test("Killed and resumed, each row is there once")
  func killed() async throws {
    let stream = try PostgresStream("CREATE TABLE stock (id bigint, shop text, n int)")
    try stream.write("append")
    var rows: [(id: Int, shop: String, n: Int)] = []
    for part in 0..<Self.kills {
      let more = (0..<200).map { (id: part * 200 + $0, shop: "s", n: part) }
      try stream.add(more, to: "\(part).jsonl")
      rows += more
      let end = ContinuousClock.now + .milliseconds(Int.random(in: 0...400))
      _ = try await stream.sandbox.stream(
        "copy.thal", endedBy: .kill, environment: stream.environment
      ) { ContinuousClock.now > end }
    }
    let all = rows.map { "(\($0.id),s,\($0.n))" }.sorted()
    let run = try await stream.run(until: all)
    #expect(run.status == .exited(130), "\(run.error)")
    #expect(try stream.stock == all)
  }

  @Test("What the server refuses in an epoch ends the run, which goes on when the table is mended")
  func constraint() async throws {
    let stream = try PostgresStream(
      "CREATE TABLE stock (id bigint, shop text, n int, CONSTRAINT few CHECK (n < 100))")
    try stream.write("append")
    try stream.add([(1, "a", 1), (2, "b", 200)], to: "a.jsonl")
    let error = try await stream.fail()
    #expect(
      error.hasPrefix(
        """
        error[C816]: the sink `out` can't be written: new row for relation "stock" violates check constraint "few"
          --> copy.thal:4:8
        """), "\(error)")
    #expect(try stream.stock.isEmpty)
    try stream.database.run("ALTER TABLE stock DROP CONSTRAINT few")
    let run = try await stream.run(until: ["(1,a,1)", "(2,b,200)"])
    #expect(run.status == .exited(130), "\(run.error)")
  }

  @Test(
    "A table that can't take the rows is told at its place before anything is read",
    arguments: [
      (
        "CREATE TABLE stocks ()", "there is no table `stock` at",
        #"`CREATE TABLE "stock" ("id" bigint NOT NULL, "shop" text, "n" bigint NOT NULL)`"#
      ),
      (
        "CREATE TABLE stock (id text, shop text, n int)",
        "the column `id` is of type `text`, which does not hold every `Int`", "a column of type `bigint` does"
      ),
      ("CREATE TABLE stock (id int, n int)", "has no column `shop`", #"ADD "shop" text"#),
    ])
  func misfits(tables: String, message: String, help: String) async throws {
    let stream = try PostgresStream(tables)
    try stream.write("append")
    let error = try await stream.fail()
    #expect(error.hasPrefix("error[C816]: the sink `out` can't be written: "), "\(error)")
    #expect(
      error.contains(message) && error.contains("--> copy.thal:4:8") && error.contains(help), "\(error)")
  }

  @Test("Two sinks of one pipeline into one table are refused")
  func twice() async throws {
    let stream = try PostgresStream(Self.plain)
    try stream.write(
      "append", and: #"into again = postgres("stock", url: secret("pg"), write: append) <- rows"#)
    let error = try await stream.fail()
    #expect(error.hasPrefix("error[C817]: `again` writes `stock`, which `out` writes already"), "\(error)")
  }

  @Test("Secrets that are not there, and addresses that are none, are told at once")
  func secrets() async throws {
    let stream = try PostgresStream(Self.plain)
    try stream.write("append", secret: "missing")
    #expect(try await stream.fail().hasPrefix("error[C844]: the profile `dev` does not say where"))
    try stream.write("append", secret: "other")
    #expect(
      try await stream.fail().hasPrefix(
        "error[C845]: the secret `other` has no value: the file `secrets/other.txt` can't be read"))
    try stream.sandbox.write("mysql://root:se cret@localhost\n", to: "secrets/other.txt")
    let address = try await stream.fail()
    #expect(address.contains("neither a URL of PostgreSQL") && address.contains("--> copy.thal:4:"))
    let wrong = try Database.url(password: "wrong")
    try stream.sandbox.write("\(wrong)\n", to: "secrets/other.txt")
    let refused = try await stream.fail()
    #expect(refused.contains("refuses the user or the password") && !refused.contains("wrong"))
    try stream.write("append")
    let unset = try await stream.sandbox.run(
      "run", "copy.thal", environment: Sandbox.environment.updating(["PG_URL": nil]))
    #expect(
      unset.error.hasPrefix("error[C845]: the secret `pg` has no value: the variable `PG_URL` is not set"))
  }

  @Test("A query is read in a batch, with parameters that are only values")
  func query() async throws {
    let stream = try PostgresStream(
      """
      CREATE TABLE shops (shop text, town text);
      INSERT INTO shops VALUES ('a', 'Kiel'), ('b', 'Bonn'), ('c', 'L''Aquila');
      CREATE TABLE copies (shop text, town text)
      """)
    try stream.sandbox.write(
      """
      record Shop { shop: String, town: String }
      pipeline copy(town: String) {
        from shops: Table<Shop> = postgres(query: "SELECT * FROM shops WHERE town <> {town}", url: secret("pg"))
        into copies = postgres("copies", url: secret("pg"), write: append) <- shops
      }
      """, to: "copy.thal")
    let run = try await stream.sandbox.run(
      "run", "copy.thal", "-p", "town=L'Aquila", environment: stream.environment)
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(try stream.database.rows("SELECT * FROM copies ORDER BY shop") == ["(a,Kiel)", "(b,Bonn)"])
  }

  @Test("A stream looks into a table")
  func lookup() async throws {
    let stream = try PostgresStream(
      """
      CREATE TABLE shops (shop text, town text);
      INSERT INTO shops VALUES ('a', 'Kiel'), ('b', 'Bonn'), ('c', 'Ulm');
      CREATE TABLE stock (id bigint, shop text, n int)
      """)
    try stream.sandbox.write(
      """
      record Stock { id: Int, shop: String, n: Int }
      record Shop { shop: String, town: String }
      pipeline copy {
        from rows: Stream<Stock> = jsonl("in/*.jsonl", every: 5ms)
        from shops: Table<Shop> = postgres("shops", url: secret("pg"))
        into out = postgres("stock", url: secret("pg"), write: append)
          <- rows.join(shops, on: (r, s) -> r.shop == s.shop, select: (r, s) -> Stock { r.id, shop: s.town, r.n })
        run stream { checkpoint: 10ms }
      }
      """, to: "copy.thal")
    try stream.add([(1, "a", 1), (2, "x", 2), (3, "c", 3)], to: "a.jsonl")
    let run = try await stream.run(until: ["(1,Kiel,1)", "(3,Ulm,3)"])
    #expect(run.status == .exited(130), "\(run.error)")
  }
}
