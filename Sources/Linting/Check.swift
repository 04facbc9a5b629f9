import Semantics
import Syntax

/// One way in which a rule looks at programs. Each file is walked once, and each node is given to the checks
/// that asked for its kind.
enum Check: Sendable {
  /// A file as a whole, before it is walked.
  case file(@Sendable (FileContext) -> Void)
  /// A declaration.
  case declaration(@Sendable (Declaration, FileContext) -> Void)
  /// A statement of a pipeline or test.
  case statement(@Sendable (Statement, FileContext) -> Void)
  /// An expression of a form.
  case expression(ExpressionForm, @Sendable (Expression, FileContext) -> Void)
  /// A call `receiver.name(...)` by one of these names.
  case method([String], @Sendable (MethodCall, FileContext) -> Void)
  /// A condition: of an `if`, a `filter`, a check.
  case condition(@Sendable (Expression, FileContext) -> Void)
  /// A name of a body, when its scope ends and its uses are known.
  case binding(@Sendable (Binding, FileContext) -> Void)
  /// A typed operator of two operands.
  case operation(
    @Sendable (TypedExpression, TypedOperator, TypedExpression, TypedExpression, FileContext) -> Void)
  /// A string with interpolations, typed.
  case interpolation(@Sendable (TypedExpression, [TypedExpression], FileContext) -> Void)
  /// A checked operator, with its place among the others.
  case step(@Sendable (StepPlace, FileContext) -> Void)
  /// A file after it was walked; the uses of all files are known.
  case project(@Sendable (FileContext, ProjectUses) -> Void)
}

/// What an expression is, for dispatch.
enum ExpressionForm: Int, CaseIterable {
  case string, call, index, construct, row, list, map, range, unary, binary, cover, attempt, lambda
  case conditional, match, block, loop, other

  init(_ kind: Expression.Kind) {
    self =
      switch kind {
      case .string: .string
      case .call: .call
      case .index: .index
      case .construct: .construct
      case .row: .row
      case .list: .list
      case .map: .map
      case .range: .range
      case .unary: .unary
      case .binary: .binary
      case .cover: .cover
      case .attempt: .attempt
      case .lambda: .lambda
      case .conditional: .conditional
      case .match: .match
      case .block: .block
      case .loop: .loop
      default: .other
      }
  }
}

/// The checks of the rules that are on, by what they look at.
struct Dispatch: Sendable {
  /// A check of the rule at an index of `Dispatch.rules`.
  struct Of<Body: Sendable>: Sendable {
    let rule: Int
    let body: Body
  }

  let rules: [Rule]
  private(set) var files: [Of<@Sendable (FileContext) -> Void>] = []
  private(set) var declarations: [Of<@Sendable (Declaration, FileContext) -> Void>] = []
  private(set) var statements: [Of<@Sendable (Statement, FileContext) -> Void>] = []
  private(set) var expressions: [[Of<@Sendable (Expression, FileContext) -> Void>]]
  private(set) var methods: [String: [Of<@Sendable (MethodCall, FileContext) -> Void>]] = [:]
  private(set) var conditions: [Of<@Sendable (Expression, FileContext) -> Void>] = []
  private(set) var bindings: [Of<@Sendable (Binding, FileContext) -> Void>] = []
  private(set) var operations:
    [Of<@Sendable (TypedExpression, TypedOperator, TypedExpression, TypedExpression, FileContext) -> Void>] =
      []
  private(set) var interpolations: [Of<@Sendable (TypedExpression, [TypedExpression], FileContext) -> Void>] =
    []
  private(set) var steps: [Of<@Sendable (StepPlace, FileContext) -> Void>] = []
  private(set) var projects: [Of<@Sendable (FileContext, ProjectUses) -> Void>] = []

  /// Of no rule: only the uses of names are gathered.
  init() {
    rules = []
    expressions = Array(repeating: [], count: ExpressionForm.allCases.count)
  }

  /// Of the rules that are not off.
  init(_ levels: LintLevels) {
    rules = Rules.all.filter { levels[$0] != .off }
    expressions = Array(repeating: [], count: ExpressionForm.allCases.count)
    for (rule, value) in rules.enumerated() {
      for check in value.checks { add(check, of: rule) }
    }
  }

  private mutating func add(_ check: Check, of rule: Int) {
    switch check {
    case .file(let body): files.append(Of(rule: rule, body: body))
    case .declaration(let body): declarations.append(Of(rule: rule, body: body))
    case .statement(let body): statements.append(Of(rule: rule, body: body))
    case .expression(let form, let body): expressions[form.rawValue].append(Of(rule: rule, body: body))
    case .method(let names, let body):
      for name in names { methods[name, default: []].append(Of(rule: rule, body: body)) }
    case .condition(let body): conditions.append(Of(rule: rule, body: body))
    case .binding(let body): bindings.append(Of(rule: rule, body: body))
    case .operation(let body): operations.append(Of(rule: rule, body: body))
    case .interpolation(let body): interpolations.append(Of(rule: rule, body: body))
    case .step(let body): steps.append(Of(rule: rule, body: body))
    case .project(let body): projects.append(Of(rule: rule, body: body))
    }
  }
}
