import Semantics

extension Plan {
  /// The plan for people: job by job, what each does, gets and holds.
  public var text: String {
    var lines = ["\(mode.rawValue) plan of `\(pipeline)`   \(shortHash)"]
    for parameter in parameters {
      let value = parameter.defaultValue.map { " = \($0)" } ?? ""
      let given = parameter.value.map { ", given \($0)" } ?? ""
      lines.append("  parameter \(parameter.name): \(parameter.type)\(value)\(given)")
    }
    if mode == .stream { lines.append("  shards \(virtualShards)") }
    for setting in settings { lines.append("  \(setting.name) \(setting.value)") }
    let nameWidth = columnWidth { $0.name }
    let operationWidth = columnWidth { $0.operation }
    for job in jobs {
      lines.append("")
      lines.append("\(unit) \(job.id) `\(job.name)`\(role(of: job))")
      for region in regions(around: job) { lines.append("  \(region.text)") }
      for exchange in job.inputs {
        let isCall = mode == .service && exchange.kind == .forward
        let kind = isCall ? "rows of a call" : exchange.kind.description
        lines.append("  <- \(unit) \(exchange.from) `\(exchange.producer)`, \(kind)")
      }
      for use in job.uses { lines.append("  <- \(unit) \(use.from), the value `\(use.name)`") }
      let waits = job.waits.filter { wait in !job.uses.contains { $0.from == wait } }
      if !waits.isEmpty {
        lines.append("  behind each pass of \(unit) \(waits.map { "\($0)" }.joined(separator: ", "))")
      }
      for step in job.steps {
        let name = step.name.filled(to: nameWidth)
        let operation = step.operation.filled(to: operationWidth)
        lines.append("  \(name)  \(operation)  \(step.detail)".trimmedAtEnd)
      }
      for value in job.gives { lines.append("  gives \(value)") }
      let held = job.held
      if !job.isWithoutRows {
        let what = held.map(\.description).joined(separator: "; ")
        lines.append("  holds \(held.isEmpty ? "nothing: it streams" : what)")
      }
    }
    for task in tasks {
      lines.append("")
      lines.append("task `\(task.name)`   \(task.effect), \(task.work)")
      lines.append(
        "  called by \(unit) \(task.callers.map { "\($0)" }.joined(separator: ", "))\(task.isJob ? ", a job of its own" : "")"
      )
      if !task.options.isEmpty { lines.append("  \(task.options.joined(separator: ", "))") }
    }
    lines.append("")
    for reply in replies { lines.append("reply     \(reply.status) with \(reply.type)") }
    for watermark in watermarks { lines.append("watermark `\(watermark.name)`: \(watermark.text)") }
    lines += bounds
    lines += delivery
    for source in sources where !source.isReplayable && mode != .service {
      lines.append(
        mode == .batch
          ? "replay    `\(source.name)` can't be read again: a repeated run needs the same \(source.connector)"
          : "replay    `\(source.name)` can't be read again: a crash loses what came since the last checkpoint"
      )
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func role(of job: Job) -> String {
    let source = sources.first { $0.name == job.name }
    switch job.role {
    case .work: return ""
    case .gateway: return "   gateway of \(source?.path ?? "")"
    case .table: return "   table, \(source?.refresh.map { "read again every \($0)" } ?? "read once")"
    }
  }

  /// What an unbounded flow keeps, and how long.
  private var bounds: [String] {
    if mode != .stream { return [] }
    return jobs.flatMap(\.steps).compactMap { step in
      step.holds.map { held in
        "state     `\(step.name)` \(held)\(held.bound == nil && held.growth != .constant ? ", to the end" : "")"
      }
    }
  }

  private var delivery: [String] {
    guard !sinks.isEmpty else { return [] }
    let weakest = sinks.filter { $0.promise == promise }
    let because =
      weakest.count == sinks.count ? "" : ", by \(weakest.map { "`\($0.name)`" }.joined(separator: ", "))"
    var lines = ["delivery  \(promise.explanation(in: mode))\(because)"]
    for sink in sinks where sink.promise != promise {
      lines.append("          `\(sink.name)` is \(sink.promise.explanation(in: mode))")
    }
    for sink in sinks where sink.publishesAlways {
      lines.append("          `\(sink.name)` appears even when the run is refused")
    }
    return lines
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

extension DeliveryPromise {
  /// One sentence for people, of what is visible in a mode.
  fileprivate func explanation(in mode: RunOptions.Mode) -> String {
    switch (mode, self) {
    case (.batch, _): explanation
    case (.stream, .atLeastOnce): "at least once: after a crash rows may appear again"
    case (.stream, .idempotent): "idempotent: rows that appear again change nothing"
    case (.stream, .transactional):
      "exactly once: the rows of an epoch appear with its checkpoint, or not at all"
    case (.service, .atLeastOnce): "at least once: a call that is tried again writes again"
    case (.service, .idempotent): "idempotent: a call that is tried again changes nothing"
    case (.service, .transactional):
      "transactional: the rows of a call appear before its reply, or not at all"
    }
  }
}
