import Dataflow
import Semantics

extension CanonicalBytes {
  mutating func add(_ lambda: TypedLambda) {
    add(lambda.parameters) { $0.add($1) }
    add(lambda.body)
  }

  mutating func add(_ expression: TypedExpression?) { add(expression) { $0.add($1) } }

  mutating func add(_ expression: TypedExpression) {
    add(expression.type)
    switch expression.kind {
    case .literal(let literal): add(literal)
    case .local(let local):
      add("local")
      add(local)
    case .field(let base, let index):
      add("field")
      add(base)
      if goesByName { add(base.type.fieldName(index)) } else { add(index) }
    case .construct(let values) where goesByName:
      add("construct")
      add(expression.ownFields(values)) { canonical, field in
        canonical.add(field.name)
        canonical.add(field.value)
      }
    case .construct(let values):
      add("construct")
      add(values) { $0.add($1) }
    case .list(let values):
      add("list")
      add(values) { $0.add($1) }
    case .map(let entries):
      add("map")
      add(entries) { canonical, entry in
        canonical.add(entry.key)
        canonical.add(entry.value)
      }
    case .some(let value): add("some", value)
    case .rewrap(let value): add("rewrap", value)
    case .not(let value): add("not", value)
    case .negate(let value): add("negate", value)
    case .fail(let value): add("fail", value)
    case .binary(let operation, let left, let right): add("binary \(operation.rawValue)", left, right)
    case .cover(let value, let fallback): add("cover", value, fallback)
    case .range(let low, let high, let isInclusive): add(isInclusive ? "range" : "open range", low, high)
    case .call(let function, let arguments):
      add("call")
      add(function)
      add(arguments) { $0.add($1) }
    case .task(let task, let arguments):
      add("task call")
      add(task)
      add(arguments) { $0.add($1) }
    case .secret(let name):
      add("secret")
      add(name)
    case .builtin(let builtin, let arguments, let lambdas):
      add("builtin")
      add(builtin.rawValue)
      add(arguments) { $0.add($1) }
      add(lambdas) { $0.add($1) }
    case .conditional(let condition, let then, let otherwise):
      add("if", condition, then, otherwise)
    case .ifPresent(let local, let subject, let then, let otherwise):
      add("if let")
      add(local)
      add(subject)
      add(then)
      add(otherwise)
    case .match(let subject, let arms):
      add("match", subject)
      add(arms) { canonical, arm in
        canonical.add(arm.patterns) { $0.add($1) }
        canonical.add(arm.value)
      }
    case .bind(let local, let value, let body):
      add("let")
      add(local)
      add(value)
      add(body)
    case .interpolation(let parts):
      add("interpolation")
      add(parts) { $0.add($1) }
    case .error: add("error")
    }
  }

  private mutating func add(_ kind: String, _ parts: TypedExpression...) {
    add(kind)
    for part in parts { add(part) }
  }

  private mutating func add(_ pattern: TypedPattern) {
    switch pattern {
    case .enumCase(let index):
      add("case")
      add(index)
    case .literal(let literal): add(literal)
    case .none: add("none")
    case .present(let local):
      add("present")
      add(local)
    case .otherwise: add("else")
    }
  }

  private mutating func add(_ literal: Literal) {
    switch literal {
    case .bool(let value):
      add("Bool")
      add(value)
    case .int(let value):
      add("Int")
      add(value)
    case .float(let value):
      add("Float")
      add(value.bitPattern)
    case .decimal(let value):
      add("Decimal")
      add(value)
    case .string(let value):
      add("String")
      add(value)
    case .date(let value):
      add("Date")
      add(value)
    case .timestamp(let value):
      add("Timestamp")
      add(value)
    case .duration(let value):
      add("Duration")
      add(value)
    case .uuid(let value):
      add("Uuid")
      add(value)
    case .enumCase(let index):
      add("Enum")
      add(index)
    case .regex(let source):
      add("Regex")
      add(source)
    case .none: add("none")
    }
  }
}

extension TypedExpression {
  /// The values of a construction, but for those that a field has by default or takes from a record of the same
  /// type: a new field of the record would be one of these.
  fileprivate func ownFields(_ values: [TypedExpression]) -> [(name: String, value: TypedExpression)] {
    values.enumerated().compactMap { index, value in
      if case .field(let base, index) = value.kind, base.type == type { return nil }
      if case .record(let record) = type, let standard = record.fields[index].defaultValue,
        standard.text == value.text
      {
        return nil
      }
      return (type.fieldName(index), value)
    }
  }
}
