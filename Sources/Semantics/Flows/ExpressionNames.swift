import Syntax

extension Expression {
  /// Gives every name in this expression to `body`, also those that lambdas bind.
  package func visitNames(_ body: (Identifier) -> Void) {
    switch kind {
    case .name(let name): body(name)
    case .integer, .number, .boolean, .none, .regex, .duration, .size, .enumCase, .error: break
    case .string(let parts):
      for case .interpolation(let part) in parts { part.visitNames(body) }
    case .member(let base, _, _), .unary(_, let base), .attempt(_, let base), .lambda(_, let base):
      base.visitNames(body)
    case .call(let callee, _, let arguments):
      callee.visitNames(body)
      for argument in arguments { argument.value.visitNames(body) }
    case .index(let left, let right), .range(let left, let right, _), .binary(_, _, let left, let right),
      .cover(let left, let right):
      left.visitNames(body)
      right.visitNames(body)
    case .construct(_, let fields), .row(let fields):
      for field in fields {
        switch field {
        case .named(_, let value), .short(_, let value), .spread(let value): value.visitNames(body)
        }
      }
    case .list(let values):
      for value in values { value.visitNames(body) }
    case .map(let entries):
      for entry in entries {
        entry.key.visitNames(body)
        entry.value.visitNames(body)
      }
    case .conditional(let condition, let then, let otherwise):
      condition.visitNames(body)
      then.visitNames(body)
      otherwise?.visitNames(body)
    case .match(let subject, let arms):
      subject.visitNames(body)
      for arm in arms { arm.value.visitNames(body) }
    case .block(let bindings, let value):
      for binding in bindings { binding.value.visitNames(body) }
      value.visitNames(body)
    case .loop(let variables, let statements, _):
      for variable in variables { variable.values.visitNames(body) }
      for statement in statements { statement.visitNames(body) }
    }
  }
}

extension Condition {
  /// Gives every name in this condition to `body`.
  package func visitNames(_ body: (Identifier) -> Void) {
    switch self {
    case .holds(let value), .present(_, let value): value.visitNames(body)
    }
  }
}

extension Statement {
  /// Gives every name in this statement's expressions to `body`.
  package func visitNames(_ body: (Identifier) -> Void) {
    switch kind {
    case .from(_, _, let connector): connector.visitNames(body)
    case .into(_, _, let connector, let flow):
      connector.visitNames(body)
      flow.visitNames(body)
    case .bind(_, _, let value), .discard(let value), .given(_, let value), .expect(let value),
      .expression(let value):
      value.visitNames(body)
    case .check(let flow, let clauses):
      flow.visitNames(body)
      for clause in clauses { clause.visitNames(body) }
    case .expectFlow(let name, let clauses):
      body(name)
      for clause in clauses { clause.visitNames(body) }
    case .reply(let flow, let status, _):
      flow.visitNames(body)
      status?.visitNames(body)
    case .run(_, let options):
      for option in options { option.value.visitNames(body) }
    case .conditional(let condition, let then, let otherwise):
      condition.visitNames(body)
      for statement in then + otherwise { statement.visitNames(body) }
    }
  }
}

extension CheckClause {
  /// Gives every name in this clause's arguments to `body`.
  package func visitNames(_ body: (Identifier) -> Void) {
    for argument in arguments { argument.value.visitNames(body) }
  }
}
