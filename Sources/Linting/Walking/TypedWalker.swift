import Semantics

/// Walks the checked bodies of one file, and gives typed expressions and steps to the checks that asked for
/// them.
struct TypedWalker {
  let context: FileContext

  /// Walks every body of the file.
  func walk() {
    for function in context.bodies.functions {
      if let body = function.body { walk(body) }
    }
    for body in context.bodies.flows {
      for binding in body.body.bindings { walk(binding.value) }
      for index in body.body.steps.indices {
        let place = StepPlace(body: body, index: index)
        for check in context.dispatch.steps {
          context.rule = check.rule
          check.body(place, context)
        }
        place.step.forEachExpression { walk($0) }
      }
    }
  }

  private func walk(_ expression: TypedExpression) {
    switch expression.kind {
    case .binary(let name, let left, let right):
      for check in context.dispatch.operations {
        context.rule = check.rule
        check.body(expression, name, left, right, context)
      }
    case .interpolation(let parts):
      for check in context.dispatch.interpolations {
        context.rule = check.rule
        check.body(expression, parts, context)
      }
    default: break
    }
    expression.forEachChild { walk($0) }
  }
}
