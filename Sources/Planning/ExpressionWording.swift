import Semantics

extension Wording {
  /// An expression as the language writes it, layout and parentheses simplified.
  static func expression(_ expression: TypedExpression) -> String {
    switch expression.kind {
    case .literal(let literal): return self.literal(literal, expression.type)
    case .local(let local): return local.name
    case .field(let base, let index): return "\(operand(base)).\(fieldName(index, of: base.type))"
    case .construct(let values):
      let name = type(expression.type).split(separator: " ").first.map(String.init) ?? "row"
      let fields = values.enumerated().map { "\(fieldName($0, of: expression.type)): \(self.expression($1))" }
      return "\(name) { \(fields.joined(separator: ", ")) }"
    case .list(let values): return "[\(values.map { self.expression($0) }.joined(separator: ", "))]"
    case .map(let entries):
      return
        "[\(entries.map { "\(self.expression($0.key)): \(self.expression($0.value))" }.joined(separator: ", "))]"
    case .some(let value): return self.expression(value)
    case .rewrap(let value):
      if case .distinct(let distinct) = expression.type {
        return "\(distinct.name)(\(self.expression(value)))"
      }
      return "\(operand(value)).raw"
    case .not(let value): return "!\(operand(value))"
    case .negate(let value): return "-\(operand(value))"
    case .binary(let operation, let left, let right):
      return "\(operand(left)) \(operation.rawValue) \(operand(right))"
    case .call(let function, let arguments):
      return "\(function.name)(\(arguments.map { self.expression($0) }.joined(separator: ", ")))"
    case .builtin(let builtin, let arguments, let lambdas):
      return call(builtin, arguments, lambdas)
    case .conditional(let condition, let then, let otherwise):
      return
        "if \(self.expression(condition)) { \(self.expression(then)) } else { \(self.expression(otherwise)) }"
    case .ifPresent(let local, let subject, let then, let otherwise):
      if case .local(let used) = then.strippedOfWrapping.kind, used == local {
        return "\(operand(subject)) ?? \(operand(otherwise))"
      }
      return "if let \(local.name) = \(self.expression(subject)) { \(self.expression(then)) } else "
        + "{ \(self.expression(otherwise)) }"
    case .match(let subject, let arms):
      let arms = arms.map { arm in
        "\(arm.patterns.map { pattern($0, subject.type) }.joined(separator: " | ")) -> \(self.expression(arm.value))"
      }
      return "match \(self.expression(subject)) { \(arms.joined(separator: ", ")) }"
    case .cover(let value, let fallback): return "\(operand(value)) else \(operand(fallback))"
    case .fail(let message): return "fail(\(self.expression(message)))"
    case .bind(let local, let value, let body):
      return "let \(local.name) = \(self.expression(value)); \(self.expression(body))"
    case .interpolation(let parts):
      let text = parts.map { part in
        if case .literal(.string(let text)) = part.kind {
          escaped(text)
        } else {
          "{\(self.expression(part))}"
        }
      }
      return "\"\(text.joined())\""
    case .range(let low, let high, let isInclusive):
      return "\(operand(low))\(isInclusive ? ".." : "..<")\(operand(high))"
    case .error: return "?"
    }
  }

  /// In parentheses where it would read otherwise without.
  private static func operand(_ expression: TypedExpression) -> String {
    let text = self.expression(expression)
    switch expression.strippedOfWrapping.kind {
    case .binary, .cover, .range, .bind, .ifPresent, .conditional: return "(\(text))"
    default: return text
    }
  }

  private static func fieldName(_ index: Int, of type: Type) -> String {
    switch type {
    case .record(let record) where index < record.fields.count: record.fields[index].name
    case .row(let row) where index < row.names.count: row.names[index]
    default: "\(index)"
    }
  }

  private static func call(
    _ builtin: Builtin, _ arguments: [TypedExpression], _ lambdas: [TypedLambda]
  ) -> String {
    let name = builtin.rawValue.split(separator: ".").last.map(String.init) ?? builtin.rawValue
    let rest =
      arguments.dropFirst().map { expression($0) }
      + lambdas.map { lambda in
        let names = lambda.parameters.map(\.name)
        let parameters = names.count == 1 ? names[0] : "(\(names.joined(separator: ", ")))"
        return "\(parameters) -> \(expression(lambda.body))"
      }
    guard let first = arguments.first else { return "\(name)(\(rest.joined(separator: ", ")))" }
    switch builtin {
    case .listIndex, .mapIndex, .jsonIndex: return "\(operand(first))[\(rest.joined(separator: ", "))]"
    case .jsonParse, .jsonEncode:
      return "json.\(name)(\(arguments.map { expression($0) }.joined(separator: ", ")))"
    default: return "\(operand(first)).\(name)(\(rest.joined(separator: ", ")))"
    }
  }

  private static func pattern(_ pattern: TypedPattern, _ type: Type) -> String {
    switch pattern {
    case .enumCase(let index): literal(.enumCase(index), type)
    case .literal(let value): literal(value, type)
    case .none: "none"
    case .present(let local): local.name
    case .otherwise: "else"
    }
  }

  private static func literal(_ literal: Literal, _ type: Type) -> String {
    switch literal {
    case .bool(let value): return value ? "true" : "false"
    case .int(let value): return "\(value)"
    case .float(let value): return "\(value)"
    case .decimal(let value): return decimal(value)
    case .string(let value): return "\"\(escaped(value))\""
    case .date(let days): return "date(\"\(CivilTime.date(Int64(days)))\")"
    case .timestamp(let microseconds): return "timestamp(\"\(CivilTime.timestamp(microseconds))\")"
    case .duration(let microseconds): return CivilTime.duration(microseconds)
    case .uuid(let value):
      let digits = String(value, radix: 16)
      return "uuid(\"\(String(repeating: "0", count: 32 - digits.count))\(digits)\")"
    case .enumCase(let index):
      var enumeration = type
      if case .optional(let wrapped) = type { enumeration = wrapped }
      if case .enumeration(let type) = enumeration, index < type.cases.count {
        return ".\(type.cases[index])"
      }
      return ".\(index)"
    case .regex(let source): return "re\"\(source)\""
    case .none: return "none"
    }
  }

  private static func decimal(_ value: Int128) -> String {
    let scale: Int128 = 1_000_000_000_000_000_000
    let magnitude = value.magnitude
    var fraction = String(magnitude % scale.magnitude)
    fraction = String(repeating: "0", count: 18 - fraction.count) + fraction
    while fraction.hasSuffix("0") { fraction.removeLast() }
    let whole = "\(value < 0 ? "-" : "")\(magnitude / scale.magnitude)"
    return fraction.isEmpty ? whole : "\(whole).\(fraction)"
  }

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": escaped += "\\\""
      case "\\": escaped += "\\\\"
      case "{": escaped += "\\{"
      case "\n": escaped += "\\n"
      case "\t": escaped += "\\t"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}

extension TypedExpression {
  /// The expression without steps that leave its value as it is.
  fileprivate var strippedOfWrapping: TypedExpression {
    if case .some(let inner) = kind { inner.strippedOfWrapping } else { self }
  }
}

/// Dates and times as text, in UTC, by the proleptic Gregorian calendar.
enum CivilTime {
  /// `2013-01-31` of days since 1970-01-01.
  static func date(_ days: Int64) -> String {
    // Days are counted in eras of 400 years that begin on March 1.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  /// `2013-01-31T08:00:00Z` of microseconds since 1970.
  static func timestamp(_ microseconds: Int64) -> String {
    let perDay: Int64 = 86_400_000_000
    var days = microseconds / perDay
    var rest = microseconds % perDay
    if rest < 0 {
      rest += perDay
      days -= 1
    }
    let seconds = rest / 1_000_000
    var text =
      "\(date(days))T\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    let fraction = rest % 1_000_000
    if fraction != 0 { text += ".\(padded(fraction, 6))" }
    return text + "Z"
  }

  /// `90s` in the largest unit that is whole.
  static func duration(_ microseconds: Int64) -> String {
    let units: [(String, Int64)] = [
      ("w", 604_800_000_000), ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000),
      ("s", 1_000_000),
      ("ms", 1000),
    ]
    for (unit, size) in units where microseconds != 0 && microseconds % size == 0 {
      return "\(microseconds / size)\(unit)"
    }
    return microseconds == 0 ? "0s" : "\(microseconds)us"
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number.magnitude)
    return (number < 0 ? "-" : "") + String(repeating: "0", count: max(width - digits.count, 0)) + digits
  }
}
