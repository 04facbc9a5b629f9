import Diagnosing
import Syntax

extension TaskClauses {
  /// What goes together: one kind of work, and what the effect, the work and the parameters permit. The
  /// clause that does not fit is reported, with the place that forbids it.
  func judge() {
    judgeWork()
    judgeEffect()
    judgeShape()
  }

  private func judgeWork() {
    let works = ["command", "python", "http"].compactMap { clauses[$0]?.keyword }
      .sorted { $0.span.start < $1.span.start }
    guard let first = works.first else {
      if !hasUnknown { checker.report(.taskWithoutWork(task)) }
      return
    }
    for other in works.dropFirst() { checker.report(.secondWork(other, first: first)) }
    if works.count > 1 { return }
    if first.text == "http" {
      if let container = clauses["container"] {
        checker.report(.containerOfHTTP(container.keyword, work: first.span))
      }
      if let parameter = task.parameters.first(where: { $0.bound != nil || !$0.local.type.isJsonShaped }) {
        let type =
          parameter.bound == nil ? parameter.local.type.description : "Table<\(parameter.local.type)>"
        checker.report(.notOverHTTP(first, type, at: parameter.syntax.type.span, verb: "take"))
      } else if !task.result.isJsonShaped, let result = task.syntax.result {
        checker.report(.notOverHTTP(first, task.result.description, at: result.type.span, verb: "give"))
      }
    }
  }

  /// `retry` needs work that may be done twice, `cache` work that always gives the same.
  private func judgeEffect() {
    let cause = clauses["effect"]
    // The effect was not understood: nothing follows from it.
    if let cause,
      cause.operands.isEmpty || checker.diagnostics.contains(where: { cause.span.contains($0.span) })
    {
      return
    }
    if let retry = clauses["retry"], case .external = effect {
      checker.report(.retryOfExternal(retry.keyword, effect: cause, task))
    }
    guard let cache = clauses["cache"] else { return }
    switch effect {
    case .pure: break
    case .idempotent, .external: checker.report(.cacheOfEffect(cache.keyword, effect: cause, task))
    }
  }

  private func judgeShape() {
    if let parameter = task.jobParameter {
      for word in ["batch", "replicas"] {
        guard let clause = clauses[word] else { continue }
        checker.report(.clauseOfJob(clause.keyword, parameter))
      }
    }
    if let format = clauses["format"] {
      if task.parameters.allSatisfy({ $0.bound == nil }) {
        checker.report(.formatWithoutTable(format.keyword))
      } else if options.format == .csv {
        judgeColumns(format)
      }
    }
  }

  /// A table that goes out as csv has no nested columns.
  private func judgeColumns(_ format: TaskClause) {
    for parameter in task.parameters where parameter.bound != nil {
      for (name, type) in parameter.local.type.memberTypes {
        switch type.unwrapped {
        case .list, .map, .vector, .record, .row:
          checker.report(.nestedInFormat(format, parameter, field: name, type))
          return
        default: break
        }
      }
    }
  }
}

extension Span {
  /// Whether another lies inside.
  fileprivate func contains(_ other: Span) -> Bool {
    file == other.file && start <= other.start && other.end <= end
  }
}
