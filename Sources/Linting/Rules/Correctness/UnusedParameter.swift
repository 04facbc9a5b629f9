import Syntax

extension Rule {
  static let unusedParameter = Rule(
    "L909", "unused-parameter", .correctness,
    "a parameter that nothing uses",
    """
    Every caller has to find a value for the parameter, and it changes nothing. Use it, or take it out of the \
    signature and of the calls. The parameters of a task count where its `command` names them; a Python function or \
    a service is given them all.
    """,
    bad: """
      fn price(amount: Decimal, currency: String) -> Decimal { amount * 2 }
      """,
    good: """
      fn price(amount: Decimal, rate: Decimal) -> Decimal { amount * rate }
      """,
    checks: [
      .binding { binding, context in
        guard binding.kind == .parameter, binding.uses.isEmpty, let declaration = context.declaration,
          declaration.kind.usesItsParameters
        else { return }
        context.report(
          "the parameter `\(binding.name.text)` is not used", at: binding.name.span, label: "changes nothing",
          help: "use it, or take it out here and at the calls")
      }
    ])
}

extension Declaration.Kind {
  /// Whether a parameter is of use only where the body names it.
  fileprivate var usesItsParameters: Bool {
    guard case .task(let task) = self else { return true }
    return task.clauses.contains { $0.keyword.text == "command" }
  }
}
