import Diagnosing

// Names, types, annotations.
extension Parser {
  /// A name that starts lower-case; `what` names it with its article. Without one nothing is consumed.
  mutating func valueName(_ what: String, onLine: Bool = false) -> Identifier? {
    if onLine, isAtLineEnd {
      expected("the name of \(what)", lineEnds: true)
      return nil
    }
    switch kind {
    case .name:
      return takeName()
    case .typeName:
      let name = takeName()
      diagnostics.append(ParsingDiagnostics.valueCase(name.text, "the name of \(what)", name.span))
      return name
    case _ where Parser.isReserved(kind) && !(startsLine && newlinesEnd):
      let name = takeName()
      diagnostics.append(ParsingDiagnostics.reservedWord(name.text, what, name.span))
      return name
    default:
      expected("the name of \(what)")
      return nil
    }
  }

  /// A name that starts upper-case.
  mutating func typeName(_ what: String) -> Identifier? {
    if isAtLineEnd, kind != .typeName || Parser.isWord(tokens[previous].kind) {
      expected("the name of \(what)", lineEnds: true)
      return nil
    }
    switch kind {
    case .typeName:
      return takeName()
    case _ where Parser.isWord(kind):
      let name = takeName()
      diagnostics.append(ParsingDiagnostics.typeCase(name.text, Parser.capitalized(name.text), name.span))
      return name
    default:
      expected("the name of \(what)")
      return nil
    }
  }

  /// A word of any kind where a field, argument or case is named; upper-case is an error unless told otherwise.
  mutating func memberName(_ what: String, allowsTypes: Bool = false) -> Identifier? {
    guard Parser.isWord(kind) else {
      expected("the name of \(what)")
      return nil
    }
    let isType = kind == .typeName
    let name = takeName()
    if isType, !allowsTypes {
      diagnostics.append(ParsingDiagnostics.valueCase(name.text, "the name of \(what)", name.span))
    }
    return name
  }

  @inline(__always)
  mutating func takeName() -> Identifier {
    let name = Identifier(text(ofToken: position), here)
    advance()
    return name
  }

  static func capitalized(_ text: String) -> String {
    switch text {
    case "int", "integer", "i64", "int64", "long": "Int"
    case "float", "double", "f64", "number": "Float"
    case "str", "string", "text": "String"
    case "bool", "boolean": "Bool"
    case "datetime": "Timestamp"
    case "uuid": "Uuid"
    default: text.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
  }

  // MARK: - Types

  /// A type, with the labels behind it where they may stand.
  mutating func type(allowsLabels: Bool, allowsSize: Bool = false) -> TypeSyntax {
    let mark = mark
    var type = plainType(allowsSize: allowsSize)
    guard allowsLabels, kind == .at, !isAtLineEnd else { return type }
    var labels: [Identifier] = []
    while kind == .at, !isAtLineEnd {
      let annotation = annotation()
      if let annotation {
        if annotation.arguments != nil {
          diagnostics.append(
            ParsingDiagnostics.misplacedAnnotation(
              "only labels stand here, without arguments", annotation.span))
        }
        labels.append(annotation.name)
      }
    }
    type = TypeSyntax(type.kind, labels: labels, span: span(from: mark))
    finish(mark, .labelledType)
    return type
  }

  private mutating func plainType(allowsSize: Bool) -> TypeSyntax {
    guard descend() else { return TypeSyntax(.error, span: span(from: mark)) }
    defer { ascend() }
    let mark = mark
    let type = namedType(mark, allowsSize: allowsSize)
    if case .size = type.kind { return type }
    guard kind == .question || kind == .coalesce, !isAtLineEnd else { return type }
    var isReported = kind == .coalesce
    if isReported { reportDoubleOptional() }
    advance()
    while kind == .question || kind == .coalesce, !isAtLineEnd {
      if !isReported { reportDoubleOptional() }
      isReported = true
      advance()
    }
    let optional = TypeSyntax(.optional(type), span: span(from: mark))
    finish(mark, .optionalType)
    return optional
  }

  private mutating func reportDoubleOptional() {
    diagnostics.append(Diagnostic(.doubleOptional, "a type is optional once: there is no `T??`", at: here))
  }

  private mutating func namedType(_ mark: Mark, allowsSize: Bool) -> TypeSyntax {
    switch kind {
    case .typeName:
      return namedType(mark, module: nil)
    case .name where nextKind == .dot:
      let module = takeName()
      advance()
      return namedType(mark, module: module)
    case .integer where allowsSize:
      let size = integerValue(ofToken: position)
      advance()
      let type = TypeSyntax(.size(size.flatMap(Int.init(exactly:)) ?? 0), span: span(from: mark))
      finish(mark, .sizeType)
      return type
    case .leftBracket:
      expected("a type", help: "a list of `T` is written `List<T>`")
      return skippedType(mark)
    case .leftParenthesis:
      expected("a type", help: "functions and tuples are no types")
      return skippedType(mark)
    case _ where Parser.isWord(kind) && !(isAtLineEnd):
      // `none` and the like are no lower-case type names.
      guard kind == .name else { break }
      let name = takeName()
      diagnostics.append(ParsingDiagnostics.typeCase(name.text, Parser.capitalized(name.text), name.span))
      if kind == .less { _ = typeArguments() }
      finish(mark, .namedType)
      return TypeSyntax(.error, span: span(from: mark))
    default: break
    }
    expected("a type")
    return TypeSyntax(.error, span: span(from: mark))
  }

  /// Passes over a type of another language: one pair of brackets.
  private mutating func skippedType(_ mark: Mark) -> TypeSyntax {
    let opener = open(newlinesEnd: false)
    skip(toComma: false)
    close(opener)
    if kind == .arrow {
      advance()
      reportedAt = position
      _ = plainType(allowsSize: false)
    }
    finish(mark, .error)
    return TypeSyntax(.error, span: span(from: mark))
  }

  private mutating func namedType(_ mark: Mark, module: Identifier?) -> TypeSyntax {
    guard let name = typeName("a type") else {
      finish(mark, .namedType)
      return TypeSyntax(.error, span: span(from: mark))
    }
    let arguments = kind == .less && !isAtLineEnd ? typeArguments() : []
    let type = TypeSyntax(.named(module: module, name: name, arguments: arguments), span: span(from: mark))
    finish(mark, .namedType)
    return type
  }

  /// `<A, B>`; stands at the `<`.
  mutating func typeArguments() -> [TypeSyntax] {
    let mark = mark
    let opener = position
    let outer = newlinesEnd
    newlinesEnd = false
    advance()
    var arguments: [TypeSyntax] = []
    if kind == .greater { expected("a type") }
    while kind != .greater, kind != .endOfFile {
      let start = position
      arguments.append(type(allowsLabels: true, allowsSize: true))
      if kind == .comma { advance() } else if kind != .greater || position == start { break }
    }
    newlinesEnd = outer
    if kind == .greater {
      advance()
    } else if kind == .greaterOrEqual {
      expected("`>`", help: "put a space between `>` and `=`")
      advance()
      reportedAt = position
    } else {
      reportHere(
        ParsingDiagnostics.unclosedBracket(
          "<", span(ofToken: opener), before: kind == .endOfFile ? span(ofToken: previous).endPoint : here,
          ">"))
    }
    finish(mark, .typeArguments)
    return arguments
  }

  // MARK: - Annotations

  /// `@name` or `@name(arguments)`; stands at the `@`.
  mutating func annotation() -> Annotation? {
    let mark = mark
    advance()
    guard Parser.isWord(kind), !isAtLineEnd else {
      expected("the name of a label or annotation", lineEnds: true)
      finish(mark, .annotation)
      return nil
    }
    let name = takeName()
    var arguments: [Argument]?
    if kind == .leftParenthesis, !isAtLineEnd { arguments = argumentList() }
    if arguments == nil, name.text != "key" { mentionsLabels = true }
    finish(mark, .annotation)
    return Annotation(name: name, arguments: arguments, span: span(from: mark))
  }

  /// All annotations that stand here on one line.
  mutating func annotationsOnLine() -> [Annotation] {
    guard kind == .at, !isAtLineEnd else { return [] }
    var annotations: [Annotation] = []
    while kind == .at, !isAtLineEnd {
      if let annotation = annotation() { annotations.append(annotation) }
    }
    return annotations
  }

  /// The annotations on the lines before a declaration or statement.
  mutating func annotationsBefore() -> [Annotation] {
    guard kind == .at else { return [] }
    var annotations: [Annotation] = []
    while kind == .at {
      if let annotation = annotation() { annotations.append(annotation) }
    }
    if kind != .endOfFile, !startsLine {
      reportHere(ParsingDiagnostics.misplacedAnnotation("annotations stand on the line before", here))
      reportedAt = -1
    }
    return annotations
  }
}
