import Diagnosing
import Syntax

extension Rule {
  static let unusedValue = Rule(
    "L910", "unused-value", .correctness,
    "a `let` whose value nothing uses",
    """
    The value is computed and thrown away. Often another name was meant where it should have been used. (A flow that \
    nothing consumes is an error, not a finding.)
    """,
    bad: """
      fn total(price: Decimal, count: Int) -> Decimal {
        let tax = price * 0.2
        let net = price * count.to_decimal()
        net * 2
      }
      """,
    good: """
      fn total(price: Decimal, count: Int) -> Decimal {
        let tax = price * 0.2
        let net = price * count.to_decimal()
        net * 2 + tax
      }
      """,
    checks: [
      .binding { binding, context in
        let isLet = binding.kind == .value || binding.kind == .statement && binding.value != nil
        guard isLet, binding.isSingle, binding.uses.isEmpty else { return }
        context.report(
          "the value of `\(binding.name.text)` is not used", at: binding.name.span,
          label: "computed for nothing",
          help: "use it, or remove the `let`")
      },
      .binding { binding, context in
        guard binding.kind == .present, binding.uses.isEmpty else { return }
        context.report(
          "the present value `\(binding.name.text)` is not used", at: binding.name.span,
          label: "bound for nothing",
          help: "ask `... != none` where only the presence counts, or write `else` in a `match`")
      },
    ])
}
