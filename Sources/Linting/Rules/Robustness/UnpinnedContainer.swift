import Diagnosing
import Syntax

extension Rule {
  static let unpinnedContainer = Rule(
    "L960", "unpinned-container", .robustness,
    "a container image that may change",
    """
    An image without a tag, or with `latest`, is another one after the next release: the same pipeline gives another \
    result, and cached answers no longer fit the code that gave them. Name the version, best with its digest \
    (`image@sha256:...`).
    """,
    bad: """
      record Doc { id: Int, text: String }
      task embed(doc: Doc) -> Vector<384> {
        command "embed {doc}"
        container "registry.example.com/embed:latest"
        effect pure
        timeout 30s
      }
      """,
    good: """
      record Doc { id: Int, text: String }
      task embed(doc: Doc) -> Vector<384> {
        command "embed {doc}"
        container "registry.example.com/embed:2.4.1"
        effect pure
        timeout 30s
      }
      """,
    checks: [
      .declaration { declaration, context in
        guard case .task(let task) = declaration.kind, let clause = task.clause("container"),
          let operand = clause.operands.first, let image = operand.plainString, !image.contains("@")
        else { return }
        let name = image.split(separator: "/").last ?? ""
        let tag = name.split(separator: ":").dropFirst().first
        guard tag == nil || tag == "latest" else { return }
        context.report(
          "this image may be another one tomorrow", at: operand.span,
          label: tag == nil ? "no tag" : "`latest` moves", help: "name the version, or the digest")
      }
    ])
}
