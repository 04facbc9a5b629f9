import Diagnosing
import Syntax

/// What a body may do with labels that its declarations have no room for.
enum LabelRule {
  /// They are reported: the body of a function as it is declared, or a pipeline.
  case declared
  /// A call of a flow function: what its arguments bring goes through to the result.
  case inlined
}

/// The types that are written at `let` and `json.parse`, by the local's id and the call's place.
struct WrittenTypes: Sendable {
  /// Of `let name: T = value`.
  var bindings: [Int: TypeSyntax] = [:]
  /// Of `json.parse<T>(x)`.
  var parses: [Span: TypeSyntax] = [:]
}

/// `let name: Flow<T> = ...`.
struct WrittenFlow: Sendable {
  let name: String
  let reference: FlowReference
  let type: TypeSyntax
  /// What the name is given.
  let span: Span
}

/// Follows labels through the expressions of one body.
final class LabelReader {
  /// What declarations say.
  let program: LabelledProgram
  /// Whose names written types see.
  var module: Module
  /// The types written in the body.
  var written: WrittenTypes
  /// What is done where there is no room.
  var rule: LabelRule
  /// What was found.
  var findings: LabelFindings
  /// The labels of the locals, by id.
  var locals: [Int: LabelShape] = [:]
  /// The named values of a pipeline that were not needed yet.
  var bindings: [Int: TypedExpression] = [:]
  /// What the failures of the expression that is being read tell.
  var failures = LabelSet()
  /// What the texts of `fail(...)` tell, and the expressions that supply it.
  var texts: [(labels: LabelSet, span: Span)] = []
  /// The expressions over labelled values, whose failures tell of them.
  var telling: Set<Span> = []
  /// The bodies of functions that were given labelled values.
  var toldBodies: Set<Span> = []
  /// The functions that are called.
  var callees: Set<ObjectIdentifier> = []
  /// Every label that was met.
  var met = LabelSet()

  init(_ program: LabelledProgram, module: Module, written: WrittenTypes, rule: LabelRule) {
    self.program = program
    self.module = module
    self.written = written
    self.rule = rule
    findings = LabelFindings()
  }

  /// The labels of an expression's value.
  func read(_ expression: TypedExpression) -> LabelShape {
    let span = expression.span
    switch expression.kind {
    case .literal, .secret, .error: return .none
    case .local(let local): return shape(of: local)
    case .field(let base, let index): return read(base).field(index)
    case .construct(let values): return construct(values, expression.type)
    case .list(let values):
      return LabelShape(element: values.reduce(.none) { $0.merged(with: read($1)) })
    case .map(let entries):
      var keys = LabelSet()
      var values = LabelShape.none
      for entry in entries {
        keys.formUnion(read(entry.key).whole)
        values = values.merged(with: read(entry.value))
      }
      return LabelShape(element: values).adding(keys)
    case .some(let value): return read(value)
    case .rewrap(let value): return declared(expression.type).merged(with: read(value))
    case .not(let value), .negate(let value): return LabelShape(told(read(value).whole, at: span))
    case .binary(let symbol, let left, let right):
      let labels = told(read(left).whole.union(read(right).whole), at: span)
      if symbol == .divide || symbol == .remainder { failures.formUnion(labels) }
      return LabelShape(labels)
    case .range(let low, let high, _):
      return LabelShape(told(read(low).whole.union(read(high).whole), at: span))
    case .interpolation(let parts):
      return LabelShape(parts.reduce(into: .none) { $0.formUnion(read($1).whole) })
    case .call(let function, let arguments): return call(function, arguments, span)
    case .task(let task, let arguments): return call(task, arguments, span)
    case .builtin(let builtin, let arguments, let lambdas):
      return call(builtin, arguments, lambdas, expression)
    case .conditional(let condition, let then, let otherwise):
      let labels = read(condition).whole.passing(condition.span, "decides here")
      return read(then).merged(with: read(otherwise)).adding(labels)
    case .ifPresent(let local, let value, let then, let otherwise):
      let shape = read(value)
      locals[local.id] = shape
      return read(then).merged(with: read(otherwise))
        .adding(shape.shell.passing(value.span, "decides here"))
    case .match(let subject, let arms): return match(subject, arms)
    case .cover(let value, let fallback): return cover(value, fallback)
    case .fail(let message):
      let labels = read(message).whole
      failures.formUnion(labels)
      if !labels.isEmpty { texts.append((labels, message.span)) }
      return .none
    case .bind(let local, let value, let body):
      locals[local.id] = bind(local, value)
      return read(body)
    }
  }

  /// The labels of what a lambda gives for these arguments.
  func read(_ lambda: TypedLambda, _ arguments: LabelShape...) -> LabelShape {
    for (local, shape) in zip(lambda.parameters, arguments) { locals[local.id] = shape }
    return read(lambda.body)
  }

  /// Notes the labels of what an expression is made of.
  func told(_ labels: LabelSet, at span: Span) -> LabelSet {
    if !labels.names.isEmpty { telling.insert(span) }
    return labels
  }

  /// Notes that a function, and those that it calls, are given labelled values.
  private func tell(_ function: ObjectIdentifier) {
    var pending = [function]
    while let next = pending.popLast() {
      guard let known = program.functions[next], toldBodies.insert(known.body).inserted else { continue }
      pending += known.callees
    }
  }

  /// The labels of a type as declared.
  func declared(_ type: Type) -> LabelShape {
    let shape = program.types.shape(of: type)
    if !shape.isEmpty { met.formUnion(shape.whole) }
    return shape
  }

  /// The labels of a type as written.
  func declared(_ syntax: TypeSyntax) -> LabelShape {
    let shape = program.types.shape(of: syntax, in: module)
    if !shape.isEmpty { met.formUnion(shape.whole) }
    return shape
  }

  private func shape(of local: Local) -> LabelShape {
    if let known = locals[local.id] { return known }
    guard let value = bindings.removeValue(forKey: local.id) else { return .none }
    let shape = bind(local, value)
    locals[local.id] = shape
    return shape
  }

  /// `let name: T = value`: what is written must have room for what the value carries.
  func bind(_ local: Local, _ value: TypedExpression) -> LabelShape {
    var shape = read(value)
    guard let type = written.bindings[local.id] else { return shape }
    let room = declared(type)
    fit(&shape, into: room, at: value.span) {
      .bindingWithoutLabel(local.name, $0, at: value.span, declared: type.span)
    }
    return room.merged(with: shape)
  }

  /// Reports the labels for which there is no room, once, and takes them off.
  func fit(
    _ shape: inout LabelShape, into room: LabelShape, at span: Span, reporting: (LabelEntry) -> Diagnostic
  ) {
    let uncovered = shape.uncovered(by: room)
    if uncovered.isEmpty { return }
    var reported: Set<String> = []
    for entry in uncovered.entries {
      guard let name = entry.name else { continue }
      switch rule {
      case .declared:
        findings.report(reporting(entry), label: name)
        reported.insert(name)
      case .inlined: if program.reported.contains(LabelPlace(span, name)) { reported.insert(name) }
      }
    }
    shape = shape.removing(reported)
  }

  private func construct(_ values: [TypedExpression], _ type: Type) -> LabelShape {
    var fields = values.map { read($0) }
    guard case .record(let record) = type.unwrapped else { return LabelShape(fields: fields) }
    let room = declared(type.unwrapped)
    for index in fields.indices where index < record.fields.count {
      let field = record.fields[index]
      let wanted = room.field(index)
      if !fields[index].isEmpty {
        fit(&fields[index], into: wanted, at: values[index].span) {
          .fieldWithoutLabel(field, of: record, $0, at: values[index].span)
        }
        fields[index] = fields[index].passing(values[index].span, "goes into `\(field.name)` here")
      }
      fields[index] = wanted.merged(with: fields[index])
    }
    return LabelShape(fields: fields)
  }

  private func match(_ subject: TypedExpression, _ arms: [TypedArm]) -> LabelShape {
    let shape = read(subject)
    // Only whether there is a value decides, unless an arm looks at it.
    var deciding = shape.shell
    var result = LabelShape.none
    for arm in arms {
      for pattern in arm.patterns {
        switch pattern {
        case .present(let local): locals[local.id] = shape
        case .literal, .enumCase: deciding = shape.whole
        case .none, .otherwise: break
        }
      }
      result = result.merged(with: read(arm.value))
    }
    return result.adding(deciding.passing(subject.span, "decides here"))
  }

  private func cover(_ value: TypedExpression, _ fallback: TypedExpression) -> LabelShape {
    let outer = (failures, texts)
    failures = .none
    let shape = read(value)
    let deciding = failures
    (failures, texts) = outer
    return shape.merged(with: read(fallback)).adding(deciding.passing(value.span, "decides here"))
  }

  private func call(_ function: TypedFunction, _ arguments: [TypedExpression], _ span: Span) -> LabelShape {
    let shapes = arguments.map { read($0) }
    guard let known = program.functions[ObjectIdentifier(function)] else { return .none }
    met.formUnion(known.met)
    callees.insert(ObjectIdentifier(function))
    telling.formUnion(known.telling)
    if shapes.contains(where: { !$0.whole.names.isEmpty }) { tell(ObjectIdentifier(function)) }
    let failing = known.failures.substituting(shapes, at: span, of: function.name)
    if !failing.isEmpty { failures.formUnion(failing.whole) }
    let text = known.texts.substituting(shapes, at: span, of: function.name)
    if !text.isEmpty { texts.append((text.whole, span)) }
    return known.result.substituting(shapes, at: span, of: function.name)
  }

  /// A record task: its arguments go out to the work, which must allow their labels.
  private func call(_ task: TypedTask, _ arguments: [TypedExpression], _ span: Span) -> LabelShape {
    var carried = LabelSet()
    for (index, argument) in arguments.enumerated() {
      carried.formUnion(passed(read(argument), to: task, index, at: argument.span))
    }
    failures.formUnion(carried)
    return result(of: task, carrying: carried, at: span)
  }

  /// What an argument brings to a task; reports what the task does not allow.
  func passed(_ shape: LabelShape, to task: TypedTask, _ index: Int, at span: Span) -> LabelSet {
    let whole = shape.whole
    let declared = index < task.parameters.count ? program.parameter(index, of: task).whole : .none
    var reported: Set<String> = []
    for entry in whole.entries {
      guard let name = entry.name, !task.allows(name) else { continue }
      reported.insert(name)
      // What the task's own declaration lacks was reported there.
      if declared.holds(name) { continue }
      findings.report(.argumentNotAllowed(task, index, entry, at: span), label: name)
    }
    return whole.removing(reported)
  }

  /// The result of a task carries what it was given, but what `declassify` takes off.
  func result(of task: TypedTask, carrying labels: LabelSet, at span: Span) -> LabelShape {
    let result = program.result(of: task)
    if !result.isEmpty { met.formUnion(result.whole) }
    let unlabels = Set(task.syntax.unlabels.map(\.text))
    return result.adding(labels.removing(unlabels).passing(span, "passed through `\(task.name)` here"))
  }
}

extension TypedTask {
  /// Whether a label may go in.
  func allows(_ label: String) -> Bool { options.allow.contains { $0.text == label } }
}
