import Foundation
import Subprocess
import SystemPackage
import Testing

/// What a command did.
struct CommandResult: Sendable {
  let status: TerminationStatus
  let output: String
  let error: String
}

/// A folder of its own for one test, and the command line to be run in it.
final class Sandbox: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The binary stands beside the tests.
  static let binary = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appending(path: "thalweg").path

  /// Neither terminal nor settings of whoever runs the tests.
  static let environment: Environment = .inherit.updating([
    "NO_COLOR": nil, "CI": nil, "TERM": "xterm", "LC_ALL": "C.UTF-8", "THALWEG_DATABASE_URL": nil,
  ])

  func run(
    _ arguments: String..., input: String = "", environment: Environment = Sandbox.environment,
    in folder: String = ""
  ) async throws -> CommandResult {
    try await run(arguments, input: input, environment: environment, in: folder)
  }

  func run(
    _ arguments: [String], input: String = "", environment: Environment = Sandbox.environment,
    in folder: String = ""
  ) async throws -> CommandResult {
    let result = try await Subprocess.run(
      .path(FilePath(Self.binary)), arguments: .init(arguments), environment: environment,
      workingDirectory: FilePath("\(path)/\(folder)"), input: .string(input), output: .string(limit: 1 << 20),
      error: .string(limit: 1 << 20))
    return CommandResult(
      status: result.terminationStatus, output: result.standardOutput, error: result.standardError
    )
  }

  func write(_ text: String, to name: String) throws {
    let url = URL(fileURLWithPath: path).appending(path: name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  func read(_ name: String) throws -> String {
    try String(contentsOf: URL(fileURLWithPath: path).appending(path: name), encoding: .utf8)
  }

  func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: path + "/" + name)
  }

  /// All files but those of the store, hidden ones included.
  func files() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path).filter { !$0.hasPrefix(".thalweg") }.sorted()
  }

  /// The runs that the folder remembers, or the database of the environment.
  func runs(environment: Environment = Sandbox.environment) async throws -> [RunListing] {
    let listed = try await run("runs", "list", "--json", environment: environment)
    #expect(listed.status == .exited(0), "\(listed.error)")
    return try JSONDecoder().decode(RunListings.self, from: Data(listed.output.utf8)).runs
  }

  /// The run that ended last, with its jobs.
  func lastRun() async throws -> RunListing {
    let shown = try await run("runs", "show", "last", "--json")
    #expect(shown.status == .exited(0), "\(shown.error)")
    return try JSONDecoder().decode(ShownRun.self, from: Data(shown.output.utf8)).run
  }
}

struct RunListings: Decodable {
  let version: Int
  let runs: [RunListing]
}

struct ShownRun: Decodable {
  let version: Int
  let run: RunListing
}

struct RunListing: Decodable {
  struct Job: Decodable {
    struct Attempt: Decodable {
      let number: Int
      let state: String
      let rows_in: Int
      let rows_out: Int
    }
    let name: String
    let state: String
    let attempts: [Attempt]
  }
  struct Failure: Decodable {
    struct Finding: Decodable {
      let code: String
      let file: String
    }
    let code: String
    let message: String
    let diagnostic: Finding?
  }
  let id: String
  let pipeline: String
  let file: String
  let parameters: [String: String]
  let plan: String
  let state: String
  let rows_in: Int
  let rows_out: Int
  let error: Failure?
  let jobs: [Job]?
}

/// The findings that `check --format json` prints.
struct Report: Decodable {
  struct Finding: Decodable {
    let code: String
    let severity: String
    let file: String
  }
  struct Summary: Decodable {
    let errors: Int
    let warnings: Int
    let files: Int
  }
  let version: Int
  let diagnostics: [Finding]
  let summary: Summary

  init(_ text: String) throws { self = try JSONDecoder().decode(Report.self, from: Data(text.utf8)) }
}

/// Programs that several tests use.
enum Programs {
  static let totals = """
    record Sale { shop: String, price: Int }
    record Total { shop: String, sales: Int, sum: Int }

    /// Sales by shop.
    pipeline totals {
      from sales: Table<Sale> = csv("sales.csv")
      let shops = sales.group_by(s -> s.shop)
        .aggregate(g -> Total { shop: g.key, sales: g.count(), sum: g.sum(s -> s.price) })
        .sort(by: t -> t.shop)
      into report = csv("out/totals.csv") <- shops
    }

    """

  static let sales = "shop,price\nnorth,3\nsouth,4\nnorth,5\n"
  static let result = "shop,sales,sum\nnorth,2,8\nsouth,1,4\n"

  static let parameters = """
    record Sale { shop: String, price: Int }

    pipeline dear(least: Int, shop: String? = none) {
      from sales: Table<Sale> = csv("sales.csv")
      into report = csv("dear.csv") <- sales.filter(s -> s.price >= least && (shop == none || s.shop == shop))
    }

    """

  static let two = """
    record Sale { shop: String, price: Int }

    pipeline first {
      from sales: Table<Sale> = csv("sales.csv")
      discard sales
    }

    pipeline second {
      from sales: Table<Sale> = csv("sales.csv")
      discard sales
    }

    """

  static let standardInput = """
    record Sale { shop: String, price: Int }

    pipeline copy {
      from sales: Table<Sale> = stdin(format: csv)
      into report = csv("copy.csv") <- sales
    }

    """

  static let broken = "record Sale { shop: Strin }\n"
}
