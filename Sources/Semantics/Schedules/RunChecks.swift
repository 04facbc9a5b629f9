import Diagnosing
import Syntax

// `run MODE { options }`.

extension FlowChecker {
  /// One `run` statement.
  func run(_ written: Identifier?, _ options: [Argument], at word: Span) {
    if let first = runSpan {
      report(.runTwice(at: written?.span ?? word, first: first))
      return
    }
    runSpan = written?.span ?? word
    guard let pipeline else { return }
    let mode: RunOptions.Mode
    if let written {
      guard let named = RunOptions.Mode(rawValue: written.text) else {
        report(.unknownMode(written))
        return
      }
      mode = named
      self.pipeline?.run.mode = (mode, written.span)
    } else {
      mode = pipeline.mode
    }
    var seen: [String: Span] = [:]
    for option in options { self.option(option, of: mode, at: word, &seen) }
  }

  private func option(
    _ option: Argument, of mode: RunOptions.Mode, at word: Span, _ seen: inout [String: Span]
  ) {
    guard let label = option.label else {
      report(.runOptionWithoutLabel(of: mode, at: option.value.span))
      return
    }
    guard let rule = RunOptionRule.all.first(where: { $0.name == label.text }) else {
      report(.unknownRunOption(label, of: mode))
      return
    }
    if let first = seen.updateValue(label.span, forKey: label.text) {
      report(.repeatedRunOption(label, first: first))
      return
    }
    guard rule.modes.contains(mode) else {
      report(.runOptionOfOtherMode(label, of: mode, rule))
      return
    }
    switch rule.value {
    case .number(let range):
      self.pipeline?.run.set(label.text, number(option.value, "`\(label.text):` of `run`", range))
    case .duration: self.pipeline?.run.set(label.text, length(option.value, "`\(label.text):` of `run`"))
    case .delivery:
      let words = RunOptions.Delivery.allCases.map(\.rawValue)
      let word = self.word(option.value, option: "delivery:", of: "run", among: words)
      self.pipeline?.run.delivery = word.flatMap { RunOptions.Delivery(rawValue: $0) }
      if word == RunOptions.Delivery.exactlyOnce.rawValue { pipeline?.exactlyOnce = option.value.span }
    case .schedule: schedule(option.value)
    case .concurrency: concurrency(option.value)
    case .rate: rate(option.value)
    }
  }

  func number(
    _ expression: Expression, _ what: String, _ range: ClosedRange<UInt64>
  ) -> Int? {
    if case .error = expression.kind { return nil }
    let wanted = "a number from \(range.lowerBound) to \(range.upperBound)"
    guard case .integer(let value?) = expression.kind, range.contains(value) else {
      markUses(in: expression)
      report(.optionRange(what, wanted, at: expression.span))
      return nil
    }
    return Int(value)
  }

  func length(_ expression: Expression, _ what: String) -> Int64? {
    if case .error = expression.kind { return nil }
    guard case .duration(let value) = expression.kind, value > 0 else {
      markUses(in: expression)
      report(.optionRange(what, "a duration of more than nothing, as in `20m`", at: expression.span))
      return nil
    }
    return value
  }
}

extension RunOptions {
  fileprivate mutating func set(_ option: String, _ value: Int?) {
    switch option {
    case "retry": retry = value
    case "priority": priority = value
    case "parallelism": parallelism = value
    case "port": port = value
    default: maxInFlight = value
    }
  }

  fileprivate mutating func set(_ option: String, _ value: Int64?) {
    if option == "timeout" { timeout = value } else { checkpoint = value }
  }
}
