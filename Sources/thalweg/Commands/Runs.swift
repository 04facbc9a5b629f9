import ArgumentParser
import Diagnosing
import Execution
import JobStore

struct Runs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows the runs that this folder remembers.",
    discussion: """
      EXAMPLES:
        thalweg runs list --pipeline revenue --limit 5
        thalweg runs show last --json
        thalweg runs logs last --follow
      """,
    subcommands: [List.self, Show.self, Logs.self, Cancel.self, Retry.self, Pause.self, Resume.self],
    defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists runs, the newest first.")

    @Option(help: ArgumentHelp("Only runs of this namespace.", valueName: "name"))
    var namespace: String?

    @Option(help: ArgumentHelp("Only runs of this pipeline.", valueName: "name"))
    var pipeline: String?

    @Option(help: ArgumentHelp("Only runs in this state; may be repeated.", valueName: "state"))
    var state: [RunState] = []

    @Option(help: ArgumentHelp("At most so many.", valueName: "n"))
    var limit = 20

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var console: ConsoleOptions

    func validate() throws {
      if limit < 0 { throw ValidationError("--limit can't be negative") }
      if let namespace { try checkNamespace(namespace) }
    }

    func run() async throws {
      let catalog = RunCatalog(try await RunStores().existing(), Thalweg.invocation)
      let states = state.isEmpty ? nil : Set(state)
      let runs = try await catalog.list(
        RunFilter(namespace: namespace, pipeline: pipeline, states: states, limit: limit))
      Console.output.write(json ? RunReport.json(runs).indented + "\n" : RunReport.text(runs, now: .now))
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows one run: its jobs, rows, times and error.")

    @Argument(help: "The run's id, the beginning of it, or `last`.")
    var run: String

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      let catalog = RunCatalog(try await RunStores().existing(), Thalweg.invocation)
      let entry = try await catalog.find(run)
      Console.output.write(json ? RunReport.json(entry).indented + "\n" : RunReport.text(entry, now: .now))
    }
  }
}

extension Runs {
  struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints what the tasks of a run have written.",
      discussion: """
        Of a submitted run it is what workers have sent, wherever they are; of another what is in `.thalweg/logs` of the \
        current folder.

        EXAMPLES:
          thalweg runs logs last --follow
          thalweg runs logs last --job fit
        """)

    @Argument(help: "The run's id, the beginning of it, or `last`.")
    var run: String

    @Flag(name: .shortAndLong, help: "Go on with what is written until the run ends.")
    var follow = false

    @Option(help: ArgumentHelp("Only of this job: its number, its name, or its task.", valueName: "job"))
    var job: String?

    @Flag(help: "Print JSON, a line for each piece.")
    var json = false

    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      let catalog = RunCatalog(try await RunStores().existing(), Thalweg.invocation)
      let entry = try await catalog.find(run)
      let logs = try await RunLogs(of: entry, in: catalog, job: job)
      var text = RunLogs.Text(logs)
      var isEmpty = true
      func show(_ part: RunLogs.Part) {
        isEmpty = false
        Console.output.write(json ? logs.json(part).compact + "\n" : text.text(part))
      }
      try await follow ? logs.follow(show) : logs.forEachPart(show)
      if isEmpty { Console.error.write("\(logs.nothing)\n") }
    }
  }
}

/// A submitted run that something is to be done with.
struct SubmittedRunOption: ParsableArguments {
  @Argument(help: "The run's id, the beginning of it, or `last`.")
  var run: String

  func find() async throws -> (id: RunID, queue: RunQueue, catalog: RunCatalog) {
    let queue = try await RunStores().queue()
    let catalog = RunCatalog(queue.store, Thalweg.invocation)
    return (try await catalog.find(run).run.id, queue, catalog)
  }
}

extension Runs {
  struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ends a submitted run; nothing of it is published.")

    @OptionGroup var option: SubmittedRunOption
    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      let (id, queue, catalog) = try await option.find()
      Console.output.write(try catalog.text(of: try await queue.cancel(id), id, option.run) + "\n")
    }
  }

  struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets workers go on with a submitted run that has failed or was cancelled.")

    @OptionGroup var option: SubmittedRunOption
    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      let (id, queue, catalog) = try await option.find()
      guard try await queue.retry(id) else { throw catalog.notRetriable(id, option.run) }
      Console.output.write("\(id) is ready again\n")
    }
  }
}

extension Runs {
  struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keeps workers from beginning anything more of a submitted run.",
      discussion: """
        A run that waits is not taken on. Of one under way no further task is begun and nothing is published; what has \
        begun goes on, and the run keeps its worker's slot.
        """)

    @OptionGroup var option: SubmittedRunOption
    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      let (id, queue, catalog) = try await option.find()
      Console.output.write(try catalog.text(ofPause: try await queue.pause(id), id, option.run) + "\n")
    }
  }

  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lets a paused run go on.")

    @OptionGroup var option: SubmittedRunOption
    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      let (id, queue, catalog) = try await option.find()
      Console.output.write(try catalog.text(ofResumption: try await queue.resume(id), id, option.run) + "\n")
    }
  }
}

extension RunState: ExpressibleByArgument {}
