import ArgumentParser
import Diagnosing
import Execution

enum FindingsFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

enum Denial: String, ExpressibleByArgument, CaseIterable {
  case warnings
}

struct Check: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks programs; nothing but their files is read.",
    discussion: """
      EXAMPLES:
        thalweg check                       # every program below this folder
        thalweg check revenue.thal --format json
        thalweg check - < revenue.thal      # standard input
      """)

  @Argument(help: "Files and folders; `-` is standard input, without any it is this folder.")
  var paths: [String] = []

  @Option(help: ArgumentHelp("How findings are printed: text or json.", valueName: "format"))
  var format = FindingsFormat.text

  @Option(help: ArgumentHelp("Exit with 1 also for warnings: `--deny warnings`.", valueName: "what"))
  var deny: Denial?

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    let (diagnostics, sources, count) = await findings()
    let summary = DiagnosticSummary(diagnostics, files: count)
    switch format {
    case .text:
      Console.output.show(diagnostics, sources)
      Console.output.write(diagnostics.isEmpty ? "\(summary)\n" : "\n\(summary)\n")
    case .json:
      Console.output.write(JSONRenderer(sources).report(diagnostics, summary).indented + "\n")
    }
    let status = ExitStatus(diagnostics)
    if status != .done { throw status.thrown }
    if deny == .warnings, summary.warnings > 0 { throw ExitStatus.failed.thrown }
  }

  /// What can't be read is a finding like any other, so that JSON stays JSON.
  private func findings() async -> ([Diagnostic], SourceMap, Int) {
    do throws(Refusal) {
      let programs = try await Programs(checking: paths.isEmpty ? ["."] : paths, Thalweg.invocation)
      return (programs.diagnostics, programs.sources, programs.fileCount)
    } catch {
      return (error.diagnostics, error.sources, 0)
    }
  }
}
