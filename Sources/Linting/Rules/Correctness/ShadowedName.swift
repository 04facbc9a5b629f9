import Diagnosing
import Syntax

extension Rule {
  static let shadowedName = Rule(
    "L913", "shadowed-name", .correctness,
    "a name that hides another",
    """
    Inside, the name means the new value; the outer one can't be reached, and a reader takes one for the other. Give \
    the inner one a name of its own. `if let x = x` is fine: it is the same value, known to be present.
    """,
    bad: """
      record Order { tags: List<String>, tag: String }
      fn has_own_tag(o: Order) -> Bool { o.tags.any(o -> o.len() > 3) && o.tag.len() > 3 }
      """,
    good: """
      record Order { tags: List<String>, tag: String }
      fn has_own_tag(o: Order) -> Bool { o.tags.any(t -> t.len() > 3) && o.tag.len() > 3 }
      """,
    checks: [
      .binding { binding, context in
        guard let hidden = binding.hidden else { return }
        if binding.kind == .present, binding.value?.name == binding.name.text { return }
        context.report(
          "`\(binding.name.text)` hides another `\(binding.name.text)`", at: binding.name.span,
          label: "means something else from here on", labels: [Label(hidden, "hidden inside")],
          help: "give the inner one a name of its own")
      }
    ])
}
