/// Diagnostics as workflow commands of GitHub Actions, which shows them beside the code of a pull request.
public struct GitHubRenderer: Sendable {
  private let sources: SourceMap

  /// A renderer for diagnostics of `sources`.
  public init(_ sources: SourceMap) { self.sources = sources }

  /// One command a line, each with a line break.
  public func render(_ diagnostics: some Sequence<Diagnostic>) -> String {
    diagnostics.map { line($0) + "\n" }.joined()
  }

  private func line(_ diagnostic: Diagnostic) -> String {
    let file = sources[diagnostic.span.file]
    let start = file.position(of: diagnostic.span.start)
    let end = file.position(of: diagnostic.span.end)
    let command =
      switch diagnostic.severity {
      case .error: "error"
      case .warning: "warning"
      case .note: "notice"
      }
    var properties = "file=\(Self.property(file.path)),line=\(start.line)"
    if end.line > start.line {
      // Columns are heeded only within one line.
      properties += ",endLine=\(end.line)"
    } else {
      properties += ",endLine=\(end.line),col=\(start.column),endColumn=\(max(end.column, start.column))"
    }
    properties += ",title=\(Self.property(diagnostic.code.text))"
    return "::\(command) \(properties)::\(Self.data(diagnostic.wholeMessage))"
  }

  private static func data(_ text: String) -> String { escaped(text, also: [:]) }

  private static func property(_ text: String) -> String { escaped(text, also: [":": "%3A", ",": "%2C"]) }

  private static func escaped(_ text: String, also more: [Unicode.Scalar: String]) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": result += "%25"
      case "\r": result += "%0D"
      case "\n": result += "%0A"
      default:
        if let escape = more[scalar] { result += escape } else { result.unicodeScalars.append(scalar) }
      }
    }
    return result
  }
}

extension Diagnostic {
  /// What is wrong, what is to be seen, and the advice: for where there is one text and no drawing.
  var wholeMessage: String {
    var lines = [label.isEmpty ? message : "\(message): \(label)"]
    if let help { lines.append("help: \(help)") }
    lines += fixes.map { "fix: \($0.title)" }
    return lines.joined(separator: "\n")
  }
}
