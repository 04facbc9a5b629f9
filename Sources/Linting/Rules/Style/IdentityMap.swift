import Diagnosing
import Syntax

extension Rule {
  static let identityMap = Rule(
    "L982", "identity-map", .style, mending: .safe,
    "a `map` that changes nothing",
    """
    `.map(x -> x)` gives each row as it is. Leave it out.
    """,
    bad: """
      fn same(words: List<String>) -> List<String> { words.map(w -> w) }
      """,
    good: """
      fn same(words: List<String>) -> List<String> { words }
      """,
    checks: [
      .method(["map"]) { call, context in
        guard let lambda = call.onlyArgument?.lambda, lambda.parameters.count == 1,
          lambda.body.name == lambda.parameters[0].text
        else { return }
        let link = call.link
        context.report(
          "this `map` changes nothing", at: call.name.span, label: "gives each row as it is",
          fixes: context.hasComment(link.start, link.end)
            ? [] : [Fix("remove the `map`", isSafe: true, edits: [Edit(link, "")])])
      }
    ])
}
