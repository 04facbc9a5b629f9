import Diagnosing
import Syntax

// Labels by name. A label is known by its name throughout the program; each file declares or imports those
// that it names.

extension Module {
  /// Whether a label of this name is known here.
  func holdsLabel(_ name: String) -> Bool {
    if name == "pii" { return true }
    if case .label? = symbols[name] { return true }
    return false
  }

  /// The labels that are known here.
  var labelNames: [String] {
    ["pii"] + symbols.names { symbol in if case .label = symbol { true } else { false } }
  }

  /// What is wrong with the labels of one type or one list.
  func problems(with labels: [Identifier]) -> [Diagnostic] {
    var problems: [Diagnostic] = []
    var first: [String: Span] = [:]
    for label in labels {
      if let place = first[label.text] {
        problems.append(.repeatedLabel(label, first: place))
        continue
      }
      first[label.text] = label.span
      if holdsLabel(label.text) { continue }
      if case .broken? = symbols[label.text] { continue }
      problems.append(.unknownLabel(label, candidates: labelNames))
    }
    return problems
  }
}

extension Declarer {
  /// Whether a label may have this name; reports it otherwise.
  func checkLabelName(_ name: Identifier) -> Bool {
    if name.text == "pii" {
      diagnostics.append(.labelOfTheLanguage(name))
      return false
    }
    if Self.annotationNames.contains(name.text) {
      diagnostics.append(.labelLikeAnnotation(name))
      return false
    }
    return true
  }

  /// `declassify` and `unlabels` of a function or task: one needs the other.
  func checkDeclassify(
    _ word: Span?, _ name: Identifier, _ unlabels: [Identifier]
  ) {
    diagnostics += module.problems(with: unlabels)
    guard let first = unlabels.first else {
      if let word { diagnostics.append(.declassifyWithoutUnlabels(name, at: word)) }
      return
    }
    if word == nil { diagnostics.append(.unlabelsWithoutDeclassify(name, at: first.span)) }
  }
}

extension Diagnostic {
  static func unknownLabel(_ label: Identifier, candidates: [String]) -> Diagnostic {
    guard let meant = Suggestion.nearest(to: label.text, among: candidates) else {
      return Diagnostic(
        .unknownLabel, "there is no label `\(label.text)`", at: label.span, label: "unknown label",
        help: "declare it at top level: `label \(label.text)`; or import it")
    }
    return Diagnostic(
      .unknownLabel, "there is no label `\(label.text)`", at: label.span, label: "unknown label",
      help: "did you mean `\(meant)`?",
      fixes: [Fix("write `\(meant)`", edits: [Edit(label.span, meant)])])
  }

  static func repeatedLabel(_ label: Identifier, first: Span) -> Diagnostic {
    Diagnostic(
      .repeatedLabel, "the label `\(label.text)` stands twice here", at: label.span, label: "again",
      labels: [Label(first, "first here")])
  }

  static func labelOfTheLanguage(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .labelName, "`pii` is a label of the language", at: name.span, label: "there already",
      help: "remove this line: `@pii` may stand anywhere")
  }

  static func labelLikeAnnotation(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .labelName, "`@\(name.text)` is an annotation, and no label has an annotation's name", at: name.span,
      label: "needs another name")
  }

  static func labelWithArguments(_ label: Identifier, at span: Span) -> Diagnostic {
    Diagnostic(
      .labelName, "the label `@\(label.text)` takes no arguments", at: span, label: "not here",
      help: "write `@\(label.text)`")
  }

  static func declassifyWithoutUnlabels(_ name: Identifier, at word: Span) -> Diagnostic {
    Diagnostic(
      .declassify, "`declassify` needs the labels that `\(name.text)` takes off", at: word,
      label: "which labels?", help: "write `unlabels pii` behind the result")
  }

  static func unlabelsWithoutDeclassify(_ name: Identifier, at span: Span) -> Diagnostic {
    Diagnostic(
      .declassify, "only a `declassify` function or task takes labels off", at: span,
      label: "needs `declassify`", labels: [Label(name.span, "not marked")],
      help: "write `declassify` before `fn` or `task`: who reviews the code shall see it")
  }

  static func unlabelsNothing(_ label: Identifier, of name: Identifier) -> Diagnostic {
    Diagnostic(
      .unlabelsNothing, "no parameter of `\(name.text)` is labelled `@\(label.text)`", at: label.span,
      label: "nothing to take off", help: "label the parameter that it is taken off: `@\(label.text)`")
  }
}
