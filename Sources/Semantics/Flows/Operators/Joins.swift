import Diagnosing
import Syntax

extension OperatorRule {
  /// `join left_join semi_join anti_join (other, on:, within:, as_of:, late:, select:)`.
  static func join(_ kind: JoinOperation.Kind) -> OperatorRule {
    let selects = kind == .inner || kind == .left
    let required = selects ? ["on", "select"] : ["on"]
    let select = selects ? ", select: (a, b) -> Record { ...a, b.name }" : ""
    return OperatorRule(
      CallSignature(
        positional: ["the other flow"], required: required,
        options: selects ? ["within", "as_of", "late"] : ["within", "late"],
        example: ".\(kind.rawValue)(other, on: (a, b) -> a.key == b.key\(select))")
    ) { checker, input, name, arguments in
      checker.join(kind, input, name, arguments)
    }
  }
}

extension FlowChecker {
  fileprivate func join(
    _ kind: JoinOperation.Kind, _ left: FlowValue, _ name: Identifier, _ arguments: CallArguments
  ) -> ChainValue {
    let right = arguments.at(0).map { flow($0) } ?? .broken
    var condition: JoinCondition?
    if let expression = arguments["on"] {
      condition = joinCondition(expression, left.element, right.element, name)
    }
    var select: TypedLambda?
    if let expression = arguments["select"] {
      let other = kind == .left ? right.element.asOptional : right.element
      select = lambda(expression, [left.element, other])
    }
    let element: Type
    switch kind {
    case .inner, .left: element = select.map { elementType($0.body) } ?? .error
    case .semi, .anti: element = left.element
    }
    // What does not belong here may stand for a limit in time.
    if arguments.hasStrangers { return .broken }
    let time = joinTime(name, arguments)
    let lateOption = time == nil ? arguments.label("late")?.span : nil
    let late = time == nil && lateOption == nil ? .fail : secondResult("late", arguments, of: name)
    let unmatched = Type.late(left.element, right.element)
    guard arguments.isComplete, let condition else {
      let broken = FlowValue(reference: .broken, element: element, bound: left.bound)
      let rest = FlowValue(reference: .broken, element: unmatched, bound: left.bound)
      return time != nil && late == .bound ? .pair(broken, rest, operation: name) : .flow(broken)
    }
    let operation = JoinOperation(
      kind: kind, left: condition.left, right: condition.right, equalities: condition.equalities,
      residual: condition.residual, select: select, time: time, late: late, lateOption: lateOption)
    return add(.join(operation), [left, right], element: element, second: unmatched, by: name)
  }

  /// What `within:` or `as_of:` says.
  private func joinTime(_ name: Identifier, _ arguments: CallArguments) -> JoinTime? {
    let options = arguments.labelled.filter { ["within", "as_of"].contains($0.label.text) }
    guard let (label, expression) = options.first else { return nil }
    if options.count > 1 {
      report(.bothTimes(options[1].label, of: name, first: label))
      markUses(in: options[1].value)
    }
    if label.text == "as_of", case .name(let word) = expression.kind, word.text == "forever" {
      return .asOf(nil)
    }
    let distance = duration(expression, "`\(label.text):` of `\(name.text)`", mayBeZero: true)
    return label.text == "within" ? .within(distance) : .asOf(distance)
  }

  /// Takes `on:` apart: equalities with each side of one parameter, and the rest.
  private func joinCondition(
    _ expression: Expression, _ left: Type, _ right: Type, _ name: Identifier
  ) -> JoinCondition? {
    let lambda = lambda(expression, [left, right], expecting: .bool)
    guard lambda.parameters.count == 2, lambda.body.type != .error else { return nil }
    var condition = JoinCondition(left: lambda.parameters[0], right: lambda.parameters[1])
    condition.take(lambda.body)
    if condition.equalities.isEmpty, !condition.isBroken {
      report(
        .joinWithoutEquality(
          name, at: lambda.body.span, left: condition.left.name, right: condition.right.name))
    }
    for (left, right) in condition.equalities {
      if left.mayBeAbsent, right.mayBeAbsent {
        report(.joinOfOptionals(name, at: left.span.through(right.span), left: left.type))
      } else if !left.type.isKey {
        report(.notAKey(left.type, of: name.text, at: left.span))
      }
    }
    return condition
  }
}

/// What `on:` says.
private struct JoinCondition {
  let left: Local
  let right: Local
  var equalities: [(left: TypedExpression, right: TypedExpression)] = []
  var residual: TypedExpression?
  /// Holds a part that was reported.
  var isBroken = false

  init(left: Local, right: Local) {
    self.left = left
    self.right = right
  }

  mutating func take(_ expression: TypedExpression) {
    switch expression.kind {
    case .error: isBroken = true
    case .binary(.and, let one, let other):
      take(one)
      take(other)
      return
    case .bind(let local, let value, let body):
      var rewriter = LocalRewriter()
      rewriter.substitute(local, by: value)
      take(rewriter.root(body))
      return
    case .binary(.equal, let one, let other):
      if takeEquality(one, other) { return }
    default: break
    }
    residual =
      residual.map { TypedExpression(.binary(.and, $0, expression), .bool, expression.span) } ?? expression
  }

  private mutating func takeEquality(_ one: TypedExpression, _ other: TypedExpression) -> Bool {
    let pair: (left: TypedExpression, right: TypedExpression)
    switch (side(one), side(other)) {
    case (.left, .right): pair = (one, other)
    case (.right, .left): pair = (other, one)
    default: return false
    }
    if case .construct(let lefts) = pair.left.kind, case .construct(let rights) = pair.right.kind,
      case .row = pair.left.type, lefts.count == rights.count
    {
      equalities += zip(lefts, rights).map { ($0, $1) }
    } else {
      equalities.append(pair)
    }
    return true
  }

  private enum Side { case left, right, neither }

  /// The only parameter that an expression uses.
  private func side(_ expression: TypedExpression) -> Side {
    switch (expression.uses(left), expression.uses(right)) {
    case (true, false): .left
    case (false, true): .right
    default: .neither
    }
  }
}

extension TypedExpression {
  /// Whether the value may really be absent, and is not just passed where it might be.
  fileprivate var mayBeAbsent: Bool {
    if case .some = kind { return false }
    return type.isOptional
  }
}
