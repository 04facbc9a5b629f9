import Diagnosing

/// Findings that are known and not to be told again. A finding is known by its code, its file and the text it
/// points at, so that lines may move; and counted, so that a second equal one is new.
public struct Baseline: Sendable, Equatable {
  /// What findings have in common that count as equal.
  public struct Key: Hashable, Sendable {
    /// The rule's code.
    public let code: String
    /// The file, as it was named.
    public let path: String
    /// What the finding points at, white space joined.
    public let text: String

    /// Makes a key.
    public init(code: String, path: String, text: String) {
      self.code = code
      self.path = path
      self.text = text
    }
  }

  /// How many equal findings are known.
  public private(set) var counts: [Key: Int]

  /// Makes a baseline from counted keys.
  public init(_ counts: [Key: Int]) { self.counts = counts }

  /// All findings of rules in a report; errors of the program itself can't be known away.
  public init(of findings: [Diagnostic], in sources: SourceMap) {
    counts = [:]
    for finding in findings where finding.isOfARule { counts[Key(finding, sources), default: 0] += 1 }
  }

  /// The report without the known findings.
  public func applied(to report: LintReport, in sources: SourceMap) -> LintReport {
    var left = counts
    var result = LintReport(findings: [], suppressed: report.suppressed)
    for finding in report.findings {
      let key = Key(finding, sources)
      if finding.isOfARule, let count = left[key], count > 0 {
        left[key] = count - 1
        result.suppressed.append(SuppressedFinding(finding, .external, reason: "known in the baseline"))
      } else {
        result.findings.append(finding)
      }
    }
    return result
  }

  /// The file's text, in the order of files and codes.
  public var json: JSONValue {
    let sorted = counts.sorted {
      ($0.key.path, $0.key.code, $0.key.text) < ($1.key.path, $1.key.code, $1.key.text)
    }
    return .members([
      "version": .int(1),
      "findings": .array(
        sorted.map { key, count in
          .members([
            "rule": .string(key.code), "path": .string(key.path), "text": .string(key.text),
            "count": .int(Int64(count)),
          ])
        }),
    ])
  }
}

extension Baseline.Key {
  fileprivate init(_ finding: Diagnostic, _ sources: SourceMap) {
    let file = sources[finding.span.file]
    let words = file.text(finding.span).split { $0.isWhitespace }
    self.init(
      code: finding.code.text, path: file.path.hasPrefix("./") ? String(file.path.dropFirst(2)) : file.path,
      text: words.joined(separator: " "))
  }
}

extension Diagnostic {
  /// Whether a lint rule found it.
  fileprivate var isOfARule: Bool { code.text.hasPrefix("L") }
}
