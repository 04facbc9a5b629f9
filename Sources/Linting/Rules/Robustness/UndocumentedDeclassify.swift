import Diagnosing
import Syntax

extension Rule {
  static let undocumentedDeclassify = Rule(
    "L958", "undocumented-declassify", .robustness,
    "a declassification that nobody explains",
    """
    `declassify` takes a label off by the word of whoever wrote it; the compiler can't check that nothing personal is \
    left. Say in the documentation, `///`, why the result may be seen by everybody: that is what a review asks for.
    """,
    bad: """
      label health
      record Visit { id: Int, age: Int @health }
      declassify fn decade(age: Int @health) -> Int unlabels health { age / 10 * 10 }
      """,
    good: """
      label health
      record Visit { id: Int, age: Int @health }
      /// Decades are published by the statistics office too: nobody is known by theirs.
      declassify fn decade(age: Int @health) -> Int unlabels health { age / 10 * 10 }
      """,
    checks: [
      .declaration { declaration, context in
        guard declaration.documentation == nil else { return }
        let found: (word: Span?, name: Identifier)
        switch declaration.kind {
        case .function(let function): found = (function.declassify, function.name)
        case .task(let task): found = (task.declassify, task.name)
        default: return
        }
        guard let word = found.word else { return }
        context.report(
          "nothing says why `\(found.name.text)` may take a label off", at: word.through(found.name.span),
          label: "its result may be seen by everybody", help: "say why above it, behind `///`")
      }
    ])
}
