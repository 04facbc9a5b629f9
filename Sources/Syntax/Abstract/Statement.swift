import Diagnosing

/// A statement of a pipeline, of a test, or of an `if` or `for` inside a pipeline.
public struct Statement: Sendable {
  /// The statement's form.
  public indirect enum Kind: Sendable {
    /// `from name: Type = connector(...)`.
    case from(name: Identifier, type: TypeSyntax, connector: Expression)
    /// `into name: Type = connector(...) <- flow`.
    case into(name: Identifier, type: TypeSyntax?, connector: Expression, flow: Expression)
    /// `let a = value`, `let a, b = value`.
    case bind(names: [Identifier], type: TypeSyntax?, value: Expression)
    /// `check flow { clauses }`.
    case check(flow: Expression, clauses: [CheckClause])
    /// `discard flow`.
    case discard(Expression)
    /// `reply flow status 201 allow [pii]`.
    case reply(flow: Expression, status: Expression?, allow: [Identifier])
    /// `run batch { options }`; the mode is nil where it is left out.
    case run(mode: Identifier?, options: [Argument])
    /// `given name = value`.
    case given(name: Identifier, value: Expression)
    /// `expect condition`.
    case expect(Expression)
    /// `expect name { clauses }`.
    case expectFlow(name: Identifier, clauses: [CheckClause])
    /// `if condition { } else { }` as a statement.
    case conditional(condition: Condition, then: [Statement], otherwise: [Statement])
    /// `fail("text")`, or the last expression of a `for`.
    case expression(Expression)
  }

  /// The statement's form.
  public let kind: Kind
  /// `@was("old")` on the line before.
  public let annotations: [Annotation]
  /// The whole statement.
  public let span: Span

  /// Makes a statement.
  public init(_ kind: Kind, annotations: [Annotation] = [], span: Span) {
    self.kind = kind
    self.annotations = annotations
    self.span = span
  }
}

/// `warn every(r -> ..., at_least: 0.9)` inside `check` or `expect name { }`.
public struct CheckClause: Sendable {
  /// The word `warn`, where the clause only reports.
  public let warn: Span?
  /// `rows unique every that`.
  public let name: Identifier
  /// In order.
  public let arguments: [Argument]
  /// The whole clause.
  public let span: Span

  /// Makes a clause.
  public init(warn: Span?, name: Identifier, arguments: [Argument], span: Span) {
    self.warn = warn
    self.name = name
    self.arguments = arguments
    self.span = span
  }
}
