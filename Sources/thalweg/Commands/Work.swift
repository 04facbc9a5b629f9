import ArgumentParser
import Diagnosing
import Execution
import Foundation
import JobStore

struct Work: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker",
    abstract: "Runs what is submitted, until it is told to stop.",
    discussion: """
      The first signal lets it finish what it has begun; a second one ends it at once, and other workers go on with \
      its runs.
      """)

  @Option(help: ArgumentHelp("So many runs, and besides so many calls of tasks, at once.", valueName: "n"))
  var slots = 1

  @Option(
    help: ArgumentHelp(
      "What this machine has, with commas between: runs that want it come here.", valueName: "tags"))
  var tags: String?

  @Option(
    name: .customLong("namespace"), parsing: .upToNextOption,
    help: ArgumentHelp("Only runs of these namespaces.", valueName: "name"))
  var namespaces: [String] = []

  @OptionGroup var console: ConsoleOptions

  func validate() throws {
    if slots < 1 { throw ValidationError("--slots has to be at least 1") }
    for name in namespaces { try checkNamespace(name) }
  }

  func run() async throws {
    let tags = tags?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
    let worker = RunWorker(
      try await RunStores().queue(), slots: slots, tags: tags, namespaces: namespaces
    ) { line in
      Console.error.write("\(Moment.now) \(line)\n")
    }
    signal(SIGPIPE, SIG_IGN)
    try await Interruption.cancelling { try await worker.run() }
  }
}

/// - Throws: Where no namespace has such a name.
func checkNamespace(_ name: String) throws(ValidationError) {
  guard RunStores.isNamespace(name) else {
    throw ValidationError("`\(name)` is no namespace: small letters, digits, `-` and `_`, a letter first")
  }
}

struct Workers: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Lists the workers that share the database.")

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    let workers = try await RunStores().queue().workers()
    Console.output.write(
      json ? WorkerReport.json(workers).indented + "\n" : WorkerReport.text(workers, now: .now))
  }
}
