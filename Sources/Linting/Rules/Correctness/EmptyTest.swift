import Syntax

extension Rule {
  static let emptyTest = Rule(
    "L919", "test-without-expect", .correctness,
    "a test that expects nothing",
    """
    Without an `expect` a test passes whatever the program does, and whoever reads the report believes that \
    something was looked at.
    """,
    bad: """
      fn double(x: Int) -> Int { x * 2 }
      test "twice" {}
      """,
    good: """
      fn double(x: Int) -> Int { x * 2 }
      test "twice" { expect double(2) == 4 }
      """,
    checks: [
      .declaration { declaration, context in
        guard case .test(let test) = declaration.kind, !test.statements.contains(where: \.isExpectation) else {
          return
        }
        context.report(
          "this test expects nothing", at: test.title.span, label: "always passes",
          help: "say what must come out: `expect report == [...]`, `expect price(2) == 4`")
      }
    ])
}

extension Statement {
  fileprivate var isExpectation: Bool {
    switch kind {
    case .expect, .expectFlow: true
    case .conditional(_, let then, let otherwise): (then + otherwise).contains(where: \.isExpectation)
    default: false
    }
  }
}
