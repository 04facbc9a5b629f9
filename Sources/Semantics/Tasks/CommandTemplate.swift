import Diagnosing
import Syntax

/// The text of a `command`, with `{parameter}`, `{out}`, `{out.field}` in between: each becomes one argument,
/// so none may stand inside shell quotes, where it would be spliced into text.
struct CommandTemplate {
  private(set) var parts: [TypedTask.CommandPart] = []
  private(set) var diagnostics: [Diagnostic] = []
  private let task: TypedTask
  private var shell = ShellText()

  init(_ task: TypedTask, _ text: [StringPart], at clause: TaskClause) {
    self.task = task
    if let taken = task.parameters.first(where: { $0.local.name == "out" }) {
      diagnostics.append(.parameterNamedOut(taken.syntax.name))
    }
    for part in text {
      switch part {
      case .text(let text):
        shell.read(text)
        parts.append(.text(text))
      case .interpolation(let expression):
        if let part = placeholder(expression) {
          parts.append(part)
          if shell.place != .plain {
            diagnostics.append(.quotedPlaceholder(expression, in: shell.place))
          } else if shell.isEscaped {
            diagnostics.append(.escapedPlaceholder(expression))
          }
        }
        shell.skipPlaceholder()
      }
    }
    if let operand = clause.operands.first {
      if shell.place == .singleQuotes || shell.place == .doubleQuotes,
        !diagnostics.contains(where: { $0.code == .placeholderInQuotes })
      {
        diagnostics.append(.unclosedShellQuote(shell.place, at: operand.span))
      }
      if parts.allSatisfy(\.isBlank) { diagnostics.append(.emptyCommand(at: operand.span)) }
    }
    if !diagnostics.contains(where: { $0.code == .commandPlaceholder }) { judgeOutputs(clause) }
  }

  private mutating func placeholder(_ expression: Expression) -> TypedTask.CommandPart? {
    switch expression.kind {
    case .error: return nil
    case .name(let name):
      if name.text == "out" { return .output }
      if let index = task.parameters.firstIndex(where: { $0.local.name == name.text }) {
        return .parameter(index)
      }
      diagnostics.append(.unknownPlaceholder(name, task))
    case .member(let base, let field, isOptional: false):
      guard case .name(let name) = base.kind, name.text == "out" else { fallthrough }
      return output(field, expression.span)
    default: diagnostics.append(.computedPlaceholder(expression, task))
    }
    return nil
  }

  private mutating func output(_ name: Identifier, _ span: Span) -> TypedTask.CommandPart? {
    if task.result == .error { return .outputField(name.text) }
    guard case .record(let record) = task.result else {
      diagnostics.append(.outputFieldOfNoRecord(name, task.result, at: span))
      return nil
    }
    guard let index = record.index(of: name.text) else {
      diagnostics.append(.unknownOutputField(name, record))
      return nil
    }
    guard record.fields[index].type.isFileOrDirectory else {
      diagnostics.append(.outputFieldOfValue(name, record.fields[index], at: span))
      return nil
    }
    return .outputField(name.text)
  }

  /// Every file of the result is written by the command.
  private mutating func judgeOutputs(_ clause: TaskClause) {
    if task.result.isFileOrDirectory, !parts.contains(.output) {
      diagnostics.append(.resultNotWritten(clause.keyword, task))
    }
    guard case .record(let record) = task.result else { return }
    for field in record.fields where field.type.isFileOrDirectory && !parts.contains(.outputField(field.name))
    {
      diagnostics.append(.fieldNotWritten(clause.keyword, field))
    }
  }
}

extension TypedTask.CommandPart {
  fileprivate var isBlank: Bool {
    if case .text(let text) = self { text.allSatisfy(\.isWhitespace) } else { false }
  }
}
