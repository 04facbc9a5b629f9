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
      """)

  @OptionGroup var options: PipelineOptions

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    let backend = LocalBackend()
    let pipeline = try await Programs.pipeline(
      options.pipeline, of: options.file, under: options.profile.profile, given: options.parameters,
      isPartial: false, Thalweg.invocation)
    try pipeline.refuse(where: backend.capabilities)
    Console.error.show(pipeline.warnings, pipeline.sources)
    let store = try SQLiteRunStore.open(creating: RunCatalog.path)
    // Output that nobody reads any more fails the run, which is then recorded.
    signal(SIGPIPE, SIG_IGN)
    let display = ProgressDisplay(pipeline.graph.name, on: .error)
    let outcome = try await Interruption.cancelling {
      try await backend.run(pipeline.request, recordedIn: store, observer: display)
    }
    Console.error.show(outcome.diagnostics, pipeline.sources)
    Console.error.write(outcome.summary(of: pipeline.graph.name) + "\n")
    if let problem = outcome.recording { throw problem }
    if outcome.status != .done { throw outcome.status.thrown }
  }
}
