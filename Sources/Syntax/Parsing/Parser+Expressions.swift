import Diagnosing

/// How tightly an operator of two operands binds; 0 for none.
enum Precedence {
  static let cover = 1
  static let or = 2
  static let and = 3
  static let comparison = 4
  static let coalesce = 5
  static let range = 6
  static let sum = 7
  static let product = 8
}

// Expressions: operators of one and two operands, lambdas, `try`.
extension Parser {
  func missingExpression() -> Expression {
    let end = tokens[previous].end
    return Expression(.error, span: Span(file.id, end, end))
  }

  /// Any expression. Where none starts, that is reported and nothing consumed.
  mutating func expression() -> Expression {
    guard descend() else { return missingExpression() }
    let outer = height
    height = 0
    let value = binary(Precedence.cover)
    height = max(outer, height + 1)
    ascend()
    return value
  }

  private func precedence(_ kind: TokenKind) -> Int {
    switch kind {
    case .elseKeyword: Precedence.cover
    case .orOr: Precedence.or
    case .andAnd: Precedence.and
    case .equalEqual, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .inKeyword:
      Precedence.comparison
    case .coalesce: Precedence.coalesce
    case .range, .halfOpenRange: Precedence.range
    case .plus, .minus: Precedence.sum
    case .star, .slash, .percent: Precedence.product
    default: 0
    }
  }

  /// Operands joined by operators that bind at least as tightly as `minimum`.
  private mutating func binary(_ minimum: Int) -> Expression {
    let mark = mark
    var left = prefix()
    var last: (precedence: Int, span: Span)?
    while kind != .endOfFile {
      var level = precedence(kind)
      let isForeign = level == 0
      if isForeign { level = foreignPrecedence }
      if level < minimum || level == 0 { break }
      if kind == .elseKeyword || kind == .inKeyword, nextKind == .arrow || nextKind == .colon { break }
      if kind == .question {
        left = ternary(mark)
        continue
      }
      let kind = isForeign ? reportForeignOperator() : kind
      let sign = here
      if level == Precedence.comparison || level == Precedence.range, last?.precedence == level, let last {
        reportChain(last.span, sign, level)
      }
      last = (level, sign)
      advance()
      let leftHeight = height
      height = 0
      let right = operand(behind: level)
      height = max(leftHeight, height) + 1
      left = Expression(joined(left, kind, sign, right), span: span(from: mark))
      finish(mark, .binaryExpression)
      if height > Parser.highest {
        reportDepth()
        break
      }
    }
    return left
  }

  private mutating func operand(behind level: Int) -> Expression {
    if level > Precedence.cover { reportOpenOperand() }
    guard level == Precedence.cover || level == Precedence.coalesce else { return binary(level + 1) }
    guard descend() else { return missingExpression() }
    defer { ascend() }
    return binary(level)
  }

  /// `try` and lambdas take everything to their right, so behind an operator they would hide where it ends.
  private mutating func reportOpenOperand() {
    let what: String
    switch kind {
    case .tryKeyword: what = "`try`"
    case .name where nextKind == .arrow, .leftParenthesis where isLambda: what = "a lambda"
    default: return
    }
    reportOnce(
      Diagnostic(
        .unexpectedToken, "\(what) can't stand to the right of `\(text(ofToken: previous))`", at: here,
        help: "put it before the whole expression, or in parentheses"))
  }

  private mutating func reportChain(_ first: Span, _ second: Span, _ level: Int) {
    if reportedAt == position { return }
    diagnostics.append(
      level == Precedence.range
        ? ParsingDiagnostics.chained(first, second, "ranges", help: "a range has two ends")
        : ParsingDiagnostics.chained(
          first, second, "comparisons", help: "join two comparisons by `&&`, or put one in parentheses"))
  }

  private func joined(_ left: Expression, _ kind: TokenKind, _ sign: Span, _ right: Expression)
    -> Expression.Kind
  {
    let sign = sign
    switch kind {
    case .elseKeyword: return .cover(left, right)
    case .range: return .range(left, right, isInclusive: true)
    case .halfOpenRange: return .range(left, right, isInclusive: false)
    case .orOr: return .binary(.or, sign, left, right)
    case .andAnd: return .binary(.and, sign, left, right)
    case .equalEqual: return .binary(.equal, sign, left, right)
    case .notEqual: return .binary(.notEqual, sign, left, right)
    case .less: return .binary(.less, sign, left, right)
    case .lessOrEqual: return .binary(.lessOrEqual, sign, left, right)
    case .greater: return .binary(.greater, sign, left, right)
    case .greaterOrEqual: return .binary(.greaterOrEqual, sign, left, right)
    case .inKeyword: return .binary(.contains, sign, left, right)
    case .coalesce: return .binary(.coalesce, sign, left, right)
    case .plus: return .binary(.add, sign, left, right)
    case .minus: return .binary(.subtract, sign, left, right)
    case .star: return .binary(.multiply, sign, left, right)
    case .slash: return .binary(.divide, sign, left, right)
    case .percent: return .binary(.remainder, sign, left, right)
    default: return .error
    }
  }

  // MARK: - Operators of other languages

  /// How tightly what stands here would bind if it were an operator.
  private var foreignPrecedence: Int {
    switch kind {
    case .pipe: return Precedence.cover
    case .bar: return Precedence.or
    case .equals: return isCondition || !newlinesEnd ? Precedence.comparison : 0
    case .question: return isAtLineEnd || !startsExpression(nextKind) ? 0 : Precedence.cover
    case .name:
      guard !isAtLineEnd, startsExpression(nextKind), nextKind != .leftBrace else { return 0 }
      return word == .and ? Precedence.and : word == .or ? Precedence.or : 0
    default: return 0
    }
  }

  /// Reports the operator and gives the one to take it for; `endOfFile` for none.
  private mutating func reportForeignOperator() -> TokenKind {
    switch kind {
    case .pipe:
      reportOnce(
        ParsingDiagnostics.foreignSpelling(
          "there is no pipe operator", help: "chain methods: `orders.filter(...)`, or call: `price(orders)`",
          here))
      return .endOfFile
    case .bar:
      reportOnce(ParsingDiagnostics.foreignSpelling("|", meant: "||", here))
      return .orOr
    case .equals:
      reportOnce(ParsingDiagnostics.comparison(here))
      return .equalEqual
    default:
      let meant: TokenKind = word == .and ? .andAnd : .orOr
      reportOnce(
        ParsingDiagnostics.foreignSpelling(
          text(ofToken: position), meant: meant == .andAnd ? "&&" : "||", here))
      return meant
    }
  }

  private mutating func reportOnce(_ diagnostic: Diagnostic) {
    reportHere(diagnostic)
    reportedAt = -1
  }

  /// `? a : b`, which is reported and passed over.
  private mutating func ternary(_ mark: Mark) -> Expression {
    reportOnce(
      ParsingDiagnostics.foreignSpelling(
        "there is no `? :`", help: "write `if condition { a } else { b }`; what may be absent has `??`", here)
    )
    if descend() {
      advance()
      _ = binary(Precedence.cover)
      if kind == .colon {
        advance()
        _ = binary(Precedence.cover)
      } else {
        reportedAt = position
      }
      ascend()
    }
    finish(mark, .error)
    height += 1
    return Expression(.error, span: span(from: mark))
  }

  // MARK: - Prefixes

  private mutating func prefix() -> Expression {
    switch kind {
    case .minus: return unary(.minus)
    case .exclamation: return unary(.not)
    case .tryKeyword: return attempt()
    case .plus:
      reportOnce(
        ParsingDiagnostics.foreignSpelling("there is no `+` before a number", help: "leave it out", here))
      return unary(.minus)
    case .name where word == .not && !isNameNot:
      reportOnce(ParsingDiagnostics.foreignSpelling("not", meant: "!", here))
      return unary(.not)
    default: return postfix()
    }
  }

  /// Whether `not` stands where it can only be a name.
  private var isNameNot: Bool {
    let next = nextPosition
    switch kind(at: next) {
    case .name, .typeName, .trueKeyword, .falseKeyword, .exclamation:
      return tokens[next].startsLine && newlinesEnd
    case .leftParenthesis: return tokens[position].end == tokens[next].start
    default: return true
    }
  }

  private mutating func unary(_ sign: UnaryOperator) -> Expression {
    guard descend() else { return missingExpression() }
    defer { ascend() }
    let mark = mark
    advance()
    reportOpenOperand()
    let operand = prefix()
    finish(mark, .unaryExpression)
    height += 1
    return Expression(.unary(sign, operand), span: span(from: mark))
  }

  /// `try expression`, or `try for`; takes everything to its right.
  private mutating func attempt() -> Expression {
    let mark = mark
    let word = here
    advance()
    if kind == .forKeyword { return loop(mark, collectsFailures: true) }
    let value = expression()
    finish(mark, .tryExpression)
    height += 1
    return Expression(.attempt(word, value), span: span(from: mark))
  }

  /// `x -> body`; stands at the name.
  mutating func lambda() -> Expression {
    let mark = mark
    let parameter = takeName()
    advance()
    return lambda(mark, [parameter])
  }

  /// `(a, b) -> body`; stands at the parenthesis, behind which `isLambda` has looked.
  mutating func lambdaWithList() -> Expression {
    let mark = mark
    var parameters: [Identifier] = []
    list(open(newlinesEnd: false)) { parser in
      if let name = parser.valueName("a parameter") { parameters.append(name) }
    }
    finish(mark, .lambdaParameters)
    advance()
    return lambda(mark, parameters)
  }

  private mutating func lambda(_ mark: Mark, _ parameters: [Identifier]) -> Expression {
    let body = expression()
    finish(mark, .lambdaExpression)
    height += 1
    return Expression(.lambda(parameters, body), span: span(from: mark))
  }

  /// Whether the parenthesis here holds the parameters of a lambda: names, then `) ->`.
  var isLambda: Bool {
    var index = position + 1
    var expectsName = true
    while index < limit {
      switch tokens[index].kind {
      case .name, .typeName:
        if !expectsName { return false }
        expectsName = false
      case .comma:
        if expectsName { return false }
        expectsName = true
      case .rightParenthesis: return kind(at: index + 1) == .arrow
      default: return false
      }
      index += 1
    }
    return false
  }
}
