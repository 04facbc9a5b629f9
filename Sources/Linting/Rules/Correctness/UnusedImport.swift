import Diagnosing
import Syntax

extension Rule {
  static let unusedImport = Rule(
    "L911", "unused-import", .correctness, mending: .safe,
    "an import that nothing uses",
    """
    A name that is imported and not used makes the file look as if it depended on another. It may also be the sign \
    of a mistyped name elsewhere.
    """,
    bad: """
      // file: a.thal
      import "./b.thal" { Order, Shop }
      fn total(o: Order) -> Int { o.amount }
      // file: b.thal
      record Order { amount: Int }
      record Shop { name: String }
      """,
    good: """
      // file: a.thal
      import "./b.thal" { Order, Shop }
      fn total(o: Order) -> Int { o.amount }
      fn title(s: Shop) -> String { s.name }
      // file: b.thal
      record Order { amount: Int }
      record Shop { name: String }
      """,
    checks: [
      .project { context, _ in
        for declaration in context.parsed.program.declarations {
          if case .importing(let syntax) = declaration.kind { judge(syntax, declaration.span, context) }
        }
      }
    ])

  private static func judge(_ syntax: ImportDeclaration, _ whole: Span, _ context: FileContext) {
    let names: [Identifier]
    switch syntax.names {
    case .namespace(let name): names = [name]
    case .selected(let selected): names = selected
    }
    let unused = names.indices.filter { !context.uses.names.contains(names[$0].text) }
    if unused.count == names.count {
      let line = context.wholeLines(of: whole)
      context.report(
        "nothing of this import is used", at: whole, label: "not needed",
        fixes: [Fix("remove the import", isSafe: true, edits: [Edit(line, "")])])
      return
    }
    for index in unused {
      let span =
        index + 1 < names.count
        ? context.span(names[index].span.start, names[index + 1].span.start)
        : context.span(names[index - 1].span.end, names[index].span.end)
      let isPlain = !context.hasComment(span.start, span.end)
      context.report(
        "the import `\(names[index].text)` is not used", at: names[index].span, label: "not needed",
        fixes: isPlain ? [Fix("remove the name", isSafe: true, edits: [Edit(span, "")])] : [])
    }
  }
}
