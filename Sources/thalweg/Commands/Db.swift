import ArgumentParser
import Diagnosing
import Execution
import JobStore

struct Db: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Looks after the PostgreSQL database in which machines share their runs.",
    discussion: """
      The database is the one that `\(RunStores.variable)` names: postgresql://user:password@host:5432/name

      EXAMPLES:
        thalweg db migrate
        thalweg db check --json
      """,
    subcommands: [Migrate.self, Check.self, Url.self])

  struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes the tables, or brings them to the shape of this version.",
      discussion: "Older versions go on while it works, and afterwards.")

    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      let made = try await Db.schema().migrate()
      Console.output.write(
        made.isEmpty ? "nothing to do\n" : made.map { "made: \($0)\n" }.joined())
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tells whether runs can be recorded there.",
      discussion: "Ends with 1 where tables are missing.")

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      let schema = try Db.schema()
      let status = try await schema.status()
      let report = DatabaseReport(schema.place, status)
      Console.output.write(json ? report.json.indented + "\n" : report.text)
      if !status.isUsable { throw ExitStatus.failed.thrown }
    }
  }

  struct Url: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints where the database is, without its password.")

    @OptionGroup var console: ConsoleOptions

    func run() async throws { Console.output.write("\(try Db.schema().place)\n") }
  }

  private static func schema() throws -> PostgreSQLSchema { try RunStores().schema() }
}
