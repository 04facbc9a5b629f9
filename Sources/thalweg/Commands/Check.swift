import ArgumentParser
import Diagnosing
import Execution

enum FindingsFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

enum Denial: String, ExpressibleByArgument, CaseIterable {
  case warnings
}

/// Which profile of `thalweg.yaml` is in effect.
struct ProfileOption: ParsableArguments {
  @Option(help: "The profile of `thalweg.yaml`; without it, the one that the file calls the default.")
  var profile: String?
}

struct Check: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks programs; nothing but their files is read.",
    discussion: """
      EXAMPLES:
        thalweg check                       # every program below this folder
        thalweg check revenue.thal --format json
        thalweg check - < revenue.thal      # standard input
        thalweg check --profile prod        # again with the connectors of a profile
      """)

  @Argument(help: "Files and folders; `-` is standard input, without any it is this folder.")
  var paths: [String] = []

  @Option(help: ArgumentHelp("How findings are printed: text or json.", valueName: "format"))
  var format = FindingsFormat.text

  @Option(help: ArgumentHelp("Exit with 1 also for warnings: `--deny warnings`.", valueName: "what"))
  var deny: Denial?

  @OptionGroup var profile: ProfileOption

  @Flag(help: "Check again under each profile of `thalweg.yaml`.")
  var allProfiles = false

  @OptionGroup var console: ConsoleOptions

  func validate() throws {
    if allProfiles, profile.profile != nil {
      throw ValidationError("`--all-profiles` and `--profile` can't stand together")
    }
  }

  func run() async throws {
    let paths = self.paths.isEmpty ? ["."] : self.paths
    Memory.growArenas(for: paths)
    do throws(Refusal) {
      let profiles: ProfileSelection = allProfiles ? .all : profile.profile.map { .named($0) } ?? .standard
      let programs = try await Programs(
        checking: paths, under: profiles, Thalweg.invocation)
      let status = report(
        programs.diagnostics, programs.sources, files: programs.fileCount,
        deniesWarnings: programs.deniesWarnings || deny == .warnings)
      Memory.leave(status, keeping: programs)
    } catch {
      // What can't be read is a finding like any other, so that JSON stays JSON.
      throw report(error.diagnostics, error.sources, files: 0, deniesWarnings: false).thrown
    }
  }

  /// Prints the findings and says how the command ends.
  private func report(
    _ diagnostics: [Diagnostic], _ sources: SourceMap, files: Int, deniesWarnings: Bool
  ) -> ExitStatus {
    let summary = DiagnosticSummary(diagnostics, files: files)
    switch format {
    case .text:
      Console.output.show(diagnostics, sources)
      Console.output.write(diagnostics.isEmpty ? "\(summary)\n" : "\n\(summary)\n")
    case .json:
      Console.output.write(JSONRenderer(sources).report(diagnostics, summary).indented + "\n")
    }
    let status = ExitStatus(diagnostics)
    return status == .done && deniesWarnings && summary.warnings > 0 ? .failed : status
  }
}
