import Diagnosing
import Syntax

extension Rule {
  static let duplicateTest = Rule(
    "L923", "duplicate-test-title", .correctness,
    "two tests with one title",
    """
    A report and `thalweg test --filter` tell tests apart by their titles. The second was often copied and not \
    finished.
    """,
    bad: """
      fn double(x: Int) -> Int { x * 2 }
      test "twice" { expect double(2) == 4 }
      test "twice" { expect double(3) == 6 }
      """,
    good: """
      fn double(x: Int) -> Int { x * 2 }
      test "twice two" { expect double(2) == 4 }
      test "twice three" { expect double(3) == 6 }
      """,
    checks: [
      .file { context in
        var first: [String: Span] = [:]
        for declaration in context.parsed.program.declarations {
          guard case .test(let test) = declaration.kind else { continue }
          if let place = first[test.title.text] {
            context.report(
              "another test has the title \"\(test.title.text)\"", at: test.title.span, label: "taken",
              labels: [Label(place, "taken here")], help: "say what this one is about")
          } else {
            first[test.title.text] = test.title.span
          }
        }
      }
    ])
}
