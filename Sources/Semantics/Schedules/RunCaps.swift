import Diagnosing
import Syntax

// `concurrency: limit(2, by: customer)`, `rate: limit(100, per: 1h)`.

extension FlowChecker {
  /// How many runs a cap may let pass.
  private static let sizes: ClosedRange<UInt64> = 1...1_000_000

  /// The value of `concurrency:`.
  func concurrency(_ expression: Expression) {
    let signature = CallSignature(
      kind: "cap", positional: ["so many runs"], options: ["by"], example: "limit(2, by: customer)",
      form: "limit(so many at once, by: a parameter)")
    guard let arguments = limit(expression, of: "concurrency", signature) else { return }
    let size = arguments.at(0).flatMap { number($0, "the number of `limit`", Self.sizes) }
    var parameter: String?
    if let by = arguments["by"] {
      parameter = self.parameter(by)
      if parameter == nil { return }
    }
    if let size { pipeline?.run.concurrency = RunOptions.Concurrency(size: size, parameter: parameter) }
  }

  /// The value of `rate:`.
  func rate(_ expression: Expression) {
    let signature = CallSignature(
      kind: "cap", positional: ["so many runs"], required: ["per"], example: "limit(100, per: 1h)")
    guard let arguments = limit(expression, of: "rate", signature) else { return }
    let size = arguments.at(0).flatMap { number($0, "the number of `limit`", Self.sizes) }
    let period = arguments["per"].flatMap { length($0, "`per:` of `limit`") }
    if let size, let period { pipeline?.run.rate = RunOptions.Rate(size: size, period: period) }
  }

  private func limit(_ expression: Expression, of option: String, _ signature: CallSignature)
    -> CallArguments?
  {
    guard case .call(let callee, _, let written) = expression.kind, case .name(let word) = callee.kind,
      word.text == "limit"
    else {
      if case .error = expression.kind { return nil }
      markUses(in: expression)
      report(.limitWanted(option, signature.example, at: expression.span))
      return nil
    }
    return match(written, of: word, with: signature)
  }

  private func parameter(_ expression: Expression) -> String? {
    if case .error = expression.kind { return nil }
    let names = pipeline?.parameters.map(\.name) ?? []
    guard case .name(let name) = expression.kind, names.contains(name.text) else {
      markUses(in: expression)
      report(.parameterWanted(expression, parameters: names))
      return nil
    }
    return name.text
  }
}

extension Diagnostic {
  fileprivate static func limitWanted(_ option: String, _ example: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .optionValue, "`\(option):` of `run` must be `limit(...)`", at: span, label: "not a limit",
      help: "as in `\(option): \(example)`")
  }

  fileprivate static func parameterWanted(_ expression: Expression, parameters: [String]) -> Diagnostic {
    let meant: String? =
      if case .name(let name) = expression.kind { Suggestion.nearest(to: name.text, among: parameters) } else
      { nil }
    let known = parameters.map { "`\($0)`" }.joined(separator: " ")
    return Diagnostic(
      .optionValue, "`by:` of `limit` must be a parameter of the pipeline", at: expression.span,
      label: "not a parameter",
      help: meant.map { "did you mean `\($0)`?" }
        ?? (parameters.isEmpty ? "the pipeline has none: leave `by:` out" : "it has \(known)"),
      fixes: meant.map { [Fix("write `\($0)`", edits: [Edit(expression.span, $0)])] } ?? [])
  }
}
