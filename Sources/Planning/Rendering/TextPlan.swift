import Semantics

extension BatchPlan {
  /// The plan for people: job by job, what each does, gets and holds.
  public var text: String {
    var lines = ["batch plan of `\(pipeline)`   \(shortHash)"]
    for parameter in parameters {
      let value = parameter.defaultValue.map { " = \($0)" } ?? ""
      let given = parameter.value.map { ", given \($0)" } ?? ""
      lines.append("  parameter \(parameter.name): \(parameter.type)\(value)\(given)")
    }
    let nameWidth = columnWidth { $0.name }
    let operationWidth = columnWidth { $0.operation }
    for job in jobs {
      lines.append("")
      lines.append("job \(job.id) `\(job.name)`")
      for exchange in job.inputs {
        lines.append("  <- job \(exchange.from) `\(exchange.producer)`, \(exchange.kind)")
      }
      for step in job.steps {
        let name = step.name.filled(to: nameWidth)
        let operation = step.operation.filled(to: operationWidth)
        lines.append("  \(name)  \(operation)  \(step.detail)".trimmedAtEnd)
      }
      let held = job.held
      lines.append(
        "  holds \(held.isEmpty ? "nothing: it streams" : held.map(\.description).joined(separator: "; "))")
    }
    lines.append("")
    lines.append("delivery  \(promise.explanation)")
    for sink in sinks where sink.promise != promise {
      lines.append("          `\(sink.name)` is \(sink.promise.explanation)")
    }
    for source in sources where !source.isReplayable {
      lines.append(
        "replay    `\(source.name)` can't be read again: a repeated run needs the same \(source.connector)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func columnWidth(_ column: (Step) -> String) -> Int {
    jobs.flatMap(\.steps).map { min(column($0).count, 40) }.max() ?? 0
  }
}

extension String {
  fileprivate func filled(to width: Int) -> String {
    self + String(repeating: " ", count: max(width - count, 0))
  }

  fileprivate var trimmedAtEnd: String {
    lastIndex { $0 != " " }.map { String(self[...$0]) } ?? ""
  }
}
