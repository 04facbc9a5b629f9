import Diagnosing
import Syntax

extension Rule {
  static let unorderedImports = Rule(
    "L976", "unordered-imports", .style, mending: .safe,
    "imports out of order",
    """
    Imports in the order of their paths, and names in the order of the alphabet, are found at a glance, and two \
    people who add one do not get in each other's way.
    """,
    bad: """
      // file: a.thal
      import "./shops.thal" { Shop }
      import "./orders.thal" { Order }
      fn same(o: Order, s: Shop) -> Bool { o.shop == s.name }
      // file: orders.thal
      record Order { shop: String }
      // file: shops.thal
      record Shop { name: String }
      """,
    good: """
      // file: a.thal
      import "./orders.thal" { Order }
      import "./shops.thal" { Shop }
      fn same(o: Order, s: Shop) -> Bool { o.shop == s.name }
      // file: orders.thal
      record Order { shop: String }
      // file: shops.thal
      record Shop { name: String }
      """,
    checks: [
      .file { context in
        var imports: [(path: String, span: Span)] = []
        for declaration in context.parsed.program.declarations {
          guard case .importing(let syntax) = declaration.kind else { continue }
          imports.append((syntax.path.text, declaration.span))
          if case .selected(let names) = syntax.names { judgeNames(names, context) }
        }
        judge(
          imports, "this import stands before one that comes first", "order the imports", context,
          key: \.path, span: \.span)
      }
    ])

  private static func judgeNames(_ names: [Identifier], _ context: FileContext) {
    judge(
      names, "this name stands before one that comes first", "order the names", context, key: \.text,
      span: \.span)
  }

  private static func judge<Element>(
    _ elements: [Element], _ message: String, _ title: String, _ context: FileContext,
    key: (Element) -> String,
    span: (Element) -> Span
  ) {
    let sorted = elements.sorted { key($0).utf8.lexicographicallyPrecedes(key($1).utf8) }
    guard let first = zip(elements, elements.dropFirst()).first(where: { key($1) < key($0) }),
      let start = elements.first.map({ span($0).start }), let end = elements.last.map({ span($0).end })
    else { return }
    let edits = zip(elements, sorted).filter { span($0) != span($1) }
      .map { Edit(span($0), context.text(span($1))) }
    context.report(
      "\(message): `\(key(first.1))`", at: span(first.0), label: "out of order",
      labels: [Label(span(first.1), "comes first")],
      fixes: context.hasComment(start, end) ? [] : [Fix(title, isSafe: true, edits: edits)])
  }
}
