import Compiler
import Diagnosing
import Linting
import Settings

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
  /// Number of files, imported ones and project files included.
  public var fileCount: Int { sources.files.count }
  /// Whether a project file says `deny: warnings`.
  public var deniesWarnings: Bool { compilation.projects.contains { $0.settings.lint.deniesWarnings } }

  init(_ compilation: Compilation, _ report: LintReport) {
    self.compilation = compilation
    self.report = report
  }

  /// Checks programs and looks at them with the rules, at the levels that their project files say. What they import
  /// is read.
  static func look(at programs: ReadPrograms) async -> LintedPrograms {
    let compilation = await programs.compile(.asWritten)
    let texts = programs.texts
    let entries = compilation.sources.files.indices.filter {
      texts[compilation.sources.files[$0].path] != nil
    }
    let input = LintInput(
      files: compilation.files, program: compilation.program,
      pipelines: compilation.pipelines.map(\.declaration), diagnostics: compilation.diagnostics,
      entries: Set(entries))
    return LintedPrograms(compilation, await lint(input, levels: compilation.lintLevels))
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

extension Compilation {
  /// The levels that the project files say; where several do, the first one's.
  fileprivate var lintLevels: LintLevels {
    let levels = projects.flatMap(\.settings.lint.levels).map { ($0.key, LintLevel($0.value.value)) }
    return LintLevels(Dictionary(levels, uniquingKeysWith: { first, _ in first }))
  }
}

extension LintLevel {
  fileprivate init(_ level: LintSettings.Level) {
    self =
      switch level {
      case .off: .off
      case .note: .note
      case .warning: .warning
      case .error: .error
      }
  }
}
