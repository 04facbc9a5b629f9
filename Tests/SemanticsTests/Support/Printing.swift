import Semantics

/// Typed expressions in a compact form: every conversion is to be seen, and the type of the whole.
extension TypedExpression {
  var printed: String { "\(text): \(type)" }

  private var text: String {
    switch kind {
    case .literal(let literal): literal.text(of: type)
    case .local(let local): local.name
    case .field(let base, let index): "\(base.text).\(base.type.memberTypes[index].name)"
    case .construct(let values):
      "{\(zip(type.memberTypes, values).map { "\($0.name): \($1.text)" }.joined(separator: ", "))}"
    case .list(let elements): "[\(elements.list)]"
    case .map(let entries): "[\(entries.map { "\($0.key.text): \($0.value.text)" }.joined(separator: ", "))]"
    case .some(let value): "some(\(value.text))"
    case .rewrap(let value): "rewrap(\(value.text) as \(type))"
    case .not(let value): "!\(value.text)"
    case .negate(let value): "-\(value.text)"
    case .binary(let sign, let left, let right): "(\(left.text) \(sign.rawValue) \(right.text))"
    case .call(let function, let arguments): "\(function.name)(\(arguments.list))"
    case .task(let task, let arguments): "task \(task.name)(\(arguments.list))"
    case .secret(let name): "secret(\(name))"
    case .builtin(let builtin, let arguments, let lambdas):
      "\(builtin.rawValue)(\((arguments.map(\.text) + lambdas.map(\.text)).joined(separator: ", ")))"
    case .conditional(let condition, let then, let otherwise):
      "if \(condition.text) then \(then.text) else \(otherwise.text)"
    case .ifPresent(let local, let value, let then, let otherwise):
      "if let \(local.name) = \(value.text) then \(then.text) else \(otherwise.text)"
    case .match(let subject, let arms):
      "match \(subject.text) {\(arms.map { $0.text(of: subject.type) }.joined(separator: "; "))}"
    case .cover(let value, let fallback): "cover(\(value.text) else \(fallback.text))"
    case .fail(let message): "fail(\(message.text))"
    case .bind(let local, let value, let body): "let \(local.name) = \(value.text) in \(body.text)"
    case .interpolation(let parts): "text(\(parts.list))"
    case .range(let low, let high, let isInclusive): "\(low.text)\(isInclusive ? ".." : "..<")\(high.text)"
    case .error: "error"
    }
  }
}

extension [TypedExpression] {
  fileprivate var list: String {
    map { String($0.printed.prefix($0.printed.count - $0.type.description.count - 2)) }
      .joined(separator: ", ")
  }
}

extension TypedLambda {
  fileprivate var text: String {
    "\(parameters.map { "\($0.name): \($0.type)" }.joined(separator: ", ")) -> \(body.printed)"
  }
}

extension TypedArm {
  fileprivate func text(of subject: Type) -> String {
    let patterns = patterns.map { pattern in
      switch pattern {
      case .enumCase(let index): Literal.enumCase(index).text(of: subject.unwrapped)
      case .literal(let literal): literal.text(of: subject.unwrapped)
      case .none: "none"
      case .present(let local): local.name
      case .otherwise: "else"
      }
    }
    return "\(patterns.joined(separator: " | ")) -> \(value.printed)"
  }
}

extension Literal {
  fileprivate func text(of type: Type) -> String {
    switch self {
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .float(let value): "\(value)"
    case .decimal(let value): "\(value)e-18"
    case .string(let value): "\"\(value)\""
    case .date(let days): "day \(days)"
    case .timestamp(let time): "time \(time)"
    case .duration(let length): "\(length)us"
    case .uuid(let value): "uuid \(String(value, radix: 16))"
    case .enumCase(let index): if case .enumeration(let type) = type { ".\(type.cases[index])" } else { "?" }
    case .regex(let source): "re\"\(source)\""
    case .none: "none"
    }
  }
}
