import Diagnosing
import Syntax

/// Walks the abstract syntax of one file, gives each node to the checks that asked for its kind, and knows
/// which names are bound where.
struct Walker {
  let context: FileContext

  init(_ context: FileContext) { self.context = context }

  /// Walks the whole file.
  mutating func walk() {
    for check in context.dispatch.files { run(check.rule) { check.body(context) } }
    for declaration in context.parsed.program.declarations {
      context.declaration = declaration
      for check in context.dispatch.declarations { run(check.rule) { check.body(declaration, context) } }
      walk(declaration)
    }
    context.declaration = nil
  }

  private func run(_ rule: Int, _ body: () -> Void) {
    context.rule = rule
    body()
  }

  // MARK: Declarations

  private mutating func walk(_ declaration: Declaration) {
    switch declaration.kind {
    case .importing, .label: break
    case .record(let record):
      for field in record.fields {
        walk(field.type)
        for annotation in field.annotations {
          context.uses.names.insert(annotation.name.text)
          for argument in annotation.arguments ?? [] { walk(argument.value) }
        }
        if let value = field.defaultValue { walk(value) }
      }
    case .enumeration: break
    case .distinctType(let type): walk(type.raw)
    case .function(let function):
      scoped {
        $0.bind(function.parameters)
        if let result = function.result { $0.walk(result.type) }
        $0.use(function.unlabels)
        $0.walk(function.body)
      }
    case .task(let task):
      scoped {
        $0.bind(task.parameters)
        if let result = task.result { $0.walk(result.type) }
        $0.use(task.unlabels)
        for clause in task.clauses {
          for operand in clause.operands { $0.walk(operand) }
          for entry in clause.entries { $0.walk(entry.value) }
        }
      }
    case .pipeline(let pipeline):
      scoped {
        $0.bind(pipeline.parameters, isNamedByCalls: true)
        $0.walk(pipeline.statements)
      }
    case .test(let test):
      if let pipeline = test.pipeline { context.uses.names.insert(pipeline.text) }
      for argument in test.arguments { walk(argument.value) }
      scoped { $0.walk(test.statements) }
    }
  }

  private mutating func bind(_ parameters: [ParameterDeclaration], isNamedByCalls: Bool = false) {
    for parameter in parameters {
      walk(parameter.type)
      if let value = parameter.defaultValue { walk(value) }
      bind(parameter.name, .parameter)
      context.bindings[context.bindings.count - 1].isNamedByCalls =
        isNamedByCalls || parameter.defaultValue != nil
    }
  }

  private func use(_ labels: [Identifier]) {
    for label in labels { context.uses.names.insert(label.text) }
  }

  private func walk(_ type: TypeSyntax) {
    use(type.labels)
    switch type.kind {
    case .named(let module, let name, let arguments):
      if let module {
        context.uses.names.insert(module.text)
        context.uses.members.insert(name.text)
      } else {
        context.uses.names.insert(name.text)
      }
      for argument in arguments { walk(argument) }
    case .optional(let inner): walk(inner)
    case .size, .error: break
    }
  }

  // MARK: Names

  /// Walks what has a scope of its own, and closes it.
  private mutating func scoped(_ body: (inout Walker) -> Void) {
    let outer = context.bindings.count
    body(&self)
    while context.bindings.count > outer {
      let binding = context.bindings.removeLast()
      for check in context.dispatch.bindings { run(check.rule) { check.body(binding, context) } }
    }
  }

  private mutating func bind(
    _ name: Identifier, _ kind: Binding.Kind, to value: Expression? = nil, isSingle: Bool = true
  ) {
    let hidden = context.bindings.last { $0.name.text == name.text }?.name.span
    context.bindings.append(Binding(name: name, kind: kind, isSingle: isSingle, value: value, hidden: hidden))
  }

  private mutating func use(_ name: Identifier) {
    if let index = context.bindings.lastIndex(where: { $0.name.text == name.text }) {
      context.bindings[index].uses.append(name.span)
    } else {
      context.uses.names.insert(name.text)
    }
  }

  // MARK: Statements

  private mutating func walk(_ statements: [Statement]) {
    for statement in statements {
      for check in context.dispatch.statements { run(check.rule) { check.body(statement, context) } }
      walk(statement)
    }
  }

  private mutating func walk(_ statement: Statement) {
    switch statement.kind {
    case .from(let name, let type, let connector):
      walk(type)
      walk(connector)
      bind(name, .statement)
    case .into(_, let type, let connector, let flow):
      if let type { walk(type) }
      walk(connector)
      walk(flow)
    case .bind(let names, let type, let value):
      if let type { walk(type) }
      walk(value)
      for name in names { bind(name, .statement, to: value, isSingle: names.count == 1) }
    case .check(let flow, let clauses):
      walk(flow)
      walk(clauses)
    case .discard(let value), .expect(let value), .expression(let value): walk(value)
    case .reply(let flow, let status, let allow):
      walk(flow)
      if let status { walk(status) }
      use(allow)
    case .run(_, let options):
      for option in options { walk(option.value) }
    case .given(_, let value): walk(value)
    case .expectFlow(let name, let clauses):
      use(name)
      walk(clauses)
    case .conditional(let condition, let then, let otherwise):
      scoped {
        $0.walk(condition)
        $0.walk(then)
      }
      scoped { $0.walk(otherwise) }
    }
  }

  private mutating func walk(_ clauses: [CheckClause]) {
    for clause in clauses {
      for (index, argument) in clause.arguments.enumerated() {
        if index == 0, clause.name.text == "every" || clause.name.text == "that",
          let body = argument.value.lambda?.body
        {
          judge(body)
        }
        walk(argument.value)
      }
    }
  }

  // MARK: Expressions

  private func judge(_ condition: Expression) {
    for check in context.dispatch.conditions { run(check.rule) { check.body(condition, context) } }
  }

  private mutating func walk(_ condition: Condition) {
    switch condition {
    case .holds(let value):
      judge(value)
      walk(value)
    case .present(let name, let value):
      walk(value)
      bind(name, .present, to: value)
    }
  }

  private mutating func walk(_ expression: Expression) {
    switch expression.kind {
    case .integer, .number, .boolean, .none, .regex, .duration, .size, .enumCase, .error: return
    case .name(let name):
      use(name)
      return
    case .member(let base, let member, _):
      if case .name = base.kind { context.uses.members.insert(member.text) }
      walk(base)
      return
    default: break
    }
    for check in context.dispatch.expressions[ExpressionForm(expression.kind).rawValue] {
      run(check.rule) { check.body(expression, context) }
    }
    walkParts(of: expression)
  }

  private mutating func walkParts(of expression: Expression) {
    switch expression.kind {
    case .integer, .number, .boolean, .none, .regex, .duration, .size, .enumCase, .error, .name, .member:
      break
    case .string(let parts):
      for case .interpolation(let part) in parts { walk(part) }
    case .unary(_, let base), .attempt(_, let base): walk(base)
    case .lambda(let parameters, let body):
      scoped {
        for parameter in parameters { $0.bind(parameter, .lambdaParameter) }
        $0.walk(body)
      }
    case .call(let callee, let types, let arguments):
      for type in types { walk(type) }
      if case .member(_, let name, _) = callee.kind {
        if let checks = context.dispatch.methods[name.text] { call(expression, checks) }
        if Self.conditional.contains(name.text), let body = arguments.first?.value.lambda?.body {
          judge(body)
        }
      }
      walk(callee)
      for argument in arguments { walk(argument.value) }
    case .index(let left, let right), .range(let left, let right, _), .binary(_, _, let left, let right),
      .cover(let left, let right):
      walk(left)
      walk(right)
    case .construct(let type, let fields):
      walk(type)
      walk(fields)
    case .row(let fields): walk(fields)
    case .list(let values):
      for value in values { walk(value) }
    case .map(let entries):
      for entry in entries {
        walk(entry.key)
        walk(entry.value)
      }
    case .conditional(let condition, let then, let otherwise):
      scoped {
        $0.walk(condition)
        $0.walk(then)
      }
      if let otherwise { walk(otherwise) }
    case .match(let subject, let arms):
      walk(subject)
      for arm in arms {
        scoped {
          for case .binding(let name) in arm.patterns.map(\.kind) { $0.bind(name, .present) }
          $0.walk(arm.value)
        }
      }
    case .block(let values, let result):
      scoped {
        for value in values {
          if let type = value.type { $0.walk(type) }
          $0.walk(value.value)
          for name in value.names { $0.bind(name, .value, to: value.value, isSingle: value.names.count == 1) }
        }
        $0.walk(result)
      }
    case .loop(let variables, let statements, _):
      scoped {
        for variable in variables {
          $0.walk(variable.values)
          $0.bind(variable.name, .element)
        }
        $0.walk(statements)
      }
    }
  }

  /// The methods whose lambda is a condition.
  private static let conditional: Set<String> = ["filter", "any", "all", "where"]

  private func call(
    _ expression: Expression, _ checks: [Dispatch.Of<@Sendable (MethodCall, FileContext) -> Void>]
  ) {
    guard let call = expression.method else { return }
    for check in checks { run(check.rule) { check.body(call, context) } }
  }

  private mutating func walk(_ fields: [FieldInitializer]) {
    for field in fields {
      switch field {
      case .named(_, let value), .short(_, let value), .spread(let value): walk(value)
      }
    }
  }
}
