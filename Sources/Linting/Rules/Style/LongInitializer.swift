import Diagnosing
import Syntax

extension Rule {
  static let longInitializer = Rule(
    "L985", "long-initializer", .style, mending: .safe,
    "a field written twice",
    """
    A field that is given by a path with its own name may be written short: `shop: o.shop` is `o.shop`.
    """,
    bad: """
      record Order { id: Int, shop: String }
      record Sale { id: Int, shop: String }
      fn sale(o: Order) -> Sale { Sale { o.id, shop: o.shop } }
      """,
    good: """
      record Order { id: Int, shop: String }
      record Sale { id: Int, shop: String }
      fn sale(o: Order) -> Sale { Sale { o.id, o.shop } }
      """,
    checks: [
      .expression(.construct) { expression, context in
        if case .construct(_, let fields) = expression.kind { judge(fields, context) }
      },
      .expression(.row) { expression, context in
        if case .row(let fields) = expression.kind { judge(fields, context) }
      },
    ])

  private static func judge(_ fields: [FieldInitializer], _ context: FileContext) {
    for case .named(let name, let value) in fields {
      guard case .member(_, let last, isOptional: false) = value.kind, last.text == name.text,
        context.text(value.span).utf8.first != UInt8(ascii: "(")
      else { continue }
      let prefix = context.span(name.span.start, value.span.start)
      context.report(
        "`\(name.text):` says what the path says", at: name.span, label: "twice",
        fixes: context.hasComment(prefix.start, prefix.end)
          ? [] : [Fix("write `\(context.text(value.span))`", isSafe: true, edits: [Edit(prefix, "")])])
    }
  }
}
