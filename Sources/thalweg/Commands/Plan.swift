import ArgumentParser
import Diagnosing
import Execution
import Planning

enum PlanFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, dot, mermaid, svg
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
    abstract: "Shows what would run: jobs, what moves between them, what each holds in memory.",
    discussion: """
      EXAMPLES:
        thalweg plan revenue.thal
        thalweg plan revenue.thal daily --format svg > plan.svg
      """)

  @OptionGroup var options: PipelineOptions

  @Option(help: ArgumentHelp("text, json, dot, mermaid or svg.", valueName: "format"))
  var format = PlanFormat.text

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    let pipeline = try await Programs.pipeline(
      options.pipeline, of: options.file, under: options.profile.profile, given: options.parameters,
      isPartial: true, Thalweg.invocation)
    Console.error.show(pipeline.warnings, pipeline.sources)
    let plan = pipeline.plan.given(pipeline.arguments.given)
    let text =
      switch format {
      case .text: plan.text
      case .json: plan.json.indented + "\n"
      case .dot: plan.dot
      case .mermaid: plan.mermaid
      case .svg: plan.svg
      }
    Console.output.write(text)
  }
}
