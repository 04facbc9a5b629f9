import Diagnosing
import Syntax

extension Rule {
  static let emptyDocumentation = Rule(
    "L988", "empty-documentation", .style, level: .note,
    "documentation that says nothing",
    """
    `///` without words, or with the declaration's name and no more, tells a reader nothing that the line below does \
    not. Say what it is for, or leave it out.
    """,
    bad: """
      /// Order
      record Order { id: Int }
      """,
    good: """
      /// What a customer has bought, as the shop's till writes it.
      record Order { id: Int }
      """,
    checks: [
      .declaration { declaration, context in
        guard let text = declaration.documentation, let name = declaration.kind.name else { return }
        // More letters than the name has are words of their own.
        guard text.utf8.count <= 2 * name.text.utf8.count + 8 else { return }
        let words = text.split { !$0.isLetter && !$0.isNumber }.joined().lowercased()
        guard words.isEmpty || words == name.text.filter({ $0 != "_" }).lowercased() else { return }
        context.report(
          "the documentation of `\(name.text)` says nothing", at: name.span,
          label: "documented without words",
          help: "say what it is for, or leave the `///` out")
      }
    ])
}

extension Declaration.Kind {
  /// What the declaration declares.
  fileprivate var name: Identifier? {
    switch self {
    case .record(let syntax): syntax.name
    case .enumeration(let syntax): syntax.name
    case .distinctType(let syntax): syntax.name
    case .label(let name): name
    case .function(let syntax): syntax.name
    case .task(let syntax): syntax.name
    // A pipeline without words is another rule's.
    case .pipeline, .importing, .test: nil
    }
  }
}
