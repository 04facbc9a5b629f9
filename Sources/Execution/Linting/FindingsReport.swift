import Diagnosing
import Linting

/// How findings are printed for machines and people.
public enum ReportFormat: String, Sendable, CaseIterable {
  case text, json, sarif, github, junit
}

/// Findings and the texts they point into, printed in any format.
public struct FindingsReport: Sendable {
  private let diagnostics: [Diagnostic]
  private let suppressed: [SuppressedFinding]
  private let sources: SourceMap
  /// How much was found.
  public let summary: DiagnosticSummary

  /// A report of `diagnostics`, found in `files` files.
  public init(
    _ diagnostics: [Diagnostic], suppressed: [SuppressedFinding] = [], _ sources: SourceMap, files: Int
  ) {
    self.diagnostics = diagnostics
    self.suppressed = suppressed
    self.sources = sources
    summary = DiagnosticSummary(diagnostics, files: files)
  }

  /// The report's text.
  public func text(_ format: ReportFormat, version: String, isColored: Bool) -> String {
    switch format {
    case .text:
      let drawn = TextRenderer(sources, isColored: isColored).render(diagnostics)
      return drawn.isEmpty ? "\(summary)\n" : "\(drawn)\n\(summary)\n"
    case .json: return JSONRenderer(sources).report(diagnostics, summary).indented + "\n"
    case .github: return GitHubRenderer(sources).render(diagnostics)
    case .junit: return JUnitRenderer(sources).report(diagnostics, suite: "thalweg lint")
    case .sarif:
      let log = SARIFRenderer(sources, version: version, rules: rules).log(
        diagnostics,
        suppressed: suppressed.map {
          SARIFRenderer.Suppressed($0.diagnostic, kind: $0.kind.rawValue, reason: $0.reason)
        })
      return log.indented + "\n"
    }
  }

  /// All lint rules, and the codes of the errors that were found.
  private var rules: [SARIFRenderer.Rule] {
    let errors = Set(diagnostics.map(\.code.text)).sorted().compactMap { Catalogue.entry($0) }
      .map { SARIFRenderer.Rule($0) }
    let rules = Rules.all.map { rule in
      SARIFRenderer.Rule(
        rule.entry, name: rule.name, severity: rule.defaultSeverity, tags: [rule.category.rawValue])
    }
    return errors + rules
  }
}
