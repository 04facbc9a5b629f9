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

  @Option(help: ArgumentHelp("So many runs at once.", valueName: "n"))
  var slots = 1

  @OptionGroup var console: ConsoleOptions

  func validate() throws {
    if slots < 1 { throw ValidationError("--slots has to be at least 1") }
  }

  func run() async throws {
    let worker = RunWorker(try await RunStores().queue(), slots: slots) { line in
      Console.error.write("\(Moment.now) \(line)\n")
    }
    signal(SIGPIPE, SIG_IGN)
    try await Interruption.cancelling { try await worker.run() }
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
