import Diagnosing
import Syntax

// What is said about comments that allow something. `Suppressions` finds them; the rules beside this file explain
// them, and the severity is theirs.

extension Diagnostic {
  static func allowWithoutReason(_ rule: Rule, at span: Span) -> Diagnostic {
    Diagnostic(
      Rule.allowWithoutReason.code, "this allows \(rule.code) and does not say why", at: span,
      label: "no reason behind the code",
      help: "write behind the code why `\(rule.name)` is right here: `// thalweg:allow \(rule.code) ...`")
  }

  static func uselessAllow(_ rule: Rule, _ span: Span, removing line: Span) -> Diagnostic {
    Diagnostic(
      Rule.uselessAllow.code, "this allows \(rule.code), and `\(rule.name)` finds nothing here", at: span,
      label: "allows nothing",
      help: "take the comment away, so that it does not hide a later finding",
      fixes: [Fix("remove the comment", isSafe: true, edits: [Edit(line, "")])])
  }

  static func allowAboveNothing(_ span: Span) -> Diagnostic {
    Diagnostic(
      Rule.uselessAllow.code, "this comment stands above nothing that it could be about", at: span,
      label: "allows nothing",
      help: "put it on a line of its own above the declaration, statement or field that it is about")
  }

  static func allowWithoutCode(at span: Span) -> Diagnostic {
    Diagnostic(
      Rule.unknownAllow.code, "this does not say which rule it allows", at: span, label: "no code",
      help: "write the code from the finding, and why: `// thalweg:allow L907 compared with a stored value`")
  }

  static func unknownAllow(_ code: Identifier) -> Diagnostic {
    let named = Rules.rule(code.text)
    let meant =
      named?.code.text ?? Suggestion.nearest(to: code.text.uppercased(), among: Rules.all.map(\.code.text))
    let isError = Catalogue.entry(code.text) != nil
    return Diagnostic(
      Rule.unknownAllow.code, "there is no rule `\(code.text)`", at: code.span,
      label: isError ? "the code of an error, which can't be allowed" : "not the code of a rule",
      help: isError
        ? "mend the error; only the findings of `thalweg rules` can be allowed"
        : meant.map { "did you mean `\($0)`?" } ?? "`thalweg rules` lists them",
      fixes: named.map { [Fix("write `\($0.code)`", isSafe: true, edits: [Edit(code.span, $0.code.text)])] }
        ?? [])
  }
}
