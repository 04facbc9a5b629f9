import ArgumentParser
import Dataflow
import Diagnosing
import Execution
import JobStore

struct Submit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Hands a planned run to the workers that share a database.",
    discussion: """
      The program goes with the run as it is now; its data must be where the workers find it. Prints the run's id.

      EXAMPLES:
        thalweg submit revenue.thal -p day=2026-01-31 --wait
      """)

  @OptionGroup var options: PipelineOptions

  @Flag(help: "Wait for the end, and end as the run does.")
  var wait = false

  @Option(
    help: ArgumentHelp("Before what was submitted so many minutes earlier, from 0 to 1000.", valueName: "n"))
  var priority: Int?

  @OptionGroup var console: ConsoleOptions

  func validate() throws {
    if let priority, !(0...1000 ~= priority) { throw ValidationError("--priority is from 0 to 1000") }
  }

  func run() async throws {
    let profile = options.profile.profile
    let program = try await CompiledFile(options.file, under: profile, Thalweg.invocation)
    let pipeline = try program.pipeline(options.pipeline, given: options.parameters, isPartial: false)
    Console.error.show(pipeline.warnings, pipeline.sources)
    let queue = try await program.stores().queue()
    let id = try await program.submit(pipeline, under: profile, to: queue, priority: priority)
    Console.output.write("\(id)\n")
    guard wait else { return }
    let display = ProgressDisplay(pipeline.graph.name, on: .error)
    let run = try await queue.waitForEnd(of: id) { display.observe($0, $1) }
    display.finish()
    if let error = run.error { Console.error.write(error.text) }
    Console.error.write("\(run.id) \(run.state.rawValue)\n")
    if run.state != .succeeded { throw ExitStatus.failed.thrown }
  }
}
