import Diagnosing
import Syntax

/// Reads the clauses of one task, each by itself; `TaskRules.swift` says what goes together.
///
/// A clause without operands was reported by the parser: nothing more is said about it.
final class TaskClauses {
  let task: TypedTask
  let checker: ExpressionChecker
  /// The first of each kind, by its word.
  private(set) var clauses: [String: TaskClause] = [:]
  /// Whether the parser could not read a clause.
  private(set) var hasUnknown = false
  var work: TypedTask.Work?
  var effect = TypedTask.Effect.external
  var options = TypedTask.Options()

  init(_ task: TypedTask, _ checker: ExpressionChecker) {
    self.task = task
    self.checker = checker
  }

  /// Reads and judges all; the task has what it says unless there are errors.
  func check() {
    for clause in task.syntax.clauses {
      let word = clause.keyword.text
      if !TaskWords.clauses.contains(word) {
        hasUnknown = true
      } else if let first = clauses[word] {
        checker.report(.repeatedClause(clause.keyword, first: first.keyword.span))
      } else {
        clauses[word] = clause
        read(clause)
      }
    }
    judge()
    guard !checker.diagnostics.hasErrors else { return }
    task.work = work
    task.effect = effect
    task.options = options
  }

  private func read(_ clause: TaskClause) {
    switch clause.keyword.text {
    case "command": command(clause)
    case "python": python(clause)
    case "http": http(clause)
    case "container": options.container = text(clause, "the name of an image")
    case "effect": effect(clause)
    case "batch": batch(clause)
    case "replicas": replicas(clause)
    case "resources": resources(clause.entries)
    case "env": environment(clause.entries)
    case "timeout": options.timeout = duration(clause.operands.first, of: clause)
    case "retry": retry(clause)
    case "cache": options.cache = duration(clause.operands.first, of: clause)
    case "allow": allow(clause)
    default: format(clause)
    }
  }

  // MARK: Work

  private func command(_ clause: TaskClause) {
    guard let operand = clause.operands.first, case .string(let parts) = operand.kind else { return }
    let template = CommandTemplate(task, parts, at: clause)
    for diagnostic in template.diagnostics { checker.report(diagnostic) }
    work = .command(template.parts)
  }

  private func python(_ clause: TaskClause) {
    guard let text = text(clause, "a file and a function: `\"embed.py:embed\"`") else { return }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].hasSuffix(".py"), parts[0].count > 3, parts[1].isPythonName else {
      return refuse(clause, "a file and a function in it, such as `\"embed.py:embed\"`", clause.operands[0])
    }
    work = .python(file: String(parts[0]), function: String(parts[1]))
  }

  private func http(_ clause: TaskClause) {
    guard let text = text(clause, "a URL") else { return }
    let address = ["http://", "https://"].first { text.hasPrefix($0) }.map { text.dropFirst($0.utf8.count) }
    guard let address, let first = address.first, first != "/", !address.contains(" ") else {
      return refuse(clause, "a URL that begins with `http://` or `https://`", clause.operands[0])
    }
    work = .http(url: text)
  }

  // MARK: Effect

  private func effect(_ clause: TaskClause) {
    guard case .name(let word)? = clause.operands.first?.kind else { return }
    switch word.text {
    case "pure": effect = .pure
    case "external": effect = .external
    case "idempotent": effect = .idempotent(by: key(clause, word))
    default: checker.report(.unknownEffect(word))
    }
  }

  /// `by: d -> d.id` of `idempotent`, over the task's first parameter.
  private func key(_ clause: TaskClause, _ word: Identifier) -> TypedLambda? {
    for entry in clause.entries {
      if let label = entry.label, label.text != "by" {
        checker.report(.unknownArgument(label, of: word, candidates: ["by"]))
        return nil
      }
    }
    guard let entry = clause.entries.first else {
      if !task.isJob { checker.report(.idempotentWithoutKey(word)) }
      return nil
    }
    if entry.label == nil || clause.entries.count > 1 {
      checker.report(.idempotentForm(at: clause.entries.last?.value.span ?? word.span))
      return nil
    }
    guard !task.isJob, let first = task.parameters.first else {
      checker.report(.keyOfJob(word, parameter: task.jobParameter?.syntax.name))
      return nil
    }
    let lambda = checker.checkLambda(
      entry.value, parameters: [first.local.type], in: .empty, expecting: nil, cover: .none)
    if !lambda.body.type.isKey { checker.report(.effectKey(lambda.body)) }
    return lambda
  }

  // MARK: Numbers

  private func batch(_ clause: TaskClause) {
    guard let operand = clause.operands.first else { return }
    guard let size = count(operand, of: clause, "the most rows of a call: a whole number from 1") else {
      return
    }
    options.batch = (size, clause.operands.count > 2 ? duration(clause.operands[2], of: clause) : nil)
  }

  private func replicas(_ clause: TaskClause) {
    guard let operand = clause.operands.first else { return }
    let wanted = "a whole number from 1, or a range such as `1..4`"
    guard case .range(let low, let high, let isInclusive) = operand.kind else {
      options.replicas = count(operand, of: clause, wanted).map { $0...$0 }
      return
    }
    guard isInclusive else { return refuse(clause, wanted, operand) }
    guard let least = count(low, of: clause, wanted), let most = count(high, of: clause, wanted) else {
      return
    }
    if least > most { return checker.report(.emptyClauseRange(clause.keyword, at: operand.span)) }
    options.replicas = least...most
  }

  private func retry(_ clause: TaskClause) {
    guard let operand = clause.operands.first else { return }
    guard let count = count(operand, of: clause, "how many times it is tried again: a whole number from 1")
    else { return }
    var backoff: ClosedRange<Int64>?
    if clause.operands.count > 2 {
      switch clause.operands[2].kind {
      case .range(let low, let high, true):
        guard let least = duration(low, of: clause), let most = duration(high, of: clause) else { return }
        if least > most {
          return checker.report(.emptyClauseRange(clause.keyword, at: clause.operands[2].span))
        }
        backoff = least...most
      default: backoff = duration(clause.operands[2], of: clause).map { $0...$0 }
      }
    }
    options.retry = (count, backoff)
  }

  private func count(_ expression: Expression, of clause: TaskClause, _ wanted: String) -> Int? {
    switch expression.kind {
    case .integer(let value?):
      if value > 0, let count = Int(exactly: value) { return count }
    case .integer, .error: return nil
    default: break
    }
    refuse(clause, wanted, expression)
    return nil
  }

  private func duration(_ expression: Expression?, of clause: TaskClause) -> Int64? {
    switch expression?.kind {
    case nil, .error: return nil
    case .duration(let length) where length > 0: return length
    default:
      if let expression { refuse(clause, "a duration above zero, such as `30s`", expression) }
      return nil
    }
  }

  // MARK: Entries

  private func resources(_ entries: [Argument]) {
    for (label, value) in labelled(entries, "resource") {
      switch (label.text, value.kind) {
      case (_, .error): break
      case ("cpu", .integer(let count?)) where count > 0: options.cpu = Double(count)
      case ("cpu", .number(let text)):
        if let count = Double(text.filter { $0 != "_" }), count > 0 {
          options.cpu = count
        } else {
          checker.report(.resourceValue(label, "a number above zero: `cpu: 0.5`", at: value.span))
        }
      case ("memory", .size(let bytes)) where bytes > 0: options.memory = Int64(bytes)
      case ("gpu", .integer(let count?)): options.gpu = Int(exactly: count)
      case ("cpu", _):
        checker.report(.resourceValue(label, "a number above zero: `cpu: 0.5`", at: value.span))
      case ("memory", _): checker.report(.resourceValue(label, "a size: `memory: 2GiB`", at: value.span))
      case ("gpu", _): checker.report(.resourceValue(label, "a whole number: `gpu: 1`", at: value.span))
      default: checker.report(.unknownResource(label))
      }
    }
  }

  private func environment(_ entries: [Argument]) {
    for (label, value) in labelled(entries, "variable") {
      switch value.kind {
      case .error: continue
      case .string:
        guard let text = checker.plainText(value) else {
          checker.report(.environmentValue(label, at: value.span))
          continue
        }
        options.environment.append(
          (label.text, TypedExpression(.literal(.string(text)), .string, value.span)))
      case .call(let callee, _, _):
        guard case .name(let name) = callee.kind, name.text == "secret" else {
          checker.report(.environmentValue(label, at: value.span))
          continue
        }
        let secret = checker.check(value, in: .empty, expecting: .secret(.string), cover: .none)
        options.environment.append((label.text, secret))
      default: checker.report(.environmentValue(label, at: value.span))
      }
    }
  }

  private func labelled(_ entries: [Argument], _ what: String) -> [(Identifier, Expression)] {
    var seen = FirstPlaces()
    return entries.compactMap { entry in
      guard let label = entry.label else { return nil }
      if let first = seen.first(label.text, at: label.span) {
        checker.report(.duplicate(label, first: first, what: what))
        return nil
      }
      return (label, entry.value)
    }
  }

  private func allow(_ clause: TaskClause) {
    guard let operand = clause.operands.first, case .list(let elements) = operand.kind else { return }
    for element in elements {
      switch element.kind {
      case .name(let name): options.allow.append(name)
      case .error: break
      default: refuse(clause, "the names of labels: `[pii]`", element)
      }
    }
    for problem in checker.module.problems(with: options.allow) { checker.report(problem) }
    if elements.isEmpty { refuse(clause, "the names of labels: `[pii]`", operand) }
  }

  private func format(_ clause: TaskClause) {
    guard case .name(let word)? = clause.operands.first?.kind else { return }
    if let format = TypedTask.TableFormat(rawValue: word.text) {
      options.format = format
    } else {
      checker.report(.unknownTableFormat(word))
    }
  }

  // MARK: Texts

  private func text(_ clause: TaskClause, _ wanted: String) -> String? {
    guard let operand = clause.operands.first, case .string = operand.kind else { return nil }
    if let text = checker.plainText(operand), !text.isEmpty { return text }
    refuse(clause, "\(wanted) as a plain text", operand)
    return nil
  }

  private func refuse(_ clause: TaskClause, _ wanted: String, _ value: Expression) {
    checker.report(.clauseValue(clause.keyword, wanted, at: value.span))
  }
}

extension Substring {
  /// Letters, digits and `_`, not beginning with a digit.
  fileprivate var isPythonName: Bool {
    guard let first = utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
      return false
    }
    return utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
        true
      default: false
      }
    }
  }
}
