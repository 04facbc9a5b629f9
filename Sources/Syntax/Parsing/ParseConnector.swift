import Diagnosing

/// What parsing a connector in another file gives.
public struct ParsedConnector: Sendable {
  /// The connector, `.error` where something was reported; its places are those of the file around it.
  public let expression: Expression
  /// In source order.
  public let diagnostics: [Diagnostic]
}

/// A part of a connector that stands for text.
public struct ConnectorSubstitution: Sendable {
  /// Where the part stands: at least two bytes.
  public let span: Span
  /// The text that it stands for, taken as it is.
  public let text: String

  /// Makes a substitution.
  public init(_ span: Span, text: String) {
    self.span = span
    self.text = text
  }
}

/// Reads one connector that stands in a file of another language, such as a project file. The
/// substitutions, in order, stand in its strings: their texts are data, never read as syntax. `outsider` makes
/// the diagnostic of one that stands elsewhere.
public func parseConnector(
  of file: SourceFile, at span: Span, substitutions: [ConnectorSubstitution] = [],
  outsider: (Span) -> Diagnostic
) -> ParsedConnector {
  // All before the fragment becomes blank, so that places are those of the file.
  var bytes = [UInt8](repeating: UInt8(ascii: " "), count: Int(span.start))
  bytes += file.bytes[Int(span.start)..<Int(span.end)]
  for substitution in substitutions {
    let range = Int(substitution.span.start)..<Int(substitution.span.end)
    bytes.replaceSubrange(range, with: Placeholder.bytes(range.count))
  }
  var (expression, diagnostics) = bytes.withUnsafeBufferPointer { bytes in
    var lexer = Lexer(file: file.id, bytes: bytes)
    lexer.run()
    return lexer.tokens.withUnsafeBufferPointer { tokens in
      var parser = Parser(file: file, bytes: bytes, tokens: tokens)
      let expression = parser.fragment()
      return (expression, lexer.diagnostics + parser.diagnostics)
    }
  }
  var placeholder = Placeholder(substitutions)
  expression = placeholder.replaced(in: expression)
  if let outside = substitutions.first(where: { $0.span.isAny(of: diagnostics) }) ?? placeholder.left.first {
    return ParsedConnector(
      expression: Expression(.error, span: expression.span), diagnostics: [outsider(outside.span)])
  }
  if diagnostics.hasErrors { expression = Expression(.error, span: expression.span) }
  return ParsedConnector(expression: expression, diagnostics: diagnostics.inSourceOrder)
}

extension Parser {
  /// An expression that fills the file.
  fileprivate mutating func fragment() -> Expression {
    end = "the end of the connector"
    startWindow(limit: tokens.count - 1)
    let value = expression()
    if kind != .endOfFile { expected(end) }
    return value
  }
}

extension Span {
  fileprivate func isAny(of diagnostics: [Diagnostic]) -> Bool {
    diagnostics.contains { start <= $0.span.start && $0.span.start < end }
  }
}

/// Holds the place of a substitution while the fragment is read: a control character that no file may hold, and
/// as many letters as fill the part.
private struct Placeholder {
  /// The substitutions whose places were not found yet.
  private(set) var left: [ConnectorSubstitution]

  init(_ substitutions: [ConnectorSubstitution]) { left = substitutions.reversed() }

  private static let mark: Unicode.Scalar = "\u{81}"

  static func bytes(_ count: Int) -> [UInt8] {
    Array(String(mark).utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: count - 2)
  }

  /// The expression with the texts in its strings; strings come in the order of the file.
  mutating func replaced(in expression: Expression) -> Expression {
    if left.isEmpty { return expression }
    let kind: Expression.Kind
    switch expression.kind {
    case .string(let parts): kind = .string(parts.map { replaced(in: $0) })
    case .call(let callee, let types, let arguments):
      let replaced = arguments.map { Argument(label: $0.label, value: self.replaced(in: $0.value)) }
      kind = .call(callee, typeArguments: types, arguments: replaced)
    case .list(let elements): kind = .list(elements.map { replaced(in: $0) })
    default: return expression
    }
    return Expression(kind, span: expression.span)
  }

  private mutating func replaced(in part: StringPart) -> StringPart {
    switch part {
    case .interpolation(let expression): return .interpolation(replaced(in: expression))
    case .text(let text):
      var output = String.UnicodeScalarView()
      var rest = text.unicodeScalars[...]
      while let index = rest.firstIndex(of: Self.mark), let next = left.popLast() {
        output.append(contentsOf: rest[..<index])
        output.append(contentsOf: next.text.unicodeScalars)
        rest = rest[index...].dropFirst(Int(next.span.end - next.span.start) - 1)
      }
      output.append(contentsOf: rest)
      return .text(String(output))
    }
  }
}
