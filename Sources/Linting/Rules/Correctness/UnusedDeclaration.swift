import Diagnosing
import Syntax

extension Rule {
  static let unusedDeclaration = Rule(
    "L912", "unused-declaration", .correctness,
    "a declaration that nothing uses",
    """
    A function, type, task or label that neither its own file nor a file that imports it names. It is looked for in \
    files that declare a pipeline or that another file imports; a file of its own may be a library for others.
    """,
    bad: """
      record Order { id: Int, amount: Int }
      fn double(amount: Int) -> Int { amount * 2 }
      /// Copies the orders.
      pipeline copy {
        from orders: Table<Order> = csv("orders.csv")
        into copied = csv("copied.csv") <- orders
      }
      """,
    good: """
      record Order { id: Int, amount: Int }
      fn double(amount: Int) -> Int { amount * 2 }
      /// Copies the orders.
      pipeline copy {
        from orders: Table<Order> = csv("orders.csv")
        into copied = csv("copied.csv") <- orders.map(o -> Order { o.id, amount: double(o.amount) })
      }
      """,
    checks: [
      .project { context, uses in
        let index = Int(context.parsed.file.id.index)
        let declarations = context.parsed.program.declarations
        let isWhole = declarations.contains { if case .pipeline = $0.kind { true } else { false } }
        guard isWhole || uses.imported.contains(index) else { return }
        for declaration in declarations {
          guard let (kind, name) = declaration.kind.usable, !uses.names[index].contains(name.text) else {
            continue
          }
          context.report(
            "the \(kind) `\(name.text)` is not used", at: name.span, label: "no file names it",
            help: "use it, or remove it")
        }
      }
    ])
}

extension Declaration.Kind {
  /// What can only be of use where it is named.
  fileprivate var usable: (kind: String, name: Identifier)? {
    switch self {
    case .record(let syntax): ("record", syntax.name)
    case .enumeration(let syntax): ("enum", syntax.name)
    case .distinctType(let syntax): ("type", syntax.name)
    case .label(let name): ("label", name)
    case .function(let syntax): ("function", syntax.name)
    case .task(let syntax): ("task", syntax.name)
    case .importing, .pipeline, .test: nil
    }
  }
}
