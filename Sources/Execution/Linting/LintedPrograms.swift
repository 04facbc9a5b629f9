import Compiler
import Diagnosing
import Linting

/// Programs as they were checked and as the lint rules saw them.
public struct LintedPrograms: Sendable {
  /// Kept whole, so that whoever holds this decides when its trees are freed.
  private let compilation: Compilation
  /// What the rules found.
  let report: LintReport

  /// What is wrong with the programs and what the rules found, in source order.
  public var diagnostics: [Diagnostic] { (compilation.diagnostics + report.findings).inSourceOrder }
  /// What was found and asked not to be told.
  public var suppressed: [SuppressedFinding] { report.suppressed }
  /// The texts of the files, and of what they import.
  public var sources: SourceMap { compilation.sources }
  /// Number of files, imported ones included.
  public var fileCount: Int { sources.files.count }

  init(_ compilation: Compilation, _ report: LintReport) {
    self.compilation = compilation
    self.report = report
  }

  /// Checks programs and looks at them with the rules. `texts` are those of `paths`; what they import is read.
  static func look(
    at paths: [String], _ texts: [String: [UInt8]], _ levels: LintLevels
  ) async -> LintedPrograms {
    let compilation = await Compiler.check(paths) { path in
      texts[path] ?? (try? ProgramFinder.bytes(path).get())
    }
    let entries = compilation.sources.files.indices.filter {
      texts[compilation.sources.files[$0].path] != nil
    }
    let input = LintInput(
      files: compilation.files, program: compilation.program,
      pipelines: compilation.pipelines.map(\.declaration), diagnostics: compilation.diagnostics,
      entries: Set(entries))
    return LintedPrograms(compilation, await lint(input, levels: levels))
  }

  /// The same, without what a baseline knows.
  func without(_ baseline: Baseline?) -> LintedPrograms {
    guard let baseline else { return self }
    return LintedPrograms(compilation, baseline.applied(to: report, in: sources))
  }

  /// The files that have an error.
  var broken: Set<String> {
    Set(diagnostics.filter { $0.severity == .error }.map { sources[$0.span.file].path })
  }
}
