import Diagnosing
import Syntax

/// Findings of family N2xx.
extension Diagnostic {
  static func unknownName(_ name: Identifier, candidates: [String]) -> Diagnostic {
    // What the first letter makes impossible was not meant.
    let isType = name.text.startsUpperCase
    return misspelt(
      .unknownName, "`\(name.text)` is not known here", name, label: "unknown name",
      candidates: candidates.filter { $0.startsUpperCase == isType })
  }

  static func unknownFunction(_ name: Identifier, candidates: [String]) -> Diagnostic {
    misspelt(
      .unknownName, "there is no function `\(name.text)`", name, label: "unknown function",
      candidates: candidates)
  }

  static func unknownType(_ name: Identifier, candidates: [String]) -> Diagnostic {
    misspelt(
      .unknownType, "there is no type `\(name.text)`", name, label: "unknown type", candidates: candidates)
  }

  static func unknownMember(_ name: Identifier, of type: Type) -> Diagnostic {
    let fields = type.memberTypes.map(\.name)
    let candidates = fields + StandardLibrary.names(of: type)
    if let meant = StandardLibrary.meaning(ofForeign: name.text, of: type) {
      return Diagnostic(
        .unknownMember, "`\(type)` has no function `\(name.text)`", at: name.span, label: "unknown function",
        help: "write `\(meant)`")
    }
    var help: String?
    if !fields.isEmpty { help = "it has \(list(fields))" }
    if case .distinct = type { help = "its raw value is `.raw`" }
    if case .row = type, !fields.isEmpty {
      return misspelt(
        .unknownMember, "this row has no field `\(name.text)`", name, label: "unknown field",
        candidates: candidates, otherwise: help)
    }
    let what = fields.isEmpty ? "function" : "field"
    return misspelt(
      .unknownMember, "`\(type)` has no \(what) `\(name.text)`", name, label: "unknown \(what)",
      candidates: candidates, otherwise: help)
  }

  static func unknownField(_ name: Identifier, of record: RecordType) -> Diagnostic {
    let fields = record.fields.map(\.name)
    return misspelt(
      .unknownMember, "`\(record.name)` has no field `\(name.text)`", name, label: "unknown field",
      candidates: fields, otherwise: fields.isEmpty ? nil : "it has \(list(fields))")
  }

  static func unknownCase(_ name: Identifier, of type: EnumType, at span: Span) -> Diagnostic {
    misspelt(
      .unknownCase, "`\(type.name)` has no case `.\(name.text)`", name, label: "unknown case",
      candidates: type.cases, otherwise: "it has \(list(type.cases.map { ".\($0)" }))")
  }

  static func unknownJsonFunction(_ name: Identifier) -> Diagnostic {
    misspelt(
      .unknownName, "there is no function `json.\(name.text)`", name, label: "unknown function",
      candidates: ["parse", "encode"], otherwise: "there are `json.parse<T>(x)` and `json.encode(x)`")
  }

  static func unknownArgument(_ label: Identifier, of name: Identifier, candidates: [String]) -> Diagnostic {
    misspelt(
      .unknownArgument, "`\(name.text)` has no argument `\(label.text):`", label, label: "unknown argument",
      candidates: candidates,
      otherwise: candidates.isEmpty ? nil : "it has \(list(candidates.map { "\($0):" }))")
  }

  static func repeatedArgument(_ label: Identifier) -> Diagnostic {
    Diagnostic(
      .duplicateName, "`\(label.text):` is given twice", at: label.span, label: "given again")
  }

  static func repeatedKey(_ key: String, at span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      .duplicateName, "the key `\(key)` stands twice in this map", at: span, label: "again",
      labels: [Label(first, "first here")])
  }

  /// `what` says what kind of name it is.
  static func duplicate(_ name: Identifier, first: Span?, what: String) -> Diagnostic {
    Diagnostic(
      .duplicateName, "the \(what) `\(name.text)` is declared twice", at: name.span, label: "declared again",
      labels: first.map { $0.file == name.span.file ? [Label($0, "first declared here")] : [] } ?? [],
      help: "give one of them another name")
  }

  static func languageName(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .languageName, "`\(name.text)` is a name of the language", at: name.span, label: "taken",
      help: "choose another name")
  }

  static func recursion(_ path: [String], at name: Identifier) -> Diagnostic {
    let way =
      path.count == 1
      ? "`\(path[0])` calls itself"
      : "`\(path[0])` calls itself: \((path + [path[0]]).joined(separator: " → "))"
    return Diagnostic(
      .recursion, way, at: name.span, label: "recursive",
      help: "every function must end: work over a list with `map`, `filter` and `flat_map` instead")
  }

  static func recursiveRecord(_ path: [String], at field: Identifier) -> Diagnostic {
    let way =
      path.count == 1
      ? "`\(path[0])` contains itself"
      : "`\(path[0])` contains itself: \((path + [path[0]]).joined(separator: " → "))"
    return Diagnostic(
      .recursiveRecord, way, at: field.span, label: "closes the circle",
      help: "keep the key of the other record instead of the record")
  }

  static func importMissing(_ path: Identifier, reason: String) -> Diagnostic {
    Diagnostic(
      .importUnreadable, "can't import `\(path.text)`: \(reason)", at: path.span, label: "not read",
      help: "the path is relative to the folder of this file")
  }

  static func importCycle(_ paths: [String], at path: Identifier) -> Diagnostic {
    Diagnostic(
      .importCycle, "this import goes round in a circle: \(paths.joined(separator: " → "))", at: path.span,
      label: "closes the circle", help: "move what both need into a third file")
  }

  static func notDeclaredIn(_ name: Identifier, path: String, candidates: [String]) -> Diagnostic {
    misspelt(
      .notDeclared, "`\(path)` declares no `\(name.text)`", name, label: "not declared there",
      candidates: candidates)
  }

  static func notImportable(_ name: Identifier, path: String) -> Diagnostic {
    Diagnostic(
      .notDeclared, "`\(name.text)` in `\(path)` is a pipeline and can't be imported", at: name.span,
      label: "a pipeline", help: "import the functions and types that it uses")
  }

  static func notANamespace(_ name: Identifier, _ symbol: Symbol) -> Diagnostic {
    Diagnostic(
      .otherKindOfName, "`\(name.text)` is \(symbol.kindName), not an imported file", at: name.span,
      label: symbol.kindName)
  }

  static func notAType(_ name: Identifier, _ symbol: Symbol) -> Diagnostic {
    Diagnostic(
      .otherKindOfName, "`\(name.text)` is \(symbol.kindName), not a type", at: name.span,
      label: symbol.kindName)
  }

  static func notAValue(_ name: Identifier, _ symbol: Symbol) -> Diagnostic {
    let help: String? =
      switch symbol {
      case .function: "call it: `\(name.text)(...)`"
      case .flowFunction: "call it in a statement of a pipeline or flow function"
      case .record: "construct one: `\(name.text) { ... }`"
      case .distinct: "wrap a value: `\(name.text)(...)`"
      case .enumeration: "write the case alone: `.name`"
      case .namespace: "name what it declares: `\(name.text).something`"
      case .task: "call it in the lambda of `map`, `flat_map` or `try_map`: `\(name.text)(...)`"
      case .label: "a label stands behind a type: `String @\(name.text)`"
      case .pipeline, .broken: nil
      }
    return Diagnostic(
      .otherKindOfName, "`\(name.text)` is \(symbol.kindName), not a value", at: name.span,
      label: symbol.kindName,
      help: help)
  }

  static func typeAsValue(_ name: Identifier) -> Diagnostic {
    Diagnostic(.otherKindOfName, "`\(name.text)` is a type, not a value", at: name.span, label: "a type")
  }

  static func functionAsValue(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .otherKindOfName, "`\(name.text)` is a function, not a value", at: name.span, label: "a function",
      help: "call it: `\(name.text)(...)`")
  }

  static func notCallable(_ name: Identifier, _ symbol: Symbol) -> Diagnostic {
    let help: String? =
      switch symbol {
      case .record: "construct one with braces: `\(name.text) { field: value }`"
      case .flowFunction: "it works on whole flows: call it in a statement, not for each record"
      case .enumeration: "write the case alone: `.name`"
      default: nil
      }
    return Diagnostic(
      .otherKindOfName, "`\(name.text)` is \(symbol.kindName) and can't be called here", at: name.span,
      label: symbol.kindName, help: help)
  }

  static func notCallable(at span: Span) -> Diagnostic {
    Diagnostic(
      .otherKindOfName, "this can't be called", at: span, label: "not a function",
      help: "a function is called by its name: `f(x)`, `x.f()`")
  }

  static func valueCalled(_ name: Identifier, _ type: Type) -> Diagnostic {
    Diagnostic(
      .otherKindOfName, "`\(name.text)` is a value of type `\(type)`, not a function", at: name.span,
      label: "a value")
  }

  static func builtinTypeCalled(_ name: Identifier) -> Diagnostic {
    let function = name.text == "Int" || name.text == "Float" || name.text == "Decimal" || name.text == "Uuid"
    return Diagnostic(
      .otherKindOfName, "`\(name.text)` is a type and can't be called", at: name.span, label: "a type",
      help: function ? "convert with a function: `x.to_\(name.text.lowercased())()`" : nil)
  }

  static func methodCalledFree(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .unknownName, "there is no function `\(name.text)` of its own", at: name.span,
      label: "stands behind a value",
      help: "write `x.\(name.text)(...)`")
  }

  static func caseWithType(_ type: EnumType, _ name: Identifier, at span: Span) -> Diagnostic {
    Diagnostic(
      .otherKindOfName, "a case is written without its enum", at: span, label: "write `.\(name.text)`",
      help: "the context says which enum is meant",
      fixes: [Fix("write `.\(name.text)`", isSafe: true, edits: [Edit(span, ".\(name.text)")])])
  }

  static func flowAsValue(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .flowInExpression, "`\(name.text)` is a flow and can't be used as a value here", at: name.span,
      label: "a flow", help: "bring its records together with `join`, or reduce them with `aggregate`")
  }

  static func groupAsValue(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .flowInExpression, "`\(name.text)` is a whole group, not a value", at: name.span, label: "a group",
      help:
        "use its key or an aggregate: `\(name.text).key`, `\(name.text).count()`, `\(name.text).sum(x -> ...)`"
    )
  }

  static func unknownAnnotation(_ name: Identifier, candidates: [String]) -> Diagnostic {
    misspelt(
      .unknownAnnotation, "there is no annotation or label `@\(name.text)` for this place", name,
      label: "unknown", candidates: candidates,
      otherwise: "there are \(list(candidates.map { "@\($0)" }))")
  }

  static func repeatedAnnotation(_ annotation: Annotation) -> Diagnostic {
    Diagnostic(
      .duplicateName, "`@\(annotation.name.text)` stands twice", at: annotation.span, label: "again")
  }

  static func repeatedColumn(_ column: String, _ field: Identifier, first: Span) -> Diagnostic {
    Diagnostic(
      .duplicateName, "the column `\(column)` belongs to two fields", at: field.span,
      label: "the same column",
      labels: [Label(first, "first here")])
  }
}
