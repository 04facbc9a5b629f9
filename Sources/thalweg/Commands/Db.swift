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
    subcommands: [Migrate.self, Check.self, Url.self, Prune.self, Grant.self, Revoke.self, Grants.self])

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

  struct Prune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Removes runs that ended long ago, with all that belongs to them.",
      discussion: """
        Works on the runs of the current folder where no database is named. What is under way, waits or is held back is \
        kept, and schedules are. With `--artifacts` it also removes files that none of the runs that are kept refers to: \
        only where no other database or folder has its files in the same place.

        EXAMPLES:
          thalweg db prune --older-than 30d --dry-run
        """)

    @Option(help: ArgumentHelp("How long ago a run has ended at least: 30d, 12h.", valueName: "time"))
    var olderThan: Age

    @Flag(help: "Also remove files from the store of artifacts.")
    var artifacts = false

    @Flag(help: "Only tell what would be removed.")
    var dryRun = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      guard let store = try await RunStores().pruner() else {
        Console.output.write(
          json ? PruningReport.json(.nothing).indented + "\n" : PruningReport.text(.nothing))
        return
      }
      let result = try await Pruning(
        store, olderThan: olderThan.seconds, artifacts: artifacts ? try ArtifactPlaces().store : nil
      ).run(isTrial: dryRun)
      Console.output.write(json ? PruningReport.json(result).indented + "\n" : PruningReport.text(result))
    }
  }

  fileprivate static func schema() throws -> PostgreSQLSchema { try RunStores().schema() }
}

/// A user of the database, and a namespace.
struct MemberOptions: ParsableArguments {
  @Argument(help: "The user's name in the database.")
  var user: String

  @Option(help: ArgumentHelp("The namespace.", valueName: "name"))
  var namespace: String

  func validate() throws { try checkNamespace(namespace) }
}

extension Db {
  struct Grant: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Gives a user of the database a role in a namespace.",
      discussion: """
        A viewer sees its runs; an operator also submits, cancels and retries them; an admin also gives roles; a worker \
        takes on what is submitted. Who owns the tables may do everything.

        EXAMPLES:
          thalweg db grant ann --namespace sales --role operator
        """)

    @OptionGroup var member: MemberOptions

    @Option(help: ArgumentHelp("viewer, operator, admin or worker.", valueName: "role"))
    var role: Membership.Role

    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      let isNew = try await Db.schema().grant(
        Membership(user: member.user, namespace: member.namespace, role: role))
      Console.output.write(
        "\(member.user) is \(isNew ? "now" : "already") \(role.rawValue) in \(member.namespace)\n")
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes a role in a namespace from a user, or all of them.")

    @OptionGroup var member: MemberOptions

    @Option(help: ArgumentHelp("Only this role.", valueName: "role"))
    var role: Membership.Role?

    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      let had = try await Db.schema().revoke(role, from: member.user, in: member.namespace)
      let what = role?.rawValue ?? "anything"
      Console.output.write("\(member.user) is \(had ? "no longer" : "not") \(what) in \(member.namespace)\n")
    }
  }

  struct Grants: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists who has which role in which namespace, as far as you may know.")

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      let memberships = try await Db.schema().memberships()
      Console.output.write(
        json
          ? MembershipReport.json(memberships).indented + "\n" : MembershipReport.text(memberships))
    }
  }
}

extension Membership.Role: ExpressibleByArgument {}

extension Age: ExpressibleByArgument {
  /// Nil where the text is no such time.
  public init?(argument: String) { self.init(argument) }
}
