import ArgumentParser
import Diagnosing
import Execution
import JobStore

struct Backfill: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Submits a run for each value of a range.",
    discussion: """
      The range is that of a parameter, a `Date` or an `Int`, or one of times of the pipeline's schedule. A value has one \
      run: the same command again makes none, and with a longer range only those that are missing. Prints the \
      backfill's id.

      EXAMPLES:
        thalweg backfill revenue.thal -p day=2026-01-01..2026-01-31 --at-once 4 --wait
        thalweg backfill revenue.thal --times 2026-01-01..2026-01-31
      """)

  @OptionGroup var options: PipelineOptions

  @Option(help: ArgumentHelp("Runs for the times of the schedule in this range.", valueName: "from..to"))
  var times: String?

  @Option(
    help: ArgumentHelp(
      "Names the backfill: another one makes runs for the same values again.", valueName: "id"))
  var id: String?

  @Option(help: ArgumentHelp("At most so many under way at a time.", valueName: "n"))
  var atOnce: Int?

  @Flag(help: "Wait for the end of all runs.")
  var wait = false

  @OptionGroup var console: ConsoleOptions

  func validate() throws {
    if let atOnce, atOnce < 1 { throw ValidationError("--at-once has to be at least 1") }
  }

  func run() async throws {
    let profile = options.profile.profile
    let program = try await CompiledFile(options.file, under: profile, Thalweg.invocation)
    let backfill = try Execution.Backfill(
      options.pipeline, of: program, given: options.parameters, times: times, id: id, under: profile)
    Console.error.show(backfill.warnings, backfill.sources)
    let queue = try await program.stores().queue()
    let (new, all) = try await backfill.submit(to: queue, atOnce: atOnce)
    Console.output.write("\(backfill.id)\n")
    Console.error.write(
      Figures.count(Int64(new)) + (new == 1 ? " run is" : " runs are") + " submitted"
        + (new == all ? "\n" : ", \(Figures.count(Int64(all - new))) of its values had one\n"))
    guard wait else { return }
    let display = ProgressDisplay(backfill.id, on: .error)
    let end = try await queue.waitForEnd(ofBackfill: backfill.id, in: backfill.namespace) {
      display.observe($0)
    }
    display.finish()
    Console.error.write(BackfillReport.text(end))
    if end.runs[.succeeded] != end.count { throw ExitStatus.failed.thrown }
  }
}

struct Queues: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what waits and runs of each pipeline, and for how long.")

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    let queues = try await RunStores().queue().queues()
    Console.output.write(
      json ? QueueReport.json(queues, now: .now).indented + "\n" : QueueReport.text(queues, now: .now))
  }
}
