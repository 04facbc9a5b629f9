import Diagnosing
import Syntax

/// Findings S701 to S709: secrets.
extension Diagnostic {
  private static let places = "a secret goes to a connector, a task's `env` or the `key:` of `hash`"

  static func secretOutOfPlace(_ value: TypedExpression) -> Diagnostic {
    var help = "\(places), and nowhere else"
    if case .secret(let name) = value.kind {
      help += ": write `secret(\"\(name)\")` there"
    }
    return Diagnostic(
      .secretOutOfPlace, "a secret is never stored, given a name or computed with", at: value.span,
      label: "`\(value.type)`", help: help)
  }

  static func secretInText(_ value: TypedExpression) -> Diagnostic {
    Diagnostic(
      .secretInText, "a secret is never printed, so it stands in no text", at: value.span,
      label: "`\(value.type)`", help: "hand the secret over by itself: \(places)")
  }

  static func secretCompared(_ value: TypedExpression, _ sign: TypedOperator) -> Diagnostic {
    Diagnostic(
      .secretCompared, "`\(sign.rawValue)` can't look at a secret", at: value.span, label: "`\(value.type)`",
      help: "\(places), and nowhere else")
  }

  static func secretType(at span: Span) -> Diagnostic {
    Diagnostic(
      .secretType, "a secret is kept nowhere, so this can't be a `Secret`", at: span, label: "would keep it",
      help: "only a parameter of a function may be `Secret<String>`; a task gets it by `env`")
  }

  static func secretOf(_ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .secretType, "a secret is a text, and this is `\(type)`", at: span, label: "not a text",
      help: "write `Secret<String>`")
  }

  static func secretName(at span: Span) -> Diagnostic {
    Diagnostic(
      .secretName, "`secret` takes the name of a secret as a plain text", at: span, label: "not a name",
      help: "the profile says where the secret of this name comes from: `secret(\"pg\")`")
  }

  static func secretWanted(_ value: TypedExpression) -> Diagnostic {
    Diagnostic(
      .secretWanted, "a secret is wanted here, and this is `\(value.type)`", at: value.span,
      label: "to be read by everybody",
      help: "write `secret(\"name\")`; the profile says where the secret of this name comes from")
  }

  // MARK: Functions

  static func notHashable(_ value: TypedExpression) -> Diagnostic {
    Diagnostic(
      .noText, "`\(value.type)` has no text of its own to hash", at: value.span, label: "`\(value.type)`",
      help: "hash the fields one by one, or `json.encode(value)`")
  }

  static func failedWanted(_ value: TypedExpression) -> Diagnostic {
    Diagnostic(
      .mismatch, "`fault_of` takes a row that failed, and this is `\(value.type)`", at: value.span,
      label: "not `Failed<...>`", help: "such rows are the second result of `try_map`")
  }
}
