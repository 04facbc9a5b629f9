import Diagnosing
import Syntax

extension Declarer {
  /// Resolves the signature of a task; its clauses follow when all signatures of the file are known.
  func declareTask(_ syntax: TaskDeclaration, ordinal: Int) {
    checkDeclassify(syntax.declassify, syntax.name, syntax.unlabels)
    var seen = FirstPlaces()
    var parameters: [TypedTask.Parameter] = []
    for (index, parameter) in syntax.parameters.enumerated() {
      if let first = seen.first(parameter.name.text, at: parameter.name.span) {
        diagnostics.append(.duplicate(parameter.name, first: first, what: "parameter"))
      }
      parameters.append(taskParameter(parameter, id: ordinal << 24 | 1 << 23 | index))
    }
    guard let result = syntax.result else { return }
    if let mark = result.fallible { diagnostics.append(.taskMark(mark)) }
    let task = TypedTask(
      name: syntax.name.text, parameters: parameters, result: taskResult(result.type),
      isJob: parameters.isOfJob, syntax: syntax, span: syntax.name.span)
    module.symbols.complete(syntax.name.text, .task(task), at: syntax.name.span)
    tasks.append((task, ordinal))
  }

  private func taskParameter(_ syntax: ParameterDeclaration, id: Int) -> TypedTask.Parameter {
    var type = Type.error
    var bound: Boundedness?
    switch resolveSignature(syntax.type) {
    case .flow(let flow):
      bound = .table
      type = flow.element
      if flow.bound != .table {
        diagnostics.append(.taskTakesFlow(flow, syntax.name, at: syntax.type.span))
      } else if !flow.element.isTaskArgument {
        diagnostics.append(.taskParameter(syntax.name, flow.element, at: syntax.type.span))
        type = .error
      }
      if let value = syntax.defaultValue {
        diagnostics.append(.notConstant("a flow has no default, and a default", at: value.span))
      }
    case .value(let value):
      type = value
      if !value.isTaskArgument {
        diagnostics.append(.taskParameter(syntax.name, value, at: syntax.type.span))
        type = .error
      }
    }
    let value = bound == nil ? syntax.defaultValue.map { constant($0, of: type, "a default") } : nil
    return TypedTask.Parameter(
      local: Local(id: id, name: syntax.name.text, type: type), bound: bound, defaultValue: value,
      syntax: syntax)
  }

  /// A value that JSON holds, a `File`, a `Directory`, or a record that has some among its fields.
  private func taskResult(_ syntax: TypeSyntax) -> Type {
    switch resolveSignature(syntax) {
    case .flow(let flow):
      diagnostics.append(.taskGivesFlow(flow, at: syntax.span))
      return .error
    case .value(.file): return .file
    case .value(.directory): return .directory
    case .value(.record(let record)):
      if let field = record.fields.first(where: { !$0.type.isFileOrDirectory && !$0.type.isJsonShaped }) {
        diagnostics.append(.taskResultField(field, of: record, at: syntax.span))
        return .error
      }
      return .record(record)
    case .value(let type):
      if type.isJsonShaped { return type }
      diagnostics.append(.taskResult(type, at: syntax.span))
      return .error
    }
  }
}

extension [TypedTask.Parameter] {
  /// Whether a task with these is a job of its own. What follows a record is the same for all rows, so
  /// that a model may be a file.
  fileprivate var isOfJob: Bool {
    if contains(where: { $0.bound != nil }) { return true }
    if case .record? = first?.local.type { return false }
    return contains { $0.local.type.unwrapped.isFileOrDirectory }
  }
}

extension Type {
  /// `File` and `Directory`.
  var isFileOrDirectory: Bool { self == .file || self == .directory }

  /// Whether a task can take it: what JSON holds, and files.
  var isTaskArgument: Bool {
    switch self {
    case .regex, .secret, .nothing: false
    case .optional(let inner), .list(let inner), .map(let inner): inner.isTaskArgument
    case .record(let record): record.fields.allSatisfy(\.type.isTaskArgument)
    case .row(let row): row.types.allSatisfy(\.isTaskArgument)
    default: true
    }
  }
}

extension TypedTask {
  /// The parameters as calls see them.
  var callParameters: [CallParameter] {
    parameters.map {
      CallParameter(
        name: $0.local.name, isLabelled: $0.syntax.defaultValue != nil,
        isRequired: $0.syntax.defaultValue == nil)
    }
  }

  /// The parameter because of which it is a job of its own.
  var jobParameter: Parameter? {
    guard isJob else { return nil }
    return parameters.first { $0.bound != nil }
      ?? parameters.first { $0.local.type.unwrapped.isFileOrDirectory }
  }
}
