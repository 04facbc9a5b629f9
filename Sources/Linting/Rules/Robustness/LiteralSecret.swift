import Diagnosing
import Syntax

extension Rule {
  static let literalSecret = Rule(
    "L962", "literal-secret", .robustness,
    "a secret written into the program",
    """
    A password or token in the text is in every copy of the repository, in its history, and in every plan that is \
    printed. Name it: `secret("name")`, and the profile says where it is found.
    """,
    bad: """
      record Doc { id: Int, text: String }
      task embed(doc: Doc) -> Vector<384> {
        python "embed.py:embed"
        effect pure
        env { API_TOKEN: "t0p-secret" }
        timeout 30s
      }
      """,
    good: """
      record Doc { id: Int, text: String }
      task embed(doc: Doc) -> Vector<384> {
        python "embed.py:embed"
        effect pure
        env { API_TOKEN: secret("api") }
        timeout 30s
      }
      """,
    checks: [
      .declaration { declaration, context in
        guard case .task(let task) = declaration.kind else { return }
        for clause in task.clauses where clause.keyword.text == "env" {
          for entry in clause.entries {
            guard let name = entry.label, name.text.soundsSecret, let text = entry.value.plainString,
              !text.isEmpty
            else { continue }
            context.report(
              "`\(name.text)` is written into the program", at: entry.value.span,
              label: "in every copy of the repository",
              help: "name it, and let the profile say where it is: `\(name.text): secret(\"...\")`")
          }
        }
      },
      .expression(.string) { expression, context in
        guard let text = expression.plainString, text.utf8.contains(UInt8(ascii: "@")), text.hasCredentials
        else {
          return
        }
        context.report(
          "this address holds a password", at: expression.span, label: "in every copy of the repository",
          help: "name it, and let the profile say where it is: `secret(\"...\")`")
      },
    ])
}

extension String {
  /// Whether a variable of this name holds what nobody may see.
  fileprivate var soundsSecret: Bool {
    let words = uppercased().split(separator: "_")
    return words.contains { ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "APIKEY", "CREDENTIALS"].contains($0) }
      || words.suffix(2).joined(separator: "_") == "API_KEY"
      || words.suffix(2).joined(separator: "_") == "PRIVATE_KEY"
  }

  /// `scheme://user:password@host`.
  fileprivate var hasCredentials: Bool {
    guard let scheme = firstRange(of: "://") else { return false }
    let authority = self[scheme.upperBound...].prefix { $0 != "/" }
    guard let at = authority.lastIndex(of: "@") else { return false }
    let user = authority[..<at]
    guard let colon = user.firstIndex(of: ":") else { return false }
    return user.index(after: colon) < user.endIndex
  }

  private func firstRange(of text: String) -> Range<Index>? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(text) { return index..<self.index(index, offsetBy: text.count) }
      index = self.index(after: index)
    }
    return nil
  }
}
