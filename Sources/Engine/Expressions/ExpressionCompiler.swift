import Columns
import Diagnosing
import Semantics

/// A part of a compiled expression: gives a datum over the rows of a scope, and notes there what failed.
struct Step: Sendable {
  let evaluate: @Sendable (Scope) -> Datum
  /// About how many nanoseconds a row costs; what is cheap is computed for all rows rather than for some.
  let cost: Int
  /// The path of the value, where the expression only reads one.
  let path: Int?
  /// The value, where the expression is a literal.
  let literal: Datum?

  init(cost: Int, _ evaluate: @escaping @Sendable (Scope) -> Datum) {
    self.evaluate = evaluate
    // Costs add up along calls: a chain of functions would soon have more than an integer holds.
    self.cost = min(cost, Self.dear)
    path = nil
    literal = nil
  }

  init(path: Int) {
    evaluate = { $0.value(path) }
    cost = 0
    self.path = path
    literal = nil
  }

  init(literal: Datum) {
    evaluate = { _ in literal }
    cost = 0
    path = nil
    self.literal = literal
  }

  /// The value of a step whose operands are all literals and that cannot fail, computed now.
  static func folded(_ operands: [Step], _ step: Step) -> Step {
    guard operands.allSatisfy({ $0.literal != nil }) else { return step }
    return Step(literal: step.evaluate(Scope(layout: Layout(), count: 1)))
  }

  /// More than this a row, and a branch is evaluated over its own rows only.
  static let cheap = 16
  /// The cost of what must not be evaluated where it was not asked for.
  static let dear = 1000
}

/// Compiles the expressions of one plan. Each function is compiled once, when first called.
public final class ExpressionCompiler {
  private let parameters: [Int: Datum]
  /// The values of secrets by their names.
  let secrets: @Sendable (String) -> String
  /// Calls tasks; nil where none are called.
  let tasks: (any RowTasks)?
  private var functions: [ObjectIdentifier: CompiledFunction] = [:]

  /// A compiler of expressions that may use the pipeline's `parameters`, each a column of one row.
  /// - Parameters:
  ///   - secrets: Gives secrets their values; where nobody knows them, as in tests, the name stands for it.
  ///   - tasks: Calls tasks.
  public init(
    parameters: [(local: Local, value: Column)] = [],
    secrets: @escaping @Sendable (String) -> String = { $0 },
    tasks: (any RowTasks)? = nil
  ) {
    self.secrets = secrets
    self.tasks = tasks
    var data: [Int: Datum] = [:]
    for (local, value) in parameters { data[local.id] = Datum(constant: value) }
    self.parameters = data
  }

  /// Compiles an expression over `inputs`.
  /// - Parameter isCovered: Whether all of it is under a cover, as in `try_map`.
  public func compile(_ expression: TypedExpression, inputs: [Local], isCovered: Bool = false) -> Kernel {
    let context = ExpressionContext(compiler: self, isCovered: isCovered)
    for (id, datum) in parameters { context.locals[id] = Step(literal: datum) }
    let paths = inputs.map { context.declare($0) }
    let body = context.compile(expression)
    return Kernel(type: expression.type, layout: context.layout, inputs: paths, body: body)
  }

  /// Compiles a lambda; its parameters are the inputs.
  public func compile(_ lambda: TypedLambda, isCovered: Bool = false) -> Kernel {
    compile(lambda.body, inputs: lambda.parameters, isCovered: isCovered)
  }

  /// The value of an expression over the pipeline's parameters alone, as one row: a path, a limit, a default.
  public func evaluateConstant(_ expression: TypedExpression) throws(RowFailure) -> Column {
    let result = compile(expression, inputs: []).evaluate(Frame(count: 1, [Datum]()))
    if let failure = result.failures?.entries.first { throw failure }
    return result.column
  }

  func function(_ function: TypedFunction) -> CompiledFunction {
    let id = ObjectIdentifier(function)
    if let known = functions[id] { return known }
    let context = ExpressionContext(compiler: self)
    let paths = function.parameters.map { context.declare($0) }
    let body = function.body.map { context.compile($0, as: function.result) }
    let compiled = CompiledFunction(
      layout: context.layout, parameters: paths,
      body: body ?? Step(literal: Datum(constant: .zeros(ColumnType(function.result), count: 1))))
    functions[id] = compiled
    return compiled
  }
}

/// A function's body, shared by all calls.
final class CompiledFunction: Sendable {
  let layout: Layout
  let parameters: [Int]
  let body: Step

  init(layout: Layout, parameters: [Int], body: Step) {
    self.layout = layout
    self.parameters = parameters
    self.body = body
  }
}

/// Compiles one expression or function: knows what each local stands for.
final class ExpressionContext {
  let compiler: ExpressionCompiler
  let layout = Layout()
  /// What a local stands for, by id.
  var locals: [Int: Step] = [:]
  /// The roots that have been read, for each lambda under way.
  private var readers: [Set<Int>] = []

  /// Whether all of the expression is under a cover.
  let isCovered: Bool

  init(compiler: ExpressionCompiler, isCovered: Bool = false) {
    self.compiler = compiler
    self.isCovered = isCovered
  }

  /// Gives a local a place in the layout.
  func declare(_ local: Local) -> Int {
    let path = layout.addRoot()
    locals[local.id] = Step(path: path)
    return path
  }

  /// Compiles an expression; `context` is the type wanted, which `fail` and `none` may leave open.
  func compile(_ expression: TypedExpression, as context: Type? = nil) -> Step {
    let type = expression.type == .nothing ? context ?? expression.type : expression.type
    switch expression.kind {
    case .literal(let literal): return Step(literal: Datum(constant: literal.column(of: type)))
    case .local(let local): return read(local)
    case .field(let base, let index): return field(compile(base), index)
    case .construct(let fields): return construct(fields, type)
    case .list(let elements): return list(elements, type)
    case .map(let entries): return map(entries, type)
    case .some(let value):
      if case .optional(let wrapped) = type { return compile(value, as: wrapped) }
      return compile(value, as: type)
    case .rewrap(let value): return compile(value)
    case .not(let value): return not(compile(value))
    case .negate(let value): return negate(compile(value), type, expression.span)
    case .binary(let symbol, let left, let right): return binary(symbol, left, right, expression)
    case .call(let function, let arguments): return call(function, arguments)
    case .secret(let name):
      return Step(literal: Datum(constant: Literal.string(compiler.secrets(name)).column(of: .string)))
    case .task(let task, let arguments):
      return taskCall(task, arguments.map { compile($0) }, type, expression.span)
    case .builtin(let builtin, let arguments, let lambdas):
      return self.builtin(builtin, arguments, lambdas, expression)
    case .conditional(let condition, let then, let otherwise):
      return conditional(compile(condition), compile(then, as: type), compile(otherwise, as: type))
    case .ifPresent(let local, let subject, let then, let otherwise):
      return ifPresent(local, compile(subject), then, otherwise, type)
    case .match(let subject, let arms): return match(subject, arms, type)
    case .cover(let value, let fallback):
      return cover(compile(value, as: type), compile(fallback, as: type))
    case .fail(let message): return fail(compile(message), type, expression.span)
    case .bind(let local, let value, let body): return bind(local, compile(value), body, type)
    case .interpolation(let parts): return interpolation(parts)
    case .range(let first, let last, let isInclusive):
      return range(compile(first), compile(last), isInclusive: isInclusive, expression.span)
    case .error: return Step(literal: Datum(constant: .zeros(ColumnType(type), count: 1)))
    }
  }

  private func read(_ local: Local) -> Step {
    guard let node = locals[local.id] else {
      preconditionFailure("the local `\(local.name)` has no value here")
    }
    if let path = node.path { noteRead(path) }
    return node
  }

  /// Notes for each lambda under way that it reads `path`.
  private func noteRead(_ path: Int) {
    var root = path
    while let field = layout.fields[root] { root = field.base }
    for index in readers.indices { readers[index].insert(root) }
  }

  /// Runs `body` and says which roots it reads.
  func tracingReads<Result>(_ body: () -> Result) -> (Result, Set<Int>) {
    readers.append([])
    let result = body()
    return (result, readers.removeLast())
  }

  func field(_ base: Step, _ index: Int) -> Step {
    if let path = base.path { return Step(path: layout.field(path, index)) }
    if let literal = base.literal { return Step(literal: literal.field(index)) }
    return Step(cost: base.cost) { base.evaluate($0).field(index) }
  }

  private func bind(_ local: Local, _ value: Step, _ body: TypedExpression, _ type: Type) -> Step {
    if value.path != nil || value.literal != nil {
      locals[local.id] = value
      return compile(body, as: type)
    }
    let path = declare(local)
    let body = compile(body, as: type)
    return Step(cost: value.cost + body.cost) { scope in
      scope.bind(path, value.evaluate(scope))
      return body.evaluate(scope)
    }
  }

  private func call(_ function: TypedFunction, _ arguments: [TypedExpression]) -> Step {
    let types = function.parameters.map(\.type)
    let function = compiler.function(function)
    let arguments = zip(arguments, types).map { compile($0, as: $1) }
    let cost = arguments.reduce(function.body.cost + 1) { $0 + $1.cost }
    return Step(cost: cost) { scope in
      let data = arguments.map { $0.evaluate(scope) }
      let extent = scope.extent(of: data)
      let inner = Scope(layout: function.layout, count: extent.count, isQuiet: scope.isQuiet)
      for (path, datum) in zip(function.parameters, data) { inner.bind(path, datum) }
      let result = function.body.evaluate(inner)
      if extent.isConstant, extent.count != scope.count {
        if let failure = inner.failures.first { scope.repeatFailure(failure) }
      } else {
        scope.failures.append(contentsOf: inner.failures)
      }
      return Datum(result.column, isConstant: result.isConstant || extent.isConstant)
    }
  }
}
