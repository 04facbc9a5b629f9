import ArgumentParser
import Dataflow
import Execution
import Foundation
import JobStore

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a pipeline here and now.",
    discussion: """
      Outputs become visible together, when everything is done and every check has passed. The run is recorded in \
      `.thalweg/state.db`; `thalweg runs` shows it.

      EXAMPLES:
        thalweg run revenue.thal
        thalweg run revenue.thal daily -p day=2026-01-31
        thalweg run clicks.thal --resume clicks-7k3f9q2m
      """)

  @OptionGroup var options: PipelineOptions

  @Option(
    help: ArgumentHelp(
      """
      A run that stopped or failed: a stream goes on after its last complete epoch, a batch with what its tasks have \
      done.
      """, valueName: "run"))
  var resume: String?

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    let backend = LocalBackend()
    let program = try await CompiledFile(options.file, under: options.profile.profile, Thalweg.invocation)
    let stores = try program.stores()
    let former = try await former(in: stores)
    let pipeline = try program.pipeline(
      options.pipeline ?? former?.pipeline,
      given: options.parameters.isEmpty ? former?.given ?? [] : options.parameters, isPartial: false)
    if pipeline.graph.mode == .service { return try await Serve.serve([pipeline]) }
    try pipeline.refuse(where: backend.capabilities)
    Console.error.show(pipeline.warnings, pipeline.sources)
    let store = try await stores.create()
    // Output that nobody reads any more fails the run, which is then recorded.
    signal(SIGPIPE, SIG_IGN)
    let display = ProgressDisplay(pipeline.graph.name, on: .error)
    let outcome = try await Interruption.cancelling {
      try await backend.run(pipeline.request(resuming: former?.id), recordedIn: store, observer: display)
    }
    Console.error.show(outcome.diagnostics, pipeline.sources)
    Console.error.write(outcome.summary(of: pipeline.graph.name) + "\n")
    if let problem = outcome.recording { throw problem }
    if outcome.status != .done { throw outcome.status.thrown }
  }

  /// The run that is to go on.
  private func former(in stores: RunStores) async throws -> ResumableRun? {
    guard let resume else { return nil }
    let catalog = RunCatalog(try await stores.existing(), Thalweg.invocation)
    return try await catalog.resumable(resume)
  }
}
