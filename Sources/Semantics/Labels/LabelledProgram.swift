import Diagnosing
import Syntax

/// What a call of a function gives, as its arguments are labelled.
struct FunctionLabels: Sendable {
  /// Of the result: what is declared, and what the arguments bring.
  let result: LabelShape
  /// What a failure tells.
  let failures: LabelShape
  /// What the texts of `fail(...)` tell.
  let texts: LabelShape
  /// Every label that the body meets.
  let met: LabelSet
  /// Expressions in the body over values that are declared to be labelled.
  let telling: Set<Span>
  /// The body, and the functions that it calls.
  let body: Span
  let callees: Set<ObjectIdentifier>
}

/// The labels of a program's declarations: of its types, tasks and functions. Written by
/// `DeclaredProgram.checkLabels`, read-only (also from several threads) afterwards; hence `@unchecked`.
public final class LabelledProgram: @unchecked Sendable {
  /// What was found in tasks and functions.
  public private(set) var diagnostics: [Diagnostic] = []
  let types: LabelTypes
  /// By function; not those with errors.
  private(set) var functions: [ObjectIdentifier: FunctionLabels] = [:]
  /// By function.
  private(set) var flowFunctions: [ObjectIdentifier: PendingBody<FlowFunction>] = [:]
  /// What was reported in the bodies of functions.
  private(set) var reported: Set<LabelPlace> = []
  private let modules: [Module]
  private var tasks: [ObjectIdentifier: (parameters: [LabelShape], result: LabelShape)] = [:]

  init(_ program: DeclaredProgram) {
    modules = program.modules
    types = LabelTypes(program.modules)
    for pending in program.flowFunctions { flowFunctions[ObjectIdentifier(pending.target)] = pending }
    checkTasks()
    checkFunctions(program.functions)
    checkFlowFunctions(program.flowFunctions)
  }

  /// The labels that a task's parameter declares.
  func parameter(_ index: Int, of task: TypedTask) -> LabelShape {
    guard let known = tasks[ObjectIdentifier(task)], index < known.parameters.count else { return .none }
    return known.parameters[index]
  }

  /// The labels that a task's result declares.
  func result(of task: TypedTask) -> LabelShape { tasks[ObjectIdentifier(task)]?.result ?? .none }

  /// The module of a declaration.
  func module(_ index: Int) -> Module { modules[index] }

  private func adopt(_ findings: LabelFindings) {
    diagnostics += findings.diagnostics
    reported.formUnion(findings.places)
  }

  /// What is taken off must stand somewhere.
  private func checkUnlabels(
    _ unlabels: [Identifier], _ name: Identifier, _ parameters: [ParameterDeclaration], _ module: Module
  ) {
    if unlabels.isEmpty { return }
    var carried = LabelSet()
    for parameter in parameters { carried.formUnion(types.shape(of: parameter.type, in: module).whole) }
    for label in unlabels where module.holdsLabel(label.text) && !carried.holds(label.text) {
      diagnostics.append(.unlabelsNothing(label, of: name))
    }
  }

  // MARK: Tasks

  private func checkTasks() {
    for module in modules {
      for declaration in module.program.declarations {
        guard case .task(let syntax) = declaration.kind,
          case .task(let task)? = module.symbols[syntax.name.text], task.span == syntax.name.span
        else { continue }
        let parameters = syntax.parameters.map { types.shape(of: $0.type, in: module) }
        let result = syntax.result.map { types.shape(of: $0.type, in: module) } ?? .none
        tasks[ObjectIdentifier(task)] = (parameters, result)
        checkUnlabels(syntax.unlabels, syntax.name, syntax.parameters, module)
        adopt(check(task, parameters, result))
      }
    }
  }

  /// What the parameters declare, the task must allow and its result cover.
  private func check(_ task: TypedTask, _ parameters: [LabelShape], _ result: LabelShape) -> LabelFindings {
    var findings = LabelFindings()
    let unlabels = Set(task.syntax.unlabels.map(\.text))
    let room = Set(result.own.names)
    var missing: Set<String> = []
    for (parameter, shape) in zip(task.syntax.parameters, parameters) {
      for entry in shape.whole.entries {
        guard let name = entry.name else { continue }
        if !task.allows(name) {
          findings.report(.parameterNotAllowed(task, parameter, entry), label: name)
        }
        if !unlabels.contains(name), !room.contains(name), missing.insert(name).inserted,
          let written = task.syntax.result?.type
        {
          findings.report(.taskResultWithoutLabel(task, entry, at: written.span), label: name)
        }
      }
    }
    return findings
  }

  // MARK: Functions over values

  /// Callees before callers, each once.
  private func checkFunctions(_ pending: [PendingBody<TypedFunction>]) {
    var indices = [ObjectIdentifier: Int](minimumCapacity: pending.count)
    for (index, function) in pending.enumerated() { indices[ObjectIdentifier(function.target)] = index }
    let order = calleesFirst(pending.count) { index in
      var callees: [Int] = []
      pending[index].target.body?.visit { part in
        if case .call(let function, _) = part.kind, let callee = indices[ObjectIdentifier(function)] {
          callees.append(callee)
        }
      }
      return callees
    }
    for index in order { check(pending[index]) }
  }

  private func check(_ pending: PendingBody<TypedFunction>) {
    let function = pending.target
    guard let body = function.body, let result = pending.syntax.result else { return }
    let reader = LabelReader(
      self, module: modules[pending.module], written: function.written, rule: .declared)
    for (index, parameter) in function.parameters.enumerated() where index < pending.syntax.parameters.count {
      let part = ArgumentPart(index: index, path: [], extent: .inPlace)
      reader.locals[parameter.id] = reader.declared(pending.syntax.parameters[index].type)
        .adding(LabelSet([LabelEntry(term: .argument(part))]))
    }
    checkUnlabels(pending.syntax.unlabels, pending.syntax.name, pending.syntax.parameters, reader.module)
    var shape = reader.read(body).removing(pending.syntax.unlabels, in: reader.module)
    let room = reader.declared(result.type)
    reader.fit(&shape, intoResult: result.type, of: pending.syntax)
    let texts = reader.texts.reduce(into: LabelSet.none) { texts, found in
      texts.formUnion(found.labels.passing(found.span, "told by `fail` here"))
    }
    functions[ObjectIdentifier(function)] = FunctionLabels(
      result: room.merged(with: shape),
      failures: LabelShape(reader.failures).removing(pending.syntax.unlabels, in: reader.module),
      texts: LabelShape(texts).removing(pending.syntax.unlabels, in: reader.module), met: reader.met,
      telling: reader.telling, body: body.span, callees: reader.callees)
    adopt(reader.findings)
  }

  // MARK: Functions over flows

  private func checkFlowFunctions(_ pending: [PendingBody<FlowFunction>]) {
    var indices = [ObjectIdentifier: Int](minimumCapacity: pending.count)
    for (index, function) in pending.enumerated() { indices[ObjectIdentifier(function.target)] = index }
    let order = calleesFirst(pending.count) { index in
      (pending[index].target.body?.steps ?? []).compactMap { step in
        if case .call(let function, _) = step.kind { indices[ObjectIdentifier(function)] } else { nil }
      }
    }
    for index in order { check(pending[index]) }
  }

  /// A body as it is declared; what calls bring besides is seen where they are.
  private func check(_ pending: PendingBody<FlowFunction>) {
    guard let body = pending.target.body, let result = pending.syntax.result,
      !Inlining(of: body).isTooLarge
    else { return }
    let module = modules[pending.module]
    let reader = LabelReader(self, module: module, written: body.written, rule: .declared)
    var inputs: [LabelShape] = []
    for (parameter, syntax) in zip(pending.target.parameters, pending.syntax.parameters) {
      let shape = reader.declared(syntax.type)
      switch parameter {
      case .flow: inputs.append(shape)
      case .value(let index): reader.locals[pending.target.values[index].id] = shape
      }
    }
    checkUnlabels(pending.syntax.unlabels, pending.syntax.name, pending.syntax.parameters, module)
    let flows = FlowLabels(reader)
    var shape = flows.result(of: body, inputs: inputs).removing(pending.syntax.unlabels, in: module)
    reader.fit(&shape, intoResult: result.type, of: pending.syntax)
    adopt(reader.findings)
  }
}

/// The numbers below `count`, each behind its callees. No recursion: chains of calls may be long.
private func calleesFirst(_ count: Int, _ callees: (Int) -> [Int]) -> [Int] {
  var order: [Int] = []
  order.reserveCapacity(count)
  var isSeen = [Bool](repeating: false, count: count)
  for start in 0..<count where !isSeen[start] {
    isSeen[start] = true
    var path = [(index: start, callees: callees(start))]
    while !path.isEmpty {
      if let callee = path[path.count - 1].callees.popLast() {
        if isSeen[callee] { continue }
        isSeen[callee] = true
        path.append((callee, callees(callee)))
      } else {
        order.append(path.removeLast().index)
      }
    }
  }
  return order
}

extension LabelReader {
  /// What a body gives must fit what its function declares.
  func fit(_ shape: inout LabelShape, intoResult type: TypeSyntax, of function: FunctionDeclaration) {
    let place = function.body.supplied.span
    fit(&shape, into: declared(type), at: place) {
      .resultWithoutLabel(function.name.text, $0, at: place, declared: type)
    }
  }
}

extension Expression {
  /// The part that gives the value: behind the bindings of a block.
  var supplied: Expression {
    if case .block(_, let value) = kind { value.supplied } else { self }
  }
}

extension DeclaredProgram {
  /// Follows labels through tasks and functions, whose bodies must have been checked; nil where no file
  /// writes a label.
  public func checkLabels() -> LabelledProgram? {
    modules.contains { $0.program.mentionsLabels } ? LabelledProgram(self) : nil
  }
}
