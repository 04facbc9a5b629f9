import ArgumentParser
import Diagnosing
import Execution
import JobStore
import Planning

enum PlanFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, dot, mermaid, svg
}

/// A mode that the command line asserts.
enum PlanMode: String, ExpressibleByArgument, CaseIterable {
  case batch, stream, service
}

/// Where a plan could run.
enum PlanBackend: String, ExpressibleByArgument, CaseIterable {
  case local

  var backend: any ExecutionBackend {
    switch self {
    case .local: LocalBackend()
    }
  }
}

/// Which pipeline is meant, and the values of its parameters.
struct PipelineOptions: ParsableArguments {
  @Argument(help: "The file that declares the pipeline.")
  var file: String

  @Argument(help: "The pipeline; needed where the file declares several.")
  var pipeline: String?

  @Option(
    name: [.customShort("p"), .customLong("parameter")], parsing: .singleValue,
    help: ArgumentHelp("A parameter of the pipeline; may be repeated.", valueName: "name=value"))
  var parameters: [String] = []

  @OptionGroup var profile: ProfileOption
}

struct Plan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Shows what would run: what goes together, what moves between, what each part holds and promises.",
    discussion: """
      EXAMPLES:
        thalweg plan revenue.thal
        thalweg plan revenue.thal daily --format svg > plan.svg
        thalweg plan clicks.thal --mode stream --backend local
        thalweg plan clicks.thal --against clicks-7k3f9q2m
      """)

  @OptionGroup var options: PipelineOptions

  @Option(help: ArgumentHelp("Fails unless the plan is a batch, stream or service plan.", valueName: "mode"))
  var mode: PlanMode?

  @Option(help: ArgumentHelp("Notes what would not run there; `local`.", valueName: "backend"))
  var backend: PlanBackend?

  @Option(help: ArgumentHelp("text, json, dot, mermaid or svg.", valueName: "format"))
  var format = PlanFormat.text

  @Option(
    help: ArgumentHelp(
      "Shows what would become of the state of this run; fails if it does not fit.", valueName: "run"))
  var against: String?

  @OptionGroup var console: ConsoleOptions

  func validate() throws {
    if against != nil, format != .text, format != .json {
      throw ValidationError("--against needs --format text or json")
    }
  }

  func run() async throws {
    let pipeline = try await Programs.pipeline(
      options.pipeline, of: options.file, under: options.profile.profile, given: options.parameters,
      isPartial: true, Thalweg.invocation)
    Console.error.show(pipeline.warnings, pipeline.sources)
    let plan = pipeline.plan.given(pipeline.arguments.given)
    if let mode, mode.rawValue != plan.modeName { throw refusal(of: mode, plan.modeName) }
    if let backend {
      Console.error.show(pipeline.notes(where: backend.backend.capabilities), pipeline.sources)
    }
    var kept: KeptState?
    if let against {
      let catalog = RunCatalog(try await pipeline.stores().existing(), Thalweg.invocation)
      kept = try await catalog.kept(by: against, for: pipeline)
    }
    let text =
      switch format {
      case .text: plan.text + (kept.map { "\n" + $0.text } ?? "")
      case .json: (kept?.json(beside: plan) ?? plan.json).indented + "\n"
      case .dot: plan.dot
      case .mermaid: plan.mermaid
      case .svg: plan.svg
      }
    Console.output.write(text)
    try kept?.refuse(pipeline)
  }

  private func refusal(of mode: PlanMode, _ found: String) -> Refusal {
    Refusal(
      .assertedMode, "this is a \(found) plan, not a \(mode.rawValue) plan", at: mode.rawValue,
      of: Thalweg.invocation, label: "asserted here",
      help: "the mode follows from the sources of the pipeline")
  }
}
