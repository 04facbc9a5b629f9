import Diagnosing
import Syntax

/// The group of an aggregate's lambda while that is checked.
struct GroupFrame {
  /// The type of one row.
  let element: Type
  /// The type of `g.key`.
  let key: Type?
  /// Whether there may be no row: an ungrouped, bounded flow.
  let mayBeEmpty: Bool
  /// Whether the flow may be cut into windows.
  let hasWindow: Bool
  /// Holds the key.
  var keyLocal: Local?
  /// Hold the window's start and end.
  var window: WindowLocals?
  /// What is computed so far.
  var calls: [AggregateCall] = []
  /// The row that the group belongs to, in `rolling`.
  var row: Local?
  /// Whether a lambda over the group's rows is being checked.
  var isInRow = false

  /// The flow was reported, so what is missing may be its fault: nobody knows whether there is a group.
  var isBroken: Bool { element == .error }

  init(element: Type, key: Type?, mayBeEmpty: Bool, hasWindow: Bool) {
    self.element = element
    self.key = key
    self.mayBeEmpty = mayBeEmpty
    self.hasWindow = hasWindow
  }
}

/// The aggregates by name, as they are called.
enum Aggregates {
  private static func over(_ what: String, _ name: String) -> CallSignature {
    CallSignature(kind: "aggregate", positional: [what], example: "g.\(name)(r -> r.amount)")
  }

  static let signatures: [String: CallSignature] = [
    "count": CallSignature(kind: "aggregate", example: "g.count()"),
    "sum": over("a lambda", "sum"), "mean": over("a lambda", "mean"), "min": over("a lambda", "min"),
    "max": over("a lambda", "max"), "min_by": over("a lambda", "min_by"),
    "max_by": over("a lambda", "max_by"), "first": over("a lambda", "first"),
    "last": over("a lambda", "last"),
    "collect": over("a lambda", "collect"), "count_distinct": over("a lambda", "count_distinct"),
    "stddev": over("a lambda", "stddev"),
    "quantile": CallSignature(
      kind: "aggregate", positional: ["a lambda", "a fraction"], example: "g.quantile(r -> r.amount, 0.95)"),
    "top": CallSignature(
      kind: "aggregate", positional: ["a number of rows"], required: ["by"],
      example: "g.top(3, by: r -> r.amount)"),
    "any": CallSignature(
      kind: "aggregate", positional: ["a condition"], example: "g.any(r -> r.amount > 0)"),
    "all": CallSignature(
      kind: "aggregate", positional: ["a condition"], example: "g.all(r -> r.amount > 0)"),
  ]

  /// `where` narrows the group; it is no value.
  static let narrowing = CallSignature(
    kind: "aggregate", positional: ["a condition"], example: "g.where(r -> r.amount > 0).count()")

  /// Everything that may stand behind `g.`.
  static let names = (Array(signatures.keys) + ["key", "window", "where"]).sorted()
}

extension FlowChecker: GroupResolver {
  func resolve(
    _ use: GroupUse, in scope: Scope, expecting: Type?, checker: ExpressionChecker
  ) -> TypedExpression {
    if groups[use.group].isInRow {
      markUses(in: Expression(.list((use.arguments ?? []).map(\.value)), span: use.span))
      return checker.fail(.groupInRow(use.member))
    }
    if case .member(_, let word, _) = use.base.kind, word.text == "window" { return window(use, word) }
    var filters: [TypedLambda] = []
    guard narrow(use.base, use.group, scope, &filters) else { return checker.poison(use.span) }
    switch use.member.text {
    case "key": return key(use)
    case "window":
      if groups[use.group].isBroken { return checker.poison(use.span) }
      return checker.fail(
        groups[use.group].hasWindow ? .windowAsValue(use.member) : .needsWindow(at: use.member.span))
    case "where":
      var ignored = filters
      let whole = Expression(
        .call(
          Expression(.member(use.base, use.member, isOptional: false), span: use.span), typeArguments: [],
          arguments: use.arguments ?? []), span: use.span)
      if narrow(whole, use.group, scope, &ignored) { return checker.fail(.narrowedGroupAsValue(use.member)) }
      return checker.poison(use.span)
    default: break
    }
    guard let signature = Aggregates.signatures[use.member.text],
      let function = AggregateFunction(rawValue: use.member.text)
    else { return checker.fail(.unknownAggregate(use.member)) }
    guard let arguments = use.arguments else {
      return checker.fail(.aggregateNotCalled(use.member, signature))
    }
    let matched = match(arguments, of: use.member, with: signature)
    guard matched.isComplete else { return checker.poison(use.span) }
    return aggregate(function, use, matched, filters, scope)
  }

  /// `g.window.start` and `g.window.end`.
  private func window(_ use: GroupUse, _ word: Identifier) -> TypedExpression {
    if groups[use.group].isBroken { return checker.poison(use.span) }
    if !groups[use.group].hasWindow { return checker.fail(.needsWindow(at: word.span)) }
    guard ["start", "end"].contains(use.member.text) else {
      return checker.fail(.unknownPartOfWindow(use.member))
    }
    if let arguments = use.arguments { return called(use, arguments) }
    let window = groups[use.group].window ?? makeWindow()
    groups[use.group].window = window
    return TypedExpression(
      .local(use.member.text == "start" ? window.start : window.end), .timestamp, use.span)
  }

  private func called(_ use: GroupUse, _ arguments: [Argument]) -> TypedExpression {
    for argument in arguments { markUses(in: argument.value) }
    return checker.fail(.keyCalled(use.member))
  }

  private func key(_ use: GroupUse) -> TypedExpression {
    if let arguments = use.arguments { return called(use, arguments) }
    guard let local = groups[use.group].keyLocal else {
      return groups[use.group].isBroken ? checker.poison(use.span) : checker.fail(.noKey(use.member))
    }
    return TypedExpression(.local(local), local.type, use.span)
  }

  /// Gathers the conditions of `g.where(p).where(q)`, in order; false where one was reported.
  private func narrow(
    _ base: Expression, _ group: Int, _ scope: Scope, _ filters: inout [TypedLambda]
  ) -> Bool {
    guard case .call(let callee, _, let arguments) = base.kind,
      case .member(let inner, let name, _) = callee.kind
    else { return true }
    guard narrow(inner, group, scope, &filters) else { return false }
    guard name.text == "where" else {
      report(.unknownAggregate(name))
      return false
    }
    let matched = match(arguments, of: name, with: Aggregates.narrowing)
    guard let condition = matched.at(0) else { return false }
    let lambda = rowLambda(condition, group, scope, expecting: .bool)
    filters.append(lambda)
    return lambda.body.type != .error
  }

  /// A lambda over the rows of a group. It can use what the whole pipeline sees, but no value of the group.
  private func rowLambda(
    _ expression: Expression, _ group: Int, _ scope: Scope, expecting type: Type? = nil
  ) -> TypedLambda {
    groups[group].isInRow = true
    defer { groups[group].isInRow = false }
    let lambda = checker.checkLambda(
      expression, parameters: [groups[group].element], in: scope, expecting: type, cover: cover)
    var outer: Scope? = scope
    while let place = outer, place !== self.scope {
      if case .value(let local) = place.binding, lambda.body.uses(local) {
        report(
          groups[group].row?.id == local.id
            ? .rowInItsGroup(local, at: lambda.body.span) : .groupValueInRow(local, at: lambda.body.span))
      }
      outer = place.parent
    }
    return lambda
  }

  private func aggregate(
    _ function: AggregateFunction, _ use: GroupUse, _ arguments: CallArguments, _ filters: [TypedLambda],
    _ scope: Scope
  ) -> TypedExpression {
    let element = groups[use.group].element
    let mayBeEmpty = groups[use.group].mayBeEmpty || !filters.isEmpty
    var argument: TypedLambda?
    var constant: TypedExpression?
    let result: Type
    func over(_ index: Int, expecting type: Type? = nil) -> Type {
      guard let expression = arguments.at(index) else { return .error }
      let lambda = rowLambda(expression, use.group, scope, expecting: type)
      argument = lambda
      return lambda.body.type
    }
    /// `T`, or `T?` where there may be nothing to take it from.
    func value(_ type: Type, of argument: Type) -> Type {
      mayBeEmpty || argument.isOptional ? type.asOptional : type
    }
    func require(_ fits: Bool, _ diagnostic: (Type, String, Span) -> Diagnostic, _ type: Type) -> Bool {
      if fits || type == .error { return type != .error }
      report(diagnostic(type, use.member.text, argument?.body.span ?? use.span))
      return false
    }
    let summable = { Diagnostic.notSummable($0, of: $1, at: $2) }
    let sortable = { Diagnostic.notSortable($0, of: $1, at: $2) }

    switch function {
    case .count: result = .int
    case .sum:
      let type = over(0)
      guard require(type.unwrapped.isNumeric, summable, type) else { return checker.poison(use.span) }
      result = type
    case .mean:
      let type = over(0)
      guard require(type.unwrapped.isNumeric, summable, type) else { return checker.poison(use.span) }
      result = value(type.unwrapped == .decimal ? .decimal : .float, of: type)
    case .stddev:
      let type = over(0)
      guard require(type.unwrapped.isNumeric, summable, type) else { return checker.poison(use.span) }
      result = .optional(.float)
    case .min, .max:
      let type = over(0)
      guard require(type.unwrapped.isOrdered, sortable, type) else { return checker.poison(use.span) }
      result = value(type.unwrapped, of: type)
    case .minBy, .maxBy:
      let type = over(0)
      guard require(type.unwrapped.isOrdered, sortable, type) else { return checker.poison(use.span) }
      result = value(element, of: type)
    case .quantile:
      let type = over(0)
      guard require(type.unwrapped.isOrdered, sortable, type) else { return checker.poison(use.span) }
      constant = arguments.at(1).map { fraction($0, of: "quantile") }
      result = value(type.unwrapped, of: type)
    case .collect:
      let type = over(0)
      if type == .error { return checker.poison(use.span) }
      result = .list(type.unwrapped)
    case .countDistinct:
      let type = over(0)
      guard require(type.isKey, { .notAKey($0, of: $1, at: $2) }, type) else {
        return checker.poison(use.span)
      }
      result = .int
    case .top:
      guard let expression = arguments["by"] else { return checker.poison(use.span) }
      let lambda = rowLambda(expression, use.group, scope)
      argument = lambda
      let type = lambda.body.type
      guard require(type.unwrapped.isOrdered, sortable, type) else { return checker.poison(use.span) }
      constant = arguments.at(0).map { rowCount($0, of: "top") }
      result = .list(element)
    case .first, .last:
      let type = over(0)
      if type == .error { return checker.poison(use.span) }
      result = value(type.unwrapped, of: type)
    case .any, .all:
      _ = over(0, expecting: .bool)
      result = .bool
    }
    let local = checker.makeLocal("\(function.rawValue)_\(groups[use.group].calls.count + 1)", result)
    groups[use.group].calls.append(
      AggregateCall(
        function: function, argument: argument, constant: constant, filters: filters, local: local,
        span: use.span))
    return TypedExpression(.local(local), result, use.span)
  }
}
