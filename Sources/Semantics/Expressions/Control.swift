import Diagnosing
import Syntax

extension ExpressionChecker {
  /// `if c { a } else { b }`, `if let x = maybe { a } else { b }`.
  func checkConditional(
    _ condition: Condition, _ then: Expression, _ otherwise: Expression?, _ want: Want, _ span: Span,
    in scope: Scope
  ) -> TypedExpression {
    let (test, inner) = checkCondition(condition, in: scope)
    guard let otherwise else {
      _ = infer(then, in: inner, .hint(want.type))
      return fail(.ifWithoutElse(at: span))
    }
    guard let (values, type) = checkBranches([(then, inner), (otherwise, scope)], want) else {
      return poison(span)
    }
    if type == .error || test.isBroken { return poison(span) }
    switch test {
    case .holds(let value):
      return TypedExpression(.conditional(value, then: values[0], otherwise: values[1]), type, span)
    case .present(let local, let value):
      return TypedExpression(.ifPresent(local, value, then: values[0], otherwise: values[1]), type, span)
    case .broken: return poison(span)
    }
  }

  /// What an `if` asks, checked.
  public enum TypedCondition: Sendable {
    case holds(TypedExpression)
    /// The local holds the present value in the first branch.
    case present(Local, TypedExpression)
    /// A diagnostic has been given.
    case broken

    var isBroken: Bool { if case .broken = self { true } else { false } }
  }

  /// Checks what an `if` asks; the scope is that of its first branch.
  public func checkCondition(
    _ condition: Condition, in scope: Scope
  ) -> (condition: TypedCondition, then: Scope) {
    switch condition {
    case .holds(let expression):
      let value = check(expression, in: scope, expecting: .bool)
      return (value.type == .error ? .broken : .holds(value), scope)
    case .present(let name, let expression):
      let value = operand(expression, in: scope)
      guard case .optional(let inner) = value.type else {
        if value.type != .error {
          report(.presentAnyway(value, "`if let`"))
          poisoned += 1
        }
        return (
          .broken,
          scope.adding(name.text, value.type == .error ? .broken : .value(makeLocal(name.text, value.type)))
        )
      }
      let local = makeLocal(name.text, inner)
      return (.present(local, value), scope.adding(local))
    }
  }

  /// `{ let a = x; value }`.
  func checkBlock(
    _ bindings: [BlockBinding], _ value: Expression, _ want: Want, _ span: Span, in scope: Scope
  ) -> TypedExpression {
    if bindings.isEmpty { return infer(value, in: scope, want) }
    var inner = scope
    var bound: [(local: Local, value: TypedExpression)] = []
    for (index, binding) in bindings.enumerated() {
      let wanted = binding.type.map { resolve($0) }
      let typed = check(binding.value, in: inner, expecting: wanted)
      if let first = bindings[..<index].first(where: { $0.name.text == binding.name.text }) {
        report(.duplicate(binding.name, first: first.name.span, what: "name"))
      }
      if typed.type == .error || typed.type == .nothing {
        if typed.type == .nothing { report(.needsContext(.nothing, at: typed.span)) }
        inner = inner.adding(binding.name.text, .broken)
        continue
      }
      let local = makeLocal(binding.name.text, typed.type)
      if let type = binding.type { written.bindings[local.id] = type }
      bound.append((local, typed))
      inner = inner.adding(local)
    }
    let result = infer(value, in: inner, want)
    if result.type == .error { return poison(span) }
    return bound.reversed().reduce(result) { body, binding in
      TypedExpression(.bind(binding.local, binding.value, in: body), body.type, span)
    }
  }
}

// MARK: - Failure

extension ExpressionChecker {
  /// `value else fallback`.
  func checkCover(
    _ value: Expression, _ fallback: Expression, _ want: Want, _ span: Span, in scope: Scope
  ) -> TypedExpression {
    var covered: TypedExpression
    var otherwise: TypedExpression
    if let type = want.type, want.isRequired {
      let inner = underCover(value, .else, fallback.span) { self.infer(value, in: scope, want) }
      covered = coerced(inner, to: type)
      otherwise = check(fallback, in: scope, expecting: type)
    } else {
      if rank(fallback).knowsMore(than: rank(value)) {
        otherwise = infer(fallback, in: scope, want)
        covered = underCover(value, .else, fallback.span) {
          self.infer(value, in: scope, .hint(otherwise.type))
        }
      } else {
        covered = underCover(value, .else, fallback.span) { self.infer(value, in: scope, want) }
        otherwise = infer(fallback, in: scope, .hint(covered.type))
      }
    }
    if covered.type == .error || otherwise.type == .error { return poison(span) }
    guard let type = covered.type.joined(with: otherwise.type) else {
      return fail(.branchesDiffer(covered.type, otherwise))
    }
    return TypedExpression(
      .cover(coerced(covered, to: type), fallback: coerced(otherwise, to: type)), type, span)
  }

  /// `try value`.
  func checkAttempt(_ word: Span, _ value: Expression, _ want: Want, in scope: Scope) -> TypedExpression {
    let isLegal = coverage.context.allowsTry
    if !isLegal {
      report(.tryOutOfPlace(coverage.context, at: word))
      poisoned += 1
    }
    return underCover(value, .try, word, judged: isLegal) { self.infer(value, in: scope, want) }
  }

  /// Checks what stands under a cover; a cover over nothing that can fail is an error.
  private func underCover(
    _ value: Expression, _ cover: CoverWord, _ place: Span, judged: Bool = true,
    _ body: () -> TypedExpression
  ) -> TypedExpression {
    let outer = coverage
    coverage.isCovered = true
    coverage.failures = 0
    let before = poisoned
    let typed = body()
    let failures = coverage.failures
    coverage = outer
    if judged, failures == 0, poisoned == before {
      return fail(.coverOverNothing(cover, value.span, place, isAbsent: typed.type.isOptional))
    }
    return typed
  }

  /// Notes that the operation at `span`, in the expression `whole`, can fail; an error where nothing
  /// covers it.
  func markFallible(_ span: Span, of whole: Span? = nil, _ operation: Fallible) {
    if coverage.isCovered || coverage.context == .tryMap {
      coverage.failures += 1
    } else {
      report(.uncovered(operation, at: span, of: whole ?? span, coverage.context))
      poisoned += 1
    }
  }
}

/// The words that cover.
enum CoverWord: String {
  case `else`
  case `try`
  case tryMap = "try_map"
}

/// Something that can fail.
enum Fallible {
  case index
  case division(TypedOperator)
  case function(TypedFunction)
  /// A standard function, and why it fails.
  case standard(String, String)
  case fail
}
