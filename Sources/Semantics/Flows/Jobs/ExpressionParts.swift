import Diagnosing
import Syntax

/// Whether a part of an expression is evaluated whenever the whole is.
enum PartPlace {
  case always
  /// To the left of `else`: a failure is covered.
  case covered
  /// Never or many times, so that no job can stand there.
  case conditional(Why)

  /// Why a part may be evaluated never or many times.
  enum Why {
    case branch
    case lambda
    case block
    /// Behind `&&`, `||`, `??`.
    case shortCircuit(String)
    case fallback
    case loop
  }

  /// The place of a part of what stands here.
  func around(_ inner: PartPlace) -> PartPlace {
    switch (self, inner) {
    case (.conditional, _), (_, .always): self
    default: inner
    }
  }
}

extension Expression {
  /// The parts that stand directly in it, in the order of evaluation.
  var parts: [(part: Expression, place: PartPlace)] {
    switch kind {
    case .name, .integer, .number, .boolean, .none, .regex, .duration, .size, .enumCase, .error: []
    case .string(let pieces):
      pieces.compactMap { piece in
        if case .interpolation(let part) = piece { (part, .always) } else { nil }
      }
    case .member(let base, _, _), .unary(_, let base), .attempt(_, let base): [(base, .always)]
    case .lambda(_, let base): [(base, .conditional(.lambda))]
    case .call(let callee, _, let arguments):
      [(callee, .always)] + arguments.map { ($0.value, .always) }
    case .index(let left, let right), .range(let left, let right, _): [(left, .always), (right, .always)]
    case .binary(let sign, _, let left, let right):
      switch sign {
      case .and, .or, .coalesce: [(left, .always), (right, .conditional(.shortCircuit(sign.rawValue)))]
      default: [(left, .always), (right, .always)]
      }
    case .cover(let left, let right): [(left, .covered), (right, .conditional(.fallback))]
    case .construct(_, let fields), .row(let fields):
      fields.map { field in
        switch field {
        case .named(_, let value), .short(_, let value), .spread(let value): (value, .always)
        }
      }
    case .list(let values): values.map { ($0, .always) }
    case .map(let entries): entries.flatMap { [($0.key, .always), ($0.value, .always)] }
    case .conditional(let condition, let then, let otherwise):
      [(condition.subject, .always), (then, .conditional(.branch))]
        + (otherwise.map { [($0, .conditional(.branch))] } ?? [])
    case .match(let subject, let arms):
      [(subject, .always)] + arms.map { ($0.value, .conditional(.branch)) }
    case .block(let bindings, let value):
      bindings.isEmpty
        ? [(value, .always)]
        : bindings.map { ($0.value, .conditional(.block)) } + [(value, .conditional(.block))]
    case .loop(let variables, _, _): variables.map { ($0.values, .always) }
    }
  }
}

extension Condition {
  /// What is asked.
  var subject: Expression {
    switch self {
    case .holds(let value), .present(_, let value): value
    }
  }
}
