import Diagnosing
import Syntax

/// Where an expression stands, as far as calls of tasks are concerned.
public enum TaskPlace: Sendable {
  /// In the lambda of `map`, `flat_map` or `try_map`; its locals have ids from this one on.
  case rows(from: Int)
  /// In the lambda of an operator that does not call tasks.
  case operatorLambda(String)
  /// In the lambda of a list's function.
  case listLambda(String)
  /// In the body of a function over values.
  case function(String)
  /// Anywhere else.
  case elsewhere

  /// The place of an operator's lambdas.
  static func lambda(of name: String, _ checker: ExpressionChecker) -> TaskPlace {
    switch name {
    case "map", "flat_map", "try_map": .rows(from: checker.nextLocal)
    default: .operatorLambda(name)
    }
  }
}

extension ExpressionChecker {
  /// Checks what stands in another place.
  func standing<Result>(in place: TaskPlace, _ body: () -> Result) -> Result {
    let outer = taskPlace
    taskPlace = place
    defer { taskPlace = outer }
    return body()
  }

  /// A call of a record task. It may fail, but needs no cover: without one its failure is a fault.
  func call(
    _ task: TypedTask, _ name: Identifier, _ arguments: [Argument], _ span: Span, in scope: Scope
  ) -> TypedExpression {
    if let problem = Diagnostic.taskOutOfPlace(task, name, taskPlace) {
      checkLoose(arguments, in: scope)
      return fail(problem)
    }
    let matched = match(arguments, to: task.callParameters, of: name, span)
    var values: [TypedExpression] = []
    for (parameter, argument) in zip(task.parameters, matched.values) {
      if let argument {
        let value = check(argument, in: scope, expecting: parameter.local.type)
        values.append(value)
        if parameter.isConstant(in: task), case .rows(let first) = taskPlace,
          let row = value.freeLocal(from: first)
        {
          report(.variesByRow(row, parameter, task))
          poisoned += 1
        }
      } else {
        values.append(parameter.defaultValue ?? poison(span))
      }
    }
    for argument in matched.loose { checkLoose([argument], in: scope) }
    if coverage.isCovered || coverage.context == .tryMap { coverage.failures += 1 }
    if task.result == .error { return poison(span) }
    return TypedExpression(.task(task, values), task.result, span)
  }
}

extension TypedTask.Parameter {
  /// Whether it is the same for all rows: what follows the record is.
  fileprivate func isConstant(in task: TypedTask) -> Bool {
    guard case .record? = task.parameters.first?.local.type else { return false }
    return task.parameters.first?.local.id != local.id
  }
}

extension TypedExpression {
  /// The first local with an id from `first` on that is not bound inside the expression.
  fileprivate func freeLocal(from first: Int) -> TypedExpression? {
    var bound: Set<Int> = []
    var used: [TypedExpression] = []
    visit { part in
      switch part.kind {
      case .local(let local) where local.id >= first && local.id & (1 << 23) == 0: used.append(part)
      case .ifPresent(let local, _, _, _), .bind(let local, _, _): bound.insert(local.id)
      case .match(_, let arms):
        for case .present(let local) in arms.flatMap(\.patterns) { bound.insert(local.id) }
      case .builtin(_, _, let lambdas): bound.formUnion(lambdas.flatMap(\.parameters).map(\.id))
      default: break
      }
    }
    return used.first { part in
      if case .local(let local) = part.kind { !bound.contains(local.id) } else { false }
    }
  }
}
