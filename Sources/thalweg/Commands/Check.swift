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
    do throws(Refusal) {
      let programs = try await Programs(checking: paths.isEmpty ? ["."] : paths, Thalweg.invocation)
      let status = report(programs.diagnostics, programs.sources, files: programs.fileCount)
      Memory.leave(status, keeping: programs)
    } catch {
      // What can't be read is a finding like any other, so that JSON stays JSON.
      throw report(error.diagnostics, error.sources, files: 0).thrown
    }
  }

  /// Prints the findings and says how the command ends.
  private func report(_ diagnostics: [Diagnostic], _ sources: SourceMap, files: Int) -> ExitStatus {
    let summary = DiagnosticSummary(diagnostics, files: files)
    switch format {
    case .text:
      Console.output.show(diagnostics, sources)
      Console.output.write(diagnostics.isEmpty ? "\(summary)\n" : "\n\(summary)\n")
    case .json:
      Console.output.write(JSONRenderer(sources).report(diagnostics, summary).indented + "\n")
    }
    let status = ExitStatus(diagnostics)
    return status == .done && deny == .warnings && summary.warnings > 0 ? .failed : status
  }
}
