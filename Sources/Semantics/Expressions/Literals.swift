import Columns
import Diagnosing
import RegularExpressions
import Syntax

extension ExpressionChecker {
  /// An integer literal in the numeric type of its context, else `Int`.
  func integer(_ magnitude: UInt64?, isNegative: Bool, _ want: Want, _ span: Span) -> TypedExpression {
    let wanted = want.literal
    guard let magnitude else { return poison(span) }
    switch wanted {
    case .float:
      let value = isNegative ? -Double(magnitude) : Double(magnitude)
      return TypedExpression(.literal(.float(value)), .float, span)
    case .decimal:
      // 2^64 times 10^18 is less than 2^127.
      let value = Int128(magnitude) * ScalarText.decimalScale
      return TypedExpression(.literal(.decimal(isNegative ? -value : value)), .decimal, span)
    default:
      let value = isNegative ? -Int128(magnitude) : Int128(magnitude)
      guard let value = Int64(exactly: value) else { return fail(.integerTooLarge(at: span)) }
      return TypedExpression(.literal(.int(value)), .int, span)
    }
  }

  /// A number with a point or an exponent in the numeric type of its context, else `Float`.
  func number(_ text: String, isNegative: Bool, _ want: Want, _ span: Span) -> TypedExpression {
    switch want.literal {
    case .decimal:
      guard let value = scalar(text, ScalarText.parseDecimal) else {
        return fail(.decimalOutOfRange(at: span))
      }
      return TypedExpression(.literal(.decimal(isNegative ? -value : value)), .decimal, span)
    case .int:
      return fail(.fractionAsInt(text, at: span))
    default:
      guard let value = scalar(text, ScalarText.parseFloat) else { return fail(.floatTooLarge(at: span)) }
      return TypedExpression(.literal(.float(isNegative ? -value : value)), .float, span)
    }
  }

  /// `none`: absent of what the context says.
  func absent(_ want: Want, _ span: Span) -> TypedExpression {
    switch want.type {
    case .optional(let inner)?: TypedExpression(.literal(.none), .optional(inner), span)
    case let type? where !want.isRequired && type != .error && type != .nothing:
      TypedExpression(.literal(.none), type.asOptional, span)
    default: TypedExpression(.literal(.none), .optional(.nothing), span)
    }
  }

  /// `.paid`, a case of the enum that the context asks for.
  func checkCase(_ name: Identifier, _ want: Want, _ span: Span) -> TypedExpression {
    switch want.literal {
    case .enumeration(let type):
      guard let index = type.cases.firstIndex(of: name.text) else {
        return fail(.unknownCase(name, of: type, at: span))
      }
      return TypedExpression(.literal(.enumCase(index)), .enumeration(type), span)
    case .error: return poison(span)
    case nil, .nothing: return fail(.caseNeedsContext(name, at: span))
    case let type?: return fail(.caseOfNoEnum(name, type, at: span))
    }
  }

  /// A string literal, with what is interpolated.
  func checkString(_ parts: [StringPart], _ span: Span, in scope: Scope) -> TypedExpression {
    if parts.isEmpty { return TypedExpression(.literal(.string("")), .string, span) }
    if parts.count == 1, case .text(let text) = parts[0] {
      return TypedExpression(.literal(.string(text)), .string, span)
    }
    var typed: [TypedExpression] = []
    typed.reserveCapacity(parts.count)
    for part in parts {
      switch part {
      case .text(let text): typed.append(TypedExpression(.literal(.string(text)), .string, span))
      case .interpolation(let expression):
        let value = infer(expression, in: scope, .anything)
        if value.type.holdsSecret {
          typed.append(fail(.secretInText(value)))
          continue
        }
        if value.type.isOpen, value.type != .nothing {
          typed.append(settled(value))
        } else if value.type.isOptional {
          typed.append(fail(.mayBeAbsent(value, use: "interpolated")))
        } else if value.type == .nothing || value.type.hasText {
          typed.append(value)
        } else {
          typed.append(fail(.noText(value)))
        }
      }
    }
    return TypedExpression(.interpolation(typed), .string, span)
  }

  /// The text of a string literal without interpolations; nil when the expression is anything else.
  public func plainText(_ expression: Expression) -> String? {
    guard case .string(let parts) = expression.kind else { return nil }
    if parts.isEmpty { return "" }
    if parts.count == 1, case .text(let text) = parts[0] { return text }
    return nil
  }

  /// An argument that must be `re"..."`.
  func checkRegex(_ expression: Expression) -> TypedExpression {
    guard case .regex(let source) = expression.kind else {
      if case .error = expression.kind { return poison(expression.span) }
      return fail(.regexWanted(at: expression.span))
    }
    if let problem = RegularExpression.problem(in: source) {
      return fail(.badRegex(problem, at: expression.span))
    }
    return TypedExpression(.literal(.regex(source)), .regex, expression.span)
  }

  /// `date("...")`, `timestamp("...")`, `uuid("...")`: only of literals, read here.
  func checkTimeLiteral(
    _ name: Identifier, _ arguments: [Argument], _ span: Span, in scope: Scope
  ) -> TypedExpression {
    guard arguments.count == 1, arguments[0].label == nil else {
      return fail(.literalFunctionArguments(name, at: span))
    }
    let argument = arguments[0].value
    guard let text = plainText(argument) else {
      if case .error = argument.kind { return poison(span) }
      return fail(.literalFunctionArguments(name, at: argument.span))
    }
    switch name.text {
    case "date":
      guard let days = scalar(text, ScalarText.parseDate) else {
        return fail(.badDate(text, at: argument.span))
      }
      return TypedExpression(.literal(.date(days)), .date, span)
    case "timestamp":
      guard let time = scalar(text, ScalarText.parseTimestamp) else {
        return fail(.badTimestamp(text, at: argument.span))
      }
      return TypedExpression(.literal(.timestamp(time)), .timestamp, span)
    default:
      guard let value = scalar(text, ScalarText.parseUuid) else {
        return fail(.badUuid(text, at: argument.span))
      }
      return TypedExpression(.literal(.uuid(UInt128(bitPattern: value))), .uuid, span)
    }
  }
}

/// What a text spells, read as it is at run time.
func scalar<Value>(_ text: String, _ parse: (UnsafeBufferPointer<UInt8>) -> Value?) -> Value? {
  var text = text
  return text.withUTF8(parse)
}
