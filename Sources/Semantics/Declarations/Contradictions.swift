import Diagnosing
import RegularExpressions
import Syntax

extension Declarer {
  /// What the constraints of a field say must go together: a default fulfils them, and so does each value of
  /// `@one_of`.
  func judge(_ details: FieldDetails, _ defaultValue: TypedExpression?, _ syntax: FieldDeclaration) {
    if case .path? = details.requestPart, let value = syntax.defaultValue {
      diagnostics.append(.defaultOfPath(syntax.name, at: value.span))
    }
    for constraint in details.constraints {
      guard let place = syntax.annotations.first(where: { $0.name.text == constraint.word }) else { continue }
      if let defaultValue, let literal = defaultValue.plainLiteral, constraint.refuses(literal) {
        diagnostics.append(.defaultBreaks(syntax.name, constraint, at: defaultValue.span, said: place.span))
      }
      guard case .oneOf(let values) = constraint else { continue }
      judge(values, details, syntax)
    }
  }

  private func judge(_ values: [TypedExpression], _ details: FieldDetails, _ syntax: FieldDeclaration) {
    var seen: [Literal: Span] = [:]
    for value in values {
      guard let literal = value.plainLiteral else { continue }
      if let first = seen[literal] {
        diagnostics.append(.repeatedChoice(at: value.span, first: first))
        continue
      }
      seen[literal] = value.span
      for other in details.constraints where other.word != "one_of" && other.refuses(literal) {
        guard let place = syntax.annotations.first(where: { $0.name.text == other.word }) else { continue }
        diagnostics.append(.choiceRefused(other, at: value.span, said: place.span))
      }
    }
  }
}

extension TypedExpression {
  /// The literal that it is, wrapped or not.
  fileprivate var plainLiteral: Literal? {
    switch kind {
    case .literal(.none): nil
    case .literal(let literal): literal
    case .some(let value), .rewrap(let value): value.plainLiteral
    default: nil
    }
  }
}

extension Constraint {
  /// The annotation's name.
  fileprivate var word: String {
    switch self {
    case .range: "range"
    case .pattern: "pattern"
    case .oneOf: "one_of"
    }
  }

  /// Whether a value breaks it, as far as can be told from literals.
  fileprivate func refuses(_ value: Literal) -> Bool {
    switch self {
    case .range(let low, let high):
      low.plainLiteral?.exceeds(value) == true || high.plainLiteral.map { value.exceeds($0) } == true
    case .pattern(let source):
      if case .string(let text) = value, let pattern = try? RegularExpression(source) {
        !pattern.matches(text)
      } else {
        false
      }
    case .oneOf(let values):
      values.allSatisfy { choice in choice.plainLiteral.map { $0 != value } ?? false }
    }
  }
}

extension Diagnostic {
  fileprivate static func defaultOfPath(_ name: Identifier, at span: Span) -> Diagnostic {
    Diagnostic(
      .contradiction, "a part of the path is always there, so the default of `\(name.text)` is never used",
      at: span, label: "never used", help: "remove the default")
  }

  fileprivate static func defaultBreaks(
    _ name: Identifier, _ constraint: Constraint, at span: Span, said: Span
  ) -> Diagnostic {
    Diagnostic(
      .contradiction, "the default of `\(name.text)` breaks its `@\(constraint.word)`", at: span,
      label: "not allowed", labels: [Label(said, "because of this")])
  }

  fileprivate static func repeatedChoice(at span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      .contradiction, "this value of `@one_of` stands twice", at: span, label: "again",
      labels: [Label(first, "first here")])
  }

  fileprivate static func choiceRefused(_ other: Constraint, at span: Span, said: Span) -> Diagnostic {
    Diagnostic(
      .contradiction, "`@\(other.word)` never lets this value of `@one_of` through", at: span,
      label: "never allowed", labels: [Label(said, "because of this")])
  }
}
