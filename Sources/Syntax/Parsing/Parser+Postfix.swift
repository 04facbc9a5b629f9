import Diagnosing

// What follows an operand: members, calls, indices, constructions.
extension Parser {
  mutating func postfix() -> Expression {
    let mark = mark
    var base = primary()
    while true {
      switch kind {
      case .dot, .questionDot:
        if endsBeforeArm { return base }
        base = member(mark, base)
      case .leftParenthesis:
        if isAtLineEnd { return base }
        let arguments = argumentList()
        base = Expression(.call(base, typeArguments: [], arguments: arguments), span: span(from: mark))
        finish(mark, .callExpression)
      case .leftBracket:
        if isAtLineEnd { return base }
        base = index(mark, base)
      case .less:
        guard startsTypeArguments(base) else { return base }
        base = generic(mark, base)
      case .leftBrace:
        guard let type = constructed(base, []) else { return base }
        _ = expectBrace("the fields")
        base = construct(mark, type)
      case .exclamation:
        guard tokens[position].start == tokens[previous].end,
          !startsExpression(nextKind) || tokens[nextPosition].startsLine
        else { return base }
        reportHere(
          ParsingDiagnostics.foreignSpelling(
            "a value has no `!`",
            help: "what may be absent is covered by `??`, what may fail by `else` or a `try` before it", here)
        )
        reportedAt = -1
        advance()
        finish(mark, .error)
      default: return base
      }
      height += 1
      if height > Parser.highest {
        reportDepth()
        return base
      }
    }
  }

  /// Whether the `.` here begins the next arm of a `match` whose comma is missing.
  private var endsBeforeArm: Bool {
    guard !newlinesEnd, kind == .dot, Parser.isWord(kind(at: position + 1)) else { return false }
    let following = kind(at: position + 2)
    return following == .arrow || startsLine && following == .bar && kind(at: position + 3) == .dot
  }

  private mutating func member(_ mark: Mark, _ base: Expression) -> Expression {
    let isOptional = kind == .questionDot
    let point = position
    advance()
    guard Parser.isWord(kind), !(startsLine && startsStatement) else {
      if kind == .integer, tokens[previous].end == tokens[position].start {
        reportHere(
          Diagnostic(
            .unexpectedToken, "expected the name of a field or function behind the `.`", at: here,
            help: "an element of a list is written `xs[0]`"))
        advance()
      } else {
        expected("the name of a field or function behind the `.`", lineEnds: startsLine && startsStatement)
      }
      finish(mark, .memberExpression)
      return Expression(.error, span: span(from: mark))
    }
    let isType = kind == .typeName
    let name = takeName()
    var isModule = false
    if case .name = base.kind { isModule = tokens[point].kind == .dot }
    if isType, !isModule {
      diagnostics.append(ParsingDiagnostics.valueCase(name.text, "the name of a field", name.span))
    }
    let value = Expression(.member(base, name, isOptional: isOptional), span: span(from: mark))
    finish(mark, .memberExpression)
    return value
  }

  private mutating func index(_ mark: Mark, _ base: Expression) -> Expression {
    let opener = open(newlinesEnd: false)
    let index = expression()
    if kind == .comma {
      expected("`]`", help: "an index is one expression")
      skip(toComma: false)
    } else if kind != .rightBracket, !Parser.isCloser(kind), kind != .endOfFile,
      !(startsLine && startsStatement)
    {
      expected("`]`")
      skip(toComma: false)
    }
    close(opener)
    finish(mark, .indexExpression)
    return Expression(.index(base, index), span: span(from: mark))
  }

  // MARK: - Type arguments and constructions

  /// Whether the `<` here opens type arguments: right behind a name, before a type.
  private func startsTypeArguments(_ base: Expression) -> Bool {
    guard tokens[position].start == tokens[previous].end, Parser.isWord(tokens[previous].kind) else {
      return false
    }
    switch base.kind {
    case .name, .member: break
    default: return false
    }
    let next = nextPosition
    if kind(at: next) == .typeName { return true }
    return kind(at: next) == .name && kind(at: next + 1) == .dot && kind(at: next + 2) == .typeName
  }

  private mutating func generic(_ mark: Mark, _ base: Expression) -> Expression {
    let types = typeArguments()
    if kind == .leftParenthesis, !isAtLineEnd {
      let arguments = argumentList()
      finish(mark, .callExpression)
      return Expression(.call(base, typeArguments: types, arguments: arguments), span: span(from: mark))
    }
    if kind == .leftBrace, !isAtLineEnd, let type = constructed(base, types) { return construct(mark, type) }
    expected("`(` with the arguments", help: "a space before `<` makes it a comparison")
    finish(mark, .callExpression)
    return Expression(.error, span: span(from: mark))
  }

  /// The type that an expression before `{` names; nil where it is no type.
  private func constructed(_ base: Expression, _ arguments: [TypeSyntax]) -> TypeSyntax? {
    switch base.kind {
    case .name(let name):
      return Parser.isTypeName(name)
        ? TypeSyntax(.named(module: nil, name: name, arguments: arguments), span: base.span) : nil
    case .member(let module, let name, isOptional: false):
      guard Parser.isTypeName(name), case .name(let module) = module.kind else { return nil }
      return TypeSyntax(.named(module: module, name: name, arguments: arguments), span: base.span)
    default: return nil
    }
  }

  private static func isTypeName(_ name: Identifier) -> Bool {
    guard let first = name.text.utf8.first else { return false }
    return first >= UInt8(ascii: "A") && first <= UInt8(ascii: "Z")
  }

  private mutating func construct(_ mark: Mark, _ type: TypeSyntax) -> Expression {
    let fields = initializers()
    finish(mark, .constructExpression)
    return Expression(.construct(type, fields), span: span(from: mark))
  }

  /// `{ name: value, o.id, ...x }`; stands at the brace.
  mutating func initializers() -> [FieldInitializer] {
    let mark = mark
    var fields: [FieldInitializer] = []
    list(open(newlinesEnd: false)) { parser in
      let start = parser.mark
      if let field = parser.initializer() { fields.append(field) }
      if parser.position > start.token { parser.finish(start, .fieldInitializer) }
    }
    finish(mark, .initializerList)
    return fields
  }

  private mutating func initializer() -> FieldInitializer? {
    if kind == .ellipsis {
      advance()
      return .spread(expression())
    }
    if Parser.isWord(kind), nextKind == .colon || nextKind == .equals {
      guard let name = memberName("a field") else { return nil }
      _ = labelColon("`:`")
      return .named(name, expression())
    }
    if Parser.isWord(kind), isMissingColon {
      let name = memberName("a field")
      expected("`:` and the field's value")
      reportedAt = -1
      let value = expression()
      return name.map { .named($0, value) }
    }
    let value = expression()
    switch value.kind {
    case .name(let name): return .short(name, value)
    case .member(let base, let name, _) where Parser.isPath(base): return .short(name, value)
    case .error: return nil
    default:
      if kind == .colon { return namedByExpression(value) }
      diagnostics.append(ParsingDiagnostics.unnamedField(value.span))
      return nil
    }
  }

  /// Whether a value stands right behind the word here, on its line.
  private var isMissingColon: Bool {
    let next = nextPosition
    guard kind == .name, word != .not, !tokens[next].startsLine else { return false }
    switch kind(at: next) {
    case .name, .string, .stringHead, .integer, .number, .duration, .size, .trueKeyword, .falseKeyword,
      .noneKeyword:
      return tokens[next].word != .and && tokens[next].word != .or
    default: return false
    }
  }

  /// Whether an expression is a name and members of it.
  private static func isPath(_ value: Expression) -> Bool {
    switch value.kind {
    case .name, .error: true
    case .member(let base, _, _): isPath(base)
    default: false
    }
  }

  /// Something else than a word before `:`.
  private mutating func namedByExpression(_ value: Expression) -> FieldInitializer? {
    diagnostics.append(
      Diagnostic(
        .unexpectedToken, "expected the name of a field before `:`", at: value.span,
        help: "field names are not quoted"))
    advance()
    _ = expression()
    return nil
  }

  // MARK: - Arguments

  /// `(value, label: value)`; stands at the parenthesis.
  mutating func argumentList() -> [Argument] {
    let mark = mark
    var arguments: [Argument] = []
    list(open(newlinesEnd: false)) { parser in
      let start = parser.mark
      var label: Identifier?
      if Parser.isWord(parser.kind) {
        let next = parser.nextKind
        if next == .colon || next == .equals {
          label = parser.memberName("an argument")
          _ = parser.labelColon("`:`")
        }
      }
      let value = parser.expression()
      if parser.position > start.token { parser.finish(start, .argument) }
      if case .error = value.kind, parser.position == start.token { return }
      arguments.append(Argument(label: label, value: value))
    }
    finish(mark, .argumentList)
    return arguments
  }
}
