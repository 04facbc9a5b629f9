import Diagnosing

extension TypedExpression {
  /// This expression with its direct parts replaced.
  func mappingParts<Context>(
    _ context: inout Context, part: (inout Context, TypedExpression) -> TypedExpression
  ) -> TypedExpression {
    let mapped: Kind
    switch kind {
    case .literal, .local, .secret, .error: return self
    case .field(let base, let index): mapped = .field(part(&context, base), index)
    case .construct(let values): mapped = .construct(values.map { part(&context, $0) })
    case .list(let values): mapped = .list(values.map { part(&context, $0) })
    case .map(let entries):
      mapped = .map(entries.map { (key: part(&context, $0.key), value: part(&context, $0.value)) })
    case .some(let value): mapped = .some(part(&context, value))
    case .rewrap(let value): mapped = .rewrap(part(&context, value))
    case .not(let value): mapped = .not(part(&context, value))
    case .negate(let value): mapped = .negate(part(&context, value))
    case .binary(let symbol, let left, let right):
      mapped = .binary(symbol, part(&context, left), part(&context, right))
    case .call(let function, let arguments):
      mapped = .call(function, arguments.map { part(&context, $0) })
    case .task(let task, let arguments): mapped = .task(task, arguments.map { part(&context, $0) })
    case .builtin(let builtin, let arguments, let lambdas):
      mapped = .builtin(
        builtin, arguments.map { part(&context, $0) },
        lambdas.map { lambda in
          TypedLambda(parameters: lambda.parameters, body: part(&context, lambda.body))
        })
    case .conditional(let condition, let then, let otherwise):
      mapped = .conditional(
        part(&context, condition), then: part(&context, then), otherwise: part(&context, otherwise))
    case .ifPresent(let local, let value, let then, let otherwise):
      mapped = .ifPresent(
        local, part(&context, value), then: part(&context, then),
        otherwise: part(&context, otherwise))
    case .match(let subject, let arms):
      mapped = .match(
        part(&context, subject),
        arms.map { arm in
          TypedArm(patterns: arm.patterns, value: part(&context, arm.value))
        })
    case .cover(let value, let fallback):
      mapped = .cover(part(&context, value), fallback: part(&context, fallback))
    case .fail(let message): mapped = .fail(part(&context, message))
    case .bind(let local, let value, let body):
      mapped = .bind(local, part(&context, value), in: part(&context, body))
    case .interpolation(let parts): mapped = .interpolation(parts.map { part(&context, $0) })
    case .range(let low, let high, let isInclusive):
      mapped = .range(part(&context, low), part(&context, high), isInclusive: isInclusive)
    }
    return TypedExpression(mapped, type, span)
  }

  /// Gives every part, this one first, to `body`.
  public func visit(_ body: (TypedExpression) -> Void) {
    body(self)
    switch kind {
    case .literal, .local, .secret, .error: break
    case .field(let value, _), .some(let value), .rewrap(let value), .not(let value), .negate(let value),
      .fail(let value):
      value.visit(body)
    case .construct(let values), .list(let values), .call(_, let values), .task(_, let values),
      .interpolation(let values):
      for value in values { value.visit(body) }
    case .map(let entries):
      for entry in entries {
        entry.key.visit(body)
        entry.value.visit(body)
      }
    case .binary(_, let left, let right), .range(let left, let right, _), .cover(let left, let right),
      .bind(_, let left, let right):
      left.visit(body)
      right.visit(body)
    case .builtin(_, let arguments, let lambdas):
      for argument in arguments { argument.visit(body) }
      for lambda in lambdas { lambda.body.visit(body) }
    case .conditional(let condition, let then, let otherwise),
      .ifPresent(_, let condition, let then, let otherwise):
      condition.visit(body)
      then.visit(body)
      otherwise.visit(body)
    case .match(let subject, let arms):
      subject.visit(body)
      for arm in arms { arm.value.visit(body) }
    }
  }

  /// Whether the local stands anywhere in this expression.
  public func uses(_ local: Local) -> Bool {
    var found = false
    visit { part in
      if case .local(let other) = part.kind, other.id == local.id { found = true }
    }
    return found
  }

  /// Whether writing the expression where its value is used costs nothing and can't fail.
  var isTrivial: Bool {
    switch kind {
    case .literal, .local: true
    case .some(let value), .rewrap(let value): value.isTrivial
    default: false
    }
  }
}

/// What stands for a task in a test.
public struct TaskStub: Sendable {
  /// The task.
  public let task: TypedTask
  /// A parameter for each of the task's; gives its result.
  public let stub: TypedLambda
}

/// Puts values in the place of locals, as inlining a flow function needs, and stubs in the place of tasks. Local ids are unique in the whole
/// program, so nothing is captured by accident.
public struct LocalRewriter {
  private enum Replacement {
    case inline(TypedExpression)
    case bound(Local, TypedExpression)
  }

  private var replacements: [Int: Replacement] = [:]
  private var used: [Int] = []
  private let stubs: [TaskStub]

  /// Replaces nothing but calls of tasks, by what their stubs give.
  public init(stubs: [TaskStub] = []) { self.stubs = stubs }

  /// What stands for a task, if anything does.
  public func stub(of task: TypedTask) -> TypedLambda? { stubs.first { $0.task === task }?.stub }

  private var isIdle: Bool { replacements.isEmpty && stubs.isEmpty }

  /// From here on `local` stands for `value`, which is not rewritten again. A value that costs something
  /// is bound once in each lambda.
  public mutating func bind(_ local: Local, to value: TypedExpression) {
    replacements[local.id] = value.isTrivial ? .inline(value) : .bound(local, value)
  }

  /// As `bind`, but the value is written wherever the local stands.
  public mutating func substitute(_ local: Local, by value: TypedExpression) {
    replacements[local.id] = .inline(value)
  }

  /// A whole lambda.
  public mutating func lambda(_ lambda: TypedLambda) -> TypedLambda {
    if isIdle { return lambda }
    return TypedLambda(parameters: lambda.parameters, body: root(lambda.body))
  }

  /// A whole expression, with the values that it needs bound around it.
  public mutating func root(_ expression: TypedExpression) -> TypedExpression {
    if isIdle { return expression }
    used.removeAll(keepingCapacity: true)
    var result = inner(expression)
    for id in used.reversed() {
      guard case .bound(let local, let value)? = replacements[id] else { continue }
      result = TypedExpression(.bind(local, value, in: result), result.type, result.span)
    }
    return result
  }

  private mutating func inner(_ expression: TypedExpression) -> TypedExpression {
    if case .task(let task, let arguments) = expression.kind,
      let stub = stub(of: task)
    {
      var result = stub.body
      for (parameter, argument) in zip(stub.parameters, arguments).reversed() {
        result = TypedExpression(.bind(parameter, inner(argument), in: result), result.type, expression.span)
      }
      return result
    }
    guard case .local(let local) = expression.kind else {
      return expression.mappingParts(&self) { $0.inner($1) }
    }
    switch replacements[local.id] {
    case .inline(let value)?: return value
    case .bound?:
      if !used.contains(local.id) { used.append(local.id) }
      return expression
    case nil: return expression
    }
  }
}
