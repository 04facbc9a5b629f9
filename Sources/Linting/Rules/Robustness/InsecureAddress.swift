import Diagnosing
import Syntax

extension Rule {
  static let insecureAddress = Rule(
    "L961", "insecure-address", .robustness, mending: .unsafe,
    "an address that is not encrypted",
    """
    Over `http://` everybody on the way can read the rows and change the answer. Use `https://`; addresses of this \
    machine are fine.
    """,
    bad: """
      record Doc { id: Int, text: String }
      task embed(doc: Doc) -> Vector<384> {
        http "http://models.example.com/embed"
        effect pure
        timeout 30s
      }
      """,
    good: """
      record Doc { id: Int, text: String }
      task embed(doc: Doc) -> Vector<384> {
        http "https://models.example.com/embed"
        effect pure
        timeout 30s
      }
      """,
    checks: [
      .expression(.string) { expression, context in
        guard case .string(let parts) = expression.kind, case .text(let text)? = parts.first,
          text.hasPrefix("http://"), !text.isOfThisMachine
        else { return }
        let start = expression.span.start + 1
        guard context.text(context.span(start, start + 4)) == "http" else { return }
        context.report(
          "this address is not encrypted", at: expression.span, label: "anybody on the way can read it",
          fixes: [Fix("write `https`", edits: [Edit(context.span(start + 4, start + 4), "s")])])
      }
    ])
}

extension String {
  fileprivate var isOfThisMachine: Bool {
    ["localhost", "127.", "[::1]", "0.0.0.0"].contains { hasPrefix("http://\($0)") }
  }
}
