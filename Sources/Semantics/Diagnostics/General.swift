import Diagnosing
import Syntax

extension Diagnostic {
  /// A finding about a misspelt name: the nearest candidate is offered.
  static func misspelt(
    _ code: Code, _ message: String, _ name: Identifier, label: String, candidates: some Sequence<String>,
    otherwise help: String? = nil
  ) -> Diagnostic {
    guard let meant = Suggestion.nearest(to: name.text, among: candidates) else {
      return Diagnostic(code, message, at: name.span, label: label, help: help)
    }
    return Diagnostic(
      code, message, at: name.span, label: label, help: "did you mean `\(meant)`?",
      fixes: [Fix("write `\(meant)`", edits: [Edit(name.span, meant)])])
  }

  /// The edits that put `suffix` behind a value, in parentheses where it would bind to a part of it.
  static func appending(_ suffix: String, to value: TypedExpression) -> [Edit] {
    switch value.kind {
    case .local, .field, .call, .builtin, .construct, .list, .map, .interpolation, .error:
      [Edit(value.span.endPoint, suffix)]
    default: [Edit(value.span.startPoint, "("), Edit(value.span.endPoint, ")\(suffix)")]
    }
  }

  /// `a`, `a` and `b`, `a`, `b` and `c`.
  static func list(_ names: [String], _ word: String = "and") -> String {
    let quoted = names.map { "`\($0)`" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
    return "\(quoted.dropLast().joined(separator: ", ")) \(word) \(last)"
  }
}
