import Diagnosing
import YAMLReading

// The diagnostics of project files, away from the reading.

extension Diagnostic {
  static func emptyProjectFile(at span: Span) -> Diagnostic {
    Diagnostic(
      .missingSetting, "the project file is empty", at: span, label: "nothing here",
      help: "the least is `version: 1`",
      fixes: [Fix("write `version: 1`", edits: [Edit(span, "version: 1\n")])])
  }

  static func missingVersion(at span: Span) -> Diagnostic {
    Diagnostic(
      .missingSetting, "the project file does not say its `version`", at: span,
      label: "`version: 1` is missing",
      fixes: [Fix("write `version: 1`", isSafe: true, edits: [Edit(span, "version: 1\n")])])
  }

  static func unsupportedVersion(_ version: Spanned<Int>) -> Diagnostic {
    Diagnostic(
      .unsupportedVersion, "there is no version \(version.value) of the project file", at: version.span,
      label: "not known here", help: "this release of Thalweg reads version 1")
  }

  static func missingKey(_ key: String, of name: Spanned<String>, or other: String? = nil) -> Diagnostic {
    let keys = "`\(key)`" + (other.map { " or `\($0)`" } ?? "")
    return Diagnostic(
      .missingSetting, "`\(name.value)` needs \(keys)", at: name.span, label: "\(keys) is missing")
  }

  /// `free` are the keys that are not there yet.
  static func unknownKey(
    _ key: Spanned<String>, of owner: String, known: [String], free: [String]
  ) -> Diagnostic {
    misspelt(
      .unknownSetting, "\(owner) has no key `\(key.value)`", key, label: "not a key of it", candidates: free,
      otherwise: "its keys are \(list(known))")
  }

  static func wrongType(_ owner: String, wants: String, found: YAMLNode) -> Diagnostic {
    let what = found.described
    let message = owner == "this" ? "\(wants) is wanted here" : "\(owner) is \(wants)"
    return Diagnostic(.wrongSettingType, "\(message), and this is \(what)", at: found.span, label: what)
  }

  static func malformedTag(_ tag: Spanned<String>) -> Diagnostic {
    Diagnostic(
      .wrongSettingType, "a tag has neither blanks nor commas", at: tag.span, label: "not one word",
      help: "several stand in a list: `tags: [gpu, big]`")
  }

  static func unknownWord(_ word: Spanned<String>, _ what: String, words: [String]) -> Diagnostic {
    misspelt(
      .unknownSettingWord, "there is no \(what) `\(word.value)`", word, label: "not one of them",
      candidates: words, otherwise: "the words are \(list(words))")
  }

  static func outOfRange(_ key: String, _ number: Spanned<Int>, _ range: ClosedRange<Int>) -> Diagnostic {
    Diagnostic(
      .settingOutOfRange, "`\(key)` is from \(range.lowerBound) to \(range.upperBound)", at: number.span,
      label: "out of these bounds")
  }

  static func unknownRule(_ rule: Spanned<String>, rules: [String]) -> Diagnostic {
    misspelt(
      .unknownRule, "there is no lint rule `\(rule.value)`", rule, label: "not a rule", candidates: rules,
      otherwise: "a rule goes by its code or its name")
  }

  static func unknownReference(_ name: Spanned<String>, _ what: String, names: [String]) -> Diagnostic {
    misspelt(
      .unknownReference, "there is no \(what) `\(name.value)`", name, label: "not declared in this file",
      candidates: names,
      otherwise: names.isEmpty ? "declare it under `\(what)s:`" : "the \(what)s are \(list(names))")
  }

  static func cycle(_ profiles: [Profile]) -> Diagnostic {
    let names = profiles.map { "`\($0.name.value)`" }
    let place = profiles[0].base?.span ?? profiles[0].name.span
    return Diagnostic(
      .profileCycle,
      profiles.count == 1
        ? "the profile \(names[0]) extends itself"
        : "the profiles \(list(profiles.map(\.name.value))) extend each other", at: place,
      label: "leads back to \(names[0])",
      labels: profiles.dropFirst().compactMap { profile in
        profile.base.map { Label($0.span, "and so does this") }
      },
      help: "take one `extends` away")
  }

  private static func misspelt(
    _ code: Code, _ message: String, _ name: Spanned<String>, label: String, candidates: [String],
    otherwise help: String
  ) -> Diagnostic {
    guard let meant = Suggestion.nearest(to: name.value, among: candidates) else {
      return Diagnostic(code, message, at: name.span, label: label, help: help)
    }
    return Diagnostic(
      code, message, at: name.span, label: label, help: "did you mean `\(meant)`?",
      fixes: [Fix("write `\(meant)`", edits: [Edit(name.span, meant)])])
  }

  /// `a`, `b` and `c`, in backquotes.
  static func list(_ names: [String]) -> String {
    let quoted = names.map { "`\($0)`" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
    return "\(quoted.dropLast().joined(separator: ", ")) and \(last)"
  }
}

// MARK: Secrets and variables

extension Diagnostic {
  static func literalSecret(_ name: Spanned<String>, at span: Span, variable: String?) -> Diagnostic {
    let reference = "{ env: \(variable ?? name.value.uppercased()) }"
    return Diagnostic(
      .literalSecret, "a secret's value can't stand in the project file", at: span,
      label: variable == nil ? "a value" : "would put the value here",
      help: "say where the value is: `\(reference)`, or `{ file: path }`",
      fixes: variable == nil
        ? [] : [Fix("write `\(reference)`", isSafe: true, edits: [Edit(span, reference)])])
  }

  static func credentialsOfBucket(at span: Span) -> Diagnostic {
    Diagnostic(
      .literalSecret, "credentials can't stand in the project file", at: span, label: "in front of the `@`",
      help: "name the bucket only; the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY hold them")
  }

  static func twoPlaces(_ name: Spanned<String>, at span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      .literalSecret, "`\(name.value)` has its value from two places", at: span, label: "a file, too",
      labels: [Label(first, "from a variable")], help: "keep one of them")
  }

  static func unsetVariable(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .unsetVariable, "the variable `\(name)` is not set", at: span, label: "not in the environment",
      help: "set it, or say what stands for it: `${\(name):-default}`")
  }

  static func loneDollar(at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedVariable, "a `$` here begins `${NAME}`", at: span, label: "a `$` by itself",
      help: "a dollar sign is written `$$`", fixes: [Fix("write `$$`", edits: [Edit(span, "$$")])])
  }

  static func openVariable(at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedVariable, "this `${` is not closed", at: span, label: "needs a `}`",
      help: "a variable is `${NAME}`; a dollar sign is written `$$`")
  }

  static func malformedVariable(at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedVariable, "this does not name a variable", at: span, label: "not `${NAME}`",
      help: "a variable is `${NAME}`, or `${NAME:-default}`; names have letters, digits and `_`")
  }
}

// MARK: Bindings

extension Diagnostic {
  static func malformedBindingName(_ key: Spanned<String>) -> Diagnostic {
    Diagnostic(
      .bindingForm, "`\(key.value)` does not name a `from` or an `into`", at: key.span,
      label: "not `name` or `pipeline.name`",
      help: "`orders` is meant in every pipeline that has it, `daily.orders` in the pipeline `daily`")
  }

  static func escapedConnector(at span: Span, _ style: YAMLScalar.Style) -> Diagnostic {
    Diagnostic(
      .bindingForm, "a connector can't have escapes of YAML in it", at: span,
      label: style == .singleQuoted ? "holds `''`" : "holds escapes",
      help: "write it as it is, in single quotes or behind a `|` on the next line")
  }

  static func cutConnector(at span: Span) -> Diagnostic {
    Diagnostic(
      .bindingForm, "a `#` behind a space begins a comment of YAML", at: span, label: "cuts the connector",
      help: "put the connector into single quotes, or behind a `|` on the next line")
  }

  static func nestedBinding(_ key: Spanned<String>, _ entries: [YAMLEntry], found: YAMLNode) -> Diagnostic {
    if !key.value.contains("."), let first = entries.first {
      return Diagnostic(
        .bindingForm, "a binding of one pipeline is named `\(key.value).\(first.key)`", at: key.span,
        label: "a mapping stands here",
        help: "write `\(key.value).\(first.key):` and the connector, in one line")
    }
    return Diagnostic(
      .bindingForm, "a connector is written as in the language", at: found.span, label: "a mapping",
      help: "as in `orders: csv(\"samples/orders.csv\")`")
  }
}

extension YAMLNode {
  /// What it is, in a few words.
  var described: String {
    switch content {
    case .mapping: return "a mapping"
    case .sequence: return "a list"
    case .reported: return "not known"
    case .scalar(let scalar):
      if scalar.isNull { return "nothing" }
      if scalar.text.isEmpty { return "empty text" }
      if scalar.style == .plain {
        if Int(scalar.text) != nil || Double(scalar.text) != nil { return "a number" }
        if scalar.text == "true" || scalar.text == "false" { return "`\(scalar.text)`" }
      }
      return "text"
    }
  }
}
