import Semantics

/// Which columns of an element something reads. An element that is no record or row is one column.
enum FieldSet: Equatable {
  case some(Set<Int>)
  case whole

  static let none = FieldSet.some([])

  mutating func insert(_ field: Int) {
    if case .some(var fields) = self {
      fields.insert(field)
      self = .some(fields)
    }
  }

  mutating func formUnion(_ other: FieldSet) {
    switch (self, other) {
    case (.some(let left), .some(let right)): self = .some(left.union(right))
    default: self = .whole
    }
  }

  func contains(_ field: Int) -> Bool {
    switch self {
    case .whole: true
    case .some(let fields): fields.contains(field)
    }
  }
}

/// Which fields of which locals expressions read: a local that stands for itself is read as a whole, one
/// that only has fields taken from it is read by these. Names bound to a local count as that local.
struct FieldUses {
  private(set) var byLocal: [Int: FieldSet] = [:]
  private var functions: [ObjectIdentifier: [FieldSet]] = [:]

  subscript(local: Local) -> FieldSet { byLocal[local.id] ?? .none }

  init() {}

  /// The uses of a lambda's parameter, and of what else its body mentions.
  init(_ lambda: TypedLambda) { add(lambda.body) }

  private mutating func use(_ local: Local, _ fields: FieldSet) {
    byLocal[local.id, default: .none].formUnion(fields)
  }

  /// `alias` holds what `subject` gives: its uses are uses of the subject.
  private mutating func alias(_ alias: Local, _ subject: TypedExpression) {
    if case .local(let origin) = subject.kind {
      use(origin, self[alias])
    } else {
      add(subject)
    }
  }

  mutating func add(_ expression: TypedExpression) {
    switch expression.kind {
    case .literal, .secret, .error: break
    case .local(let local): use(local, .whole)
    case .field(let base, let index):
      if case .local(let local) = base.kind { use(local, .some([index])) } else { add(base) }
    case .construct(let parts), .list(let parts), .interpolation(let parts), .task(_, let parts):
      for part in parts { add(part) }
    case .map(let entries):
      for entry in entries {
        add(entry.key)
        add(entry.value)
      }
    case .some(let inner), .rewrap(let inner), .not(let inner), .negate(let inner), .fail(let inner):
      add(inner)
    case .binary(_, let left, let right), .range(let left, let right, _):
      add(left)
      add(right)
    case .call(let function, let arguments):
      let uses = parameterUses(of: function)
      for (index, argument) in arguments.enumerated() {
        if case .local(let local) = argument.kind, index < uses.count {
          use(local, uses[index])
        } else {
          add(argument)
        }
      }
    case .builtin(_, let arguments, let lambdas):
      for argument in arguments { add(argument) }
      for lambda in lambdas { add(lambda.body) }
    case .conditional(let condition, let then, let otherwise):
      add(condition)
      add(then)
      add(otherwise)
    case .ifPresent(let local, let subject, let then, let otherwise):
      add(then)
      add(otherwise)
      alias(local, subject)
    case .match(let subject, let arms):
      var inspectsValue = false
      var names: [Local] = []
      for arm in arms {
        add(arm.value)
        for pattern in arm.patterns {
          switch pattern {
          case .present(let local): names.append(local)
          case .enumCase, .literal: inspectsValue = true
          case .none, .otherwise: break
          }
        }
      }
      if names.isEmpty || inspectsValue { add(subject) }
      for name in names { alias(name, subject) }
    case .cover(let value, let fallback):
      add(value)
      add(fallback)
    case .bind(let local, let value, let body):
      add(body)
      alias(local, value)
    }
  }

  private mutating func parameterUses(of function: TypedFunction) -> [FieldSet] {
    if let known = functions[ObjectIdentifier(function)] { return known }
    guard let body = function.body else { return [] }
    var inner = FieldUses()
    inner.functions = functions
    inner.add(body)
    let uses = function.parameters.map { inner[$0] }
    functions = inner.functions
    functions[ObjectIdentifier(function)] = uses
    return uses
  }
}
