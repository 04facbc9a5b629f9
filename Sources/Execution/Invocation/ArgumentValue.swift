import Columns
import Diagnosing
import Semantics

/// The text of values on the command line.
enum ArgumentValue {
  /// Why a text is no value.
  enum Problem: Error {
    /// No value of the type has a text here.
    case untyped
    /// Why, and how to mend it, where it can be told.
    case wrong(reason: String?, fix: String?)
  }

  /// The constant that `text` stands for.
  static func read(_ text: String, _ type: Type) -> Result<TypedExpression, Problem> {
    // Nothing in a source stands behind the value.
    let span = Span(FileID(0), 0, 0)
    switch type {
    case .optional(let wrapped):
      if text == "none" { return .success(TypedExpression(.literal(.none), type, span)) }
      return read(text, wrapped).map { TypedExpression(.some($0), type, span) }
    case .distinct(let distinct):
      return read(text, distinct.raw).map { TypedExpression(.rewrap($0), type, span) }
    case .enumeration(let enumeration):
      let name = text.hasPrefix(".") ? String(text.dropFirst()) : text
      if let index = enumeration.cases.firstIndex(of: name) {
        return .success(TypedExpression(.literal(.enumCase(index)), type, span))
      }
      let known = enumeration.cases.map { "`\($0)`" }.joined(separator: ", ")
      let meant = Suggestion.nearest(to: name, among: enumeration.cases)
      return .failure(.wrong(reason: "it is one of \(known)", fix: meant.map { "write `\($0)`" }))
    default:
      switch literal(text, type) {
      case .success(let literal): return .success(TypedExpression(.literal(literal), type, span))
      case .failure(let problem): return .failure(problem)
      }
    }
  }

  private static func literal(_ text: String, _ type: Type) -> Result<Literal, Problem> {
    func parsed<Value>(
      _ kind: ColumnType, _ parse: (UnsafeBufferPointer<UInt8>) -> Value?, _ make: (Value) -> Literal
    ) -> Result<Literal, Problem> {
      var text = text
      if let value = text.withUTF8({ parse($0) }) { return .success(make(value)) }
      return .failure(.wrong(reason: ScalarText.whyNot(kind, text), fix: nil))
    }
    return switch type {
    case .string: .success(.string(text))
    case .bool: parsed(.bool, ScalarText.parseBool) { .bool($0) }
    case .int: parsed(.int, ScalarText.parseInt) { .int($0) }
    case .float: parsed(.float, ScalarText.parseFloat) { .float($0) }
    case .decimal: parsed(.decimal, ScalarText.parseDecimal) { .decimal($0) }
    case .date: parsed(.date, ScalarText.parseDate) { .date($0) }
    case .timestamp: parsed(.timestamp, ScalarText.parseTimestamp) { .timestamp($0) }
    case .duration: parsed(.duration, ScalarText.parseDuration) { .duration($0) }
    case .uuid: parsed(.uuid, ScalarText.parseUuid) { .uuid(UInt128(bitPattern: $0)) }
    default: .failure(.untyped)
    }
  }

  /// A value of the type, for advice.
  static func example(_ type: Type) -> String {
    switch type {
    case .bool: "true"
    case .int: "7"
    case .float, .decimal: "1.5"
    case .date: "2026-01-31"
    case .timestamp: "2026-01-31T08:00:00Z"
    case .duration: "90s"
    case .uuid: "123e4567-e89b-12d3-a456-426614174000"
    case .enumeration(let enumeration): enumeration.cases.first ?? "VALUE"
    case .distinct(let distinct): example(distinct.raw)
    case .optional(let wrapped): example(wrapped)
    default: "VALUE"
    }
  }

  /// The text that `read` would take for a constant; nil for what is computed.
  static func text(_ expression: TypedExpression) -> String? {
    switch expression.kind {
    case .some(let inner), .rewrap(let inner): return text(inner)
    case .negate(let inner): return text(inner).map { $0.hasPrefix("-") ? String($0.dropFirst()) : "-\($0)" }
    case .literal(let literal): return text(literal, expression.type)
    default: return nil
    }
  }

  static func text(_ literal: Literal, _ type: Type) -> String? {
    switch literal {
    case .bool(let value): value ? "true" : "false"
    case .int(let value): "\(value)"
    case .float(let value): ScalarText.string { ScalarText.writeFloat(value, to: $0) }
    case .decimal(let value): ScalarText.string { ScalarText.writeDecimal(value, to: $0) }
    case .string(let value): value
    case .date(let value): ScalarText.string { ScalarText.writeDate(value, to: $0) }
    case .timestamp(let value): ScalarText.string { ScalarText.writeTimestamp(value, to: $0) }
    case .duration(let value): ScalarText.string { ScalarText.writeDuration(value, to: $0) }
    case .uuid(let value): ScalarText.string { ScalarText.writeUuid(Int128(bitPattern: value), to: $0) }
    case .enumCase(let index):
      if case .enumeration(let enumeration) = type, index < enumeration.cases.count {
        enumeration.cases[index]
      } else {
        nil
      }
    case .none: "none"
    case .regex: nil
    }
  }
}
