import Diagnosing
import Syntax

// `if` between statements, between flows and between values that need jobs: both branches are planned, one
// runs.

extension FlowChecker {
  /// `if condition { } else { }` as a statement.
  func branch(_ condition: Condition, _ then: [Statement], _ otherwise: [Statement], at span: Span) {
    _ = branches(
      condition, at: span,
      then: { self.check(then) }, otherwise: otherwise.isEmpty ? nil : { self.check(otherwise) })
  }

  /// `if` with a value in both branches, as the last statement of a `for`; nil where one has none.
  func branchValue(
    _ condition: Condition, _ then: [Statement], _ otherwise: [Statement], at span: Span
  ) -> TypedExpression? {
    let found = branches(
      condition, at: span, then: { self.checkPass(then) }, otherwise: { self.checkPass(otherwise) })
    guard let one = found.then, let other = found.otherwise ?? nil else { return nil }
    return joined(found.condition, one, other, expecting: nil, at: span)
  }

  /// `if` between flows: the rows of one of them.
  func choose(_ condition: Condition, _ then: Expression, _ otherwise: Expression?, at span: Span)
    -> ChainValue
  {
    guard isPipeline else {
      report(.jobInFunction("`if` between flows", at: span.word("if")))
      markUses(in: condition.subject)
      markUses(in: then)
      if let otherwise { markUses(in: otherwise) }
      return .broken
    }
    let found = branches(
      condition, at: span, then: { self.branchFlow(then) },
      otherwise: otherwise.map { otherwise in { self.branchFlow(otherwise) } })
    guard let other = found.otherwise else {
      report(.ifWithoutElse(at: span))
      return .broken
    }
    if found.then.element == .error || other.element == .error { return .broken }
    guard found.then.element.fits(other.element) else {
      report(
        .branchFlowsDiffer(
          found.then.element, other.element, at: (otherwise ?? then).result.span, first: then.result.span))
      return .broken
    }
    guard let asked = found.condition.holds else { return .broken }
    return .flow(
      add(
        .choose(asked), [found.then, other], element: found.then.element,
        isSorted: found.then.isSorted && other.isSorted, at: span.word("if")))
  }

  /// The flow of a branch, behind the names that it binds.
  private func branchFlow(_ expression: Expression) -> FlowValue {
    guard case .block(let bindings, let value) = expression.kind else { return flow(expression) }
    let outer = statement
    for binding in bindings { bind(binding.names, binding.type, binding.value) }
    statement = outer
    return flow(value)
  }

  /// The right side of a `let`: an `if` or block whose parts may need jobs, or any other value.
  func bound(_ expression: Expression, expecting type: Type?, settles: Bool = true) -> TypedExpression {
    switch expression.kind {
    case .conditional(let condition, let then, let otherwise?)
    where isPipeline && (needsJobs(then) || needsJobs(otherwise)):
      let found = branches(
        condition, at: expression.span, then: { self.bound(then, expecting: type, settles: false) },
        otherwise: { self.bound(otherwise, expecting: type, settles: false) })
      guard let other = found.otherwise else { break }
      return joined(found.condition, found.then, other, expecting: type, at: expression.span)
    case .block(let bindings, let value) where isPipeline && needsJobs(expression):
      let outer = statement
      for binding in bindings { bind(binding.names, binding.type, binding.value) }
      statement = outer
      return bound(value, expecting: type, settles: settles)
    case .block(let bindings, let value) where bindings.isEmpty:
      return bound(value, expecting: type, settles: settles)
    case .loop(let variables, let statements, let collectsFailures):
      if let value = loop(variables, statements, collectsFailures, names: nil, of: expression) {
        return TypedExpression(.local(value.results), value.results.type, expression.span)
      }
      return checker.poison(expression.span)
    default: break
    }
    return settles || type != nil ? value(expression, expecting: type) : branchPart(expression)
  }

  /// A part whose type the other branch may say: `none`, `[]`.
  private func branchPart(_ expression: Expression) -> TypedExpression {
    planJobs(in: expression)
    return checker.checkPart(expression, in: scope, cover: cover)
  }

  /// Checks both branches, each in its region; the second is left out where there is none.
  private func branches<Result>(
    _ condition: Condition, at span: Span, then: () -> Result, otherwise: (() -> Result)?
  ) -> (condition: ExpressionChecker.TypedCondition, then: Result, otherwise: Result?) {
    let (asked, inner) = self.condition(condition)
    let before = places
    let one = inRegion(asked.region(holds: true, span), "if", at: span.word("if"), seeing: inner, then)
    let written = places.dropFirst(before.count)
    // One branch runs: what both write is written once.
    places = before
    let other = otherwise.map {
      inRegion(asked.region(holds: false, span), "if", at: span.word("if"), seeing: scope, $0)
    }
    places += written
    return (asked, one, other)
  }

  /// The value of the branch that runs.
  private func joined(
    _ condition: ExpressionChecker.TypedCondition, _ one: TypedExpression, _ other: TypedExpression,
    expecting wanted: Type?, at span: Span
  ) -> TypedExpression {
    if one.type == .error || other.type == .error { return checker.poison(span) }
    guard let type = wanted ?? one.type.joined(with: other.type) else {
      return checker.fail(.branchesDiffer(one.type, other))
    }
    if type.isOpen, type != .nothing {
      return checker.fail(.needsContext(type, at: one.span))
    }
    let (then, otherwise) = (checker.coerced(one, to: type), checker.coerced(other, to: type))
    switch condition {
    case .holds(let asked):
      return TypedExpression(.conditional(asked, then: then, otherwise: otherwise), type, span)
    case .present(let local, let asked):
      return TypedExpression(.ifPresent(local, asked, then: then, otherwise: otherwise), type, span)
    case .broken: return checker.poison(span)
    }
  }
}

extension ExpressionChecker.TypedCondition {
  /// Why the branch runs that this condition opens or closes.
  fileprivate func region(holds: Bool, _ span: Span) -> FlowRegion.Kind {
    switch self {
    case .holds(let value): .when(value, holds: holds)
    case .present(let local, let value): .present(local, value, holds: holds)
    case .broken: .when(TypedExpression(.error, .error, span), holds: holds)
    }
  }

  /// As a Boolean; nil where it is broken.
  fileprivate var holds: TypedExpression? {
    switch self {
    case .holds(let value): value
    case .present(let local, let value):
      TypedExpression(
        .ifPresent(
          local, value, then: TypedExpression(.literal(.bool(true)), .bool, value.span),
          otherwise: TypedExpression(.literal(.bool(false)), .bool, value.span)), .bool, value.span)
    case .broken: nil
    }
  }
}

extension Expression {
  /// What a block gives: the place that a reader looks at.
  fileprivate var result: Expression {
    if case .block(_, let value) = kind { value.result } else { self }
  }
}

extension Span {
  /// The word with which it begins.
  func word(_ word: String) -> Span { Span(file, start, start + UInt32(word.utf8.count)) }
}
