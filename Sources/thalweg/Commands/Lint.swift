import ArgumentParser
import Diagnosing
import Execution
import Linting

extension ReportFormat: ExpressibleByArgument {}

struct Lint: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks programs and looks at them with the rules; for CI.",
    discussion: """
      EXAMPLES:
        thalweg lint                                  # every program below this folder
        thalweg lint --deny warnings --format github  # beside the code of a pull request
        thalweg lint --format sarif > lint.sarif
        thalweg lint --fix                            # applies the safe fixes
        thalweg lint --baseline lint-baseline.json --write-baseline
        thalweg lint --stdin --stdin-filename a.thal < a.thal
      """)

  @Argument(help: "Files and folders; `-` is standard input, without any it is this folder.")
  var paths: [String] = []

  @Option(
    help: ArgumentHelp("How findings are printed: text, json, sarif, github or junit.", valueName: "format"))
  var format = ReportFormat.text

  @Option(help: ArgumentHelp("Exit with 1 also for warnings: `--deny warnings`.", valueName: "what"))
  var deny: Denial?

  @Flag(help: "Apply the safe fixes, as long as there are any.")
  var fix = false

  @Flag(help: "With `--fix`, apply the fixes too that may change what the program means.")
  var unsafe = false

  @Option(help: ArgumentHelp("The file of the findings that are known and not told.", valueName: "file"))
  var baseline: String?

  @Flag(help: "Write what is found to the file of `--baseline`.")
  var writeBaseline = false

  @Flag(help: "Read one program from standard input; with `--fix` the mended one goes to standard output.")
  var stdin = false

  @Option(help: ArgumentHelp("What the program on standard input is called.", valueName: "file"))
  var stdinFilename: String?

  @OptionGroup var console: ConsoleOptions

  func validate() throws {
    if unsafe && !fix { throw ValidationError("`--unsafe` goes with `--fix`.") }
    if writeBaseline && baseline == nil {
      throw ValidationError("`--write-baseline` needs `--baseline FILE`: where to write it.")
    }
    if stdinFilename != nil && !stdin { throw ValidationError("`--stdin-filename` goes with `--stdin`.") }
    if stdin && !paths.isEmpty { throw ValidationError("`--stdin` and paths do not go together.") }
    if fix && paths.contains("-") {
      throw ValidationError(
        "write `--stdin` instead of `-`: with `--fix` the mended program goes to standard output.")
    }
  }

  func run() async throws {
    if !stdin { Memory.growArenas(for: paths.isEmpty ? ["."] : paths) }
    do throws(Refusal) {
      let run = try await LintRun(request, Thalweg.invocation)
      if fix && !stdin { try run.save(Thalweg.invocation) }
      let status = report(run)
      Memory.leave(status, keeping: run)
    } catch {
      // What can't be read is a finding like any other, so that every format stays itself.
      let report = FindingsReport(error.diagnostics, error.sources, files: 0)
      print(report, to: .output)
      throw ExitStatus(error.diagnostics).thrown
    }
  }

  private var request: LintRequest {
    LintRequest(
      paths: paths.isEmpty ? ["."] : paths, standardInputName: stdin ? stdinFilename ?? "<stdin>" : nil,
      fixing: fix ? unsafe ? .all : .safe : .none, baseline: baseline, writesBaseline: writeBaseline)
  }

  /// Prints what was found and done, and says how the command ends.
  private func report(_ run: LintRun) -> ExitStatus {
    let programs = run.programs
    let report = FindingsReport(
      programs.diagnostics, suppressed: programs.suppressed, programs.sources, files: programs.fileCount)
    let status = ExitStatus(programs.diagnostics)
    if let known = run.knownCount, let baseline {
      Console.error.write("\(known) finding\(known == 1 ? "" : "s") written to \(baseline)\n")
      return status
    }
    if fix && stdin, let text = run.standardInput {
      Console.output.write(text)
      print(report, to: .error)
    } else {
      print(report, to: .output)
    }
    if fix && !stdin, !run.mended.isEmpty {
      Console.error.write("mended \(run.mended.map(\.path).joined(separator: ", "))\n")
    }
    let deniesWarnings = deny == .warnings || programs.deniesWarnings
    return status == .done && deniesWarnings && report.summary.warnings > 0 ? .failed : status
  }

  private func print(_ report: FindingsReport, to console: Console) {
    console.write(report.text(format, version: Thalweg.version, isColored: console.isColored))
  }
}
