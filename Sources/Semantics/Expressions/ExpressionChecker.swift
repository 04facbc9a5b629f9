import Diagnosing
import Syntax

/// Checks expressions of one declaration: names, types, absence, failure. It owns the diagnostics and the
/// local ids of that declaration, so that declarations can be checked in parallel.
public final class ExpressionChecker {
  /// The module whose names are seen.
  public let module: Module
  /// What was found so far.
  public internal(set) var diagnostics: [Diagnostic] = []
  /// Answers for names bound as groups.
  public var groups: (any GroupResolver)?

  /// Values of jobs that stand for parts of the expression to be checked, by the place of the part.
  var planned: [Span: PlannedValue] = [:]
  /// The locals whose use is waited for: what is left was never used.
  var watched: Set<Int> = []

  /// The flows whose making was reported, by the number in `Scope.Binding.flow`.
  var brokenFlows: Set<Int> = []

  /// Whether a task may be called where the expression stands.
  public var taskPlace = TaskPlace.elsewhere
  /// The types that are written in expressions, for their labels.
  var written = WrittenTypes()

  /// The next local's id.
  private(set) var nextLocal: Int
  /// Where failures go.
  var coverage = Coverage(context: .none)
  /// Counts the poisoned expressions, so that nothing is concluded from a broken part.
  var poisoned = 0

  /// A checker for the declaration with this ordinal; its local ids start at `ordinal << 24`.
  public init(module: Module, ordinal: Int) {
    self.module = module
    nextLocal = ordinal << 24
  }

  /// Reports a finding.
  public func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  /// Reports a finding and gives the poison that stands for the expression.
  public func fail(_ diagnostic: Diagnostic) -> TypedExpression {
    diagnostics.append(diagnostic)
    return poison(diagnostic.span)
  }

  /// The expression that stands for one that was reported.
  public func poison(_ span: Span) -> TypedExpression {
    poisoned += 1
    return TypedExpression(.error, .error, span)
  }

  /// A new local with an id that no other has.
  public func makeLocal(_ name: String, _ type: Type) -> Local {
    defer { nextLocal += 1 }
    return Local(id: nextLocal, name: name, type: type)
  }

  /// Checks an expression at a place of its own: a statement's value, an option, a function's body.
  public func check(
    _ expression: Expression, in scope: Scope, expecting type: Type?, cover: Cover
  ) -> TypedExpression {
    let outer = coverage
    coverage = Coverage(context: cover)
    defer { coverage = outer }
    return check(expression, in: scope, expecting: type)
  }

  /// Checks the lambda of a flow operator; `parameters` are the types of its parameters. The body is
  /// `.error` where the expression is no such lambda; the result's type is `body.type`.
  public func checkLambda(
    _ expression: Expression, parameters: [Type], in scope: Scope, expecting type: Type?, cover: Cover
  ) -> TypedLambda {
    guard let (names, body) = lambdaParts(expression, count: parameters.count) else {
      return TypedLambda(
        parameters: parameters.map { makeLocal("_", $0) }, body: poison(expression.span))
    }
    let (inner, locals) = bind(names, parameters, in: scope)
    let outer = coverage
    coverage = Coverage(context: cover)
    defer { coverage = outer }
    let before = poisoned
    let typed = check(body, in: inner, expecting: type)
    if cover == .tryMap, coverage.failures == 0, poisoned == before {
      report(.coverOverNothing(.tryMap, body.span, body.span))
    }
    return TypedLambda(parameters: locals, body: typed)
  }
}
