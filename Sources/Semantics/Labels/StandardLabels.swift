import Diagnosing

extension LabelReader {
  /// The labels of what a standard function gives.
  func call(
    _ builtin: Builtin, _ arguments: [TypedExpression], _ lambdas: [TypedLambda],
    _ expression: TypedExpression
  ) -> LabelShape {
    let shapes = arguments.map { read($0) }
    let first = shapes.first ?? .none
    /// What the arguments behind the first tell.
    let rest = shapes.dropFirst().reduce(into: LabelSet.none) { $0.formUnion($1.whole) }
    let everything = first.whole.union(rest)
    if builtin != .mask, builtin != .hash { _ = told(everything, at: expression.span) }
    switch builtin {
    case .mask, .hash: return .none

    // Lists: their elements keep their parts.
    case .listMap:
      guard let lambda = lambdas.first else { return .none }
      return LabelShape(element: read(lambda, first.element)).adding(first.shell)
    case .listFlatMap:
      guard let lambda = lambdas.first else { return .none }
      return read(lambda, first.element).adding(first.shell)
    case .listFilter, .listSort:
      return first.adding(lambdas.first.map { read($0, first.element).whole } ?? .none)
    case .minBy, .maxBy:
      return first.element.adding(lambdas.first.map { read($0, first.element).whole } ?? .none)
    case .any, .all:
      return LabelShape(first.shell.union(lambdas.first.map { read($0, first.element).whole } ?? .none))
    case .first, .last: return first.element
    case .take: return first.adding(rest)
    case .concat: return first.merged(with: shapes.last ?? .none)
    case .enumerate:
      return LabelShape(element: LabelShape(fields: [LabelShape(first.shell), first.element]))
        .adding(first.shell)
    case .zip:
      let other = shapes.last ?? .none
      return LabelShape(element: LabelShape(fields: [first.element, other.element]))
        .adding(first.shell.union(other.shell))
    case .listIndex:
      failures.formUnion(first.shell.union(rest))
      return first.element.adding(rest)

    case .mapIndex: return first.element.adding(rest)
    case .entries:
      return LabelShape(element: LabelShape(fields: [LabelShape(first.shell), first.element]))
        .adding(first.shell)

    case .jsonParse:
      let type = written.parses[expression.span].map { declared($0) } ?? declared(expression.type)
      failures.formUnion(told(everything.union(type.whole), at: expression.span))
      return type.adding(everything)

    default:
      // Some of them fail, and whether they do tells of their arguments.
      for lambda in lambdas { failures.formUnion(read(lambda, first.element).whole) }
      failures.formUnion(everything)
      return LabelShape(everything)
    }
  }
}
