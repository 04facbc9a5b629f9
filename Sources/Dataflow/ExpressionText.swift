import Semantics

extension TypedExpression {
  /// The expression as one would write it, for plans and tests.
  public var text: String {
    switch kind {
    case .literal(let literal): return literal.text(of: type)
    case .local(let local): return local.name
    case .field(let base, let index): return "\(base.operand).\(base.type.fieldName(index))"
    case .construct(let values):
      let fields = values.enumerated().map { index, value in
        let name = type.fieldName(index)
        if case .field(let base, let other) = value.kind, base.type.fieldName(other) == name {
          return value.text
        }
        return "\(name): \(value.text)"
      }
      let head = if case .record(let record) = type { record.name } else { "row" }
      return fields.isEmpty ? "\(head) { }" : "\(head) { \(fields.joined(separator: ", ")) }"
    case .list(let values): return "[\(values.map(\.text).joined(separator: ", "))]"
    case .map(let entries):
      return "[\(entries.map { "\($0.key.text): \($0.value.text)" }.joined(separator: ", "))]"
    case .some(let value): return value.text
    case .rewrap(let value):
      if case .distinct(let distinct) = type { return "\(distinct.name)(\(value.text))" }
      return "\(value.operand).raw"
    case .not(let value): return "!\(value.operand)"
    case .negate(let value): return "-\(value.operand)"
    case .binary(let symbol, let left, let right):
      return "\(left.operand) \(symbol.rawValue) \(right.operand)"
    case .call(let function, let arguments):
      return "\(function.name)(\(arguments.map(\.text).joined(separator: ", ")))"
    case .task(let task, let arguments):
      return "\(task.name)(\(arguments.map(\.text).joined(separator: ", ")))"
    case .secret(let name): return "secret(\(Literal.string(name).text(of: .string)))"
    case .builtin(let builtin, let arguments, let lambdas): return Self.call(builtin, arguments, lambdas)
    case .conditional(let condition, let then, let otherwise):
      return "if \(condition.text) { \(then.text) } else { \(otherwise.text) }"
    case .ifPresent(let local, let value, let then, let otherwise):
      if case .local(local) = then.unwrapped.kind { return "\(value.operand) ?? \(otherwise.operand)" }
      if case .literal(.none) = otherwise.kind, let path = then.unwrapped.path(from: local) {
        return "\(value.operand)?\(path)"
      }
      return "if let \(local.name) = \(value.text) { \(then.text) } else { \(otherwise.text) }"
    case .match(let subject, let arms):
      let lines = arms.map { arm in
        let patterns = arm.patterns.map { $0.text(of: subject.type) }
        return "\(patterns.joined(separator: " | ")) -> \(arm.value.text)"
      }
      return "match \(subject.text) { \(lines.joined(separator: ", ")) }"
    case .cover(let value, let fallback): return "\(value.operand) else \(fallback.operand)"
    case .fail(let message): return "fail(\(message.text))"
    case .bind(let local, let value, let body):
      return "{ let \(local.name) = \(value.text); \(body.text) }"
    case .interpolation(let parts):
      let pieces = parts.map { part in
        if case .literal(.string(let text)) = part.kind { return text.escaped }
        return "{\(part.text)}"
      }
      return "\"\(pieces.joined())\""
    case .range(let low, let high, let isInclusive):
      return "\(low.operand)\(isInclusive ? ".." : "..<")\(high.operand)"
    case .error: return "<error>"
    }
  }

  /// Without the steps from `T` to `T?`.
  private var unwrapped: TypedExpression {
    if case .some(let value) = kind { value.unwrapped } else { self }
  }

  /// The fields by which it reaches into a local: `.window.start`.
  private func path(from local: Local) -> String? {
    guard case .field(let base, let index) = kind else { return nil }
    let name = ".\(base.type.fieldName(index))"
    if case .local(local) = base.kind { return name }
    return base.path(from: local).map { $0 + name }
  }

  /// As part of a larger expression: in parentheses where it needs them.
  private var operand: String {
    switch kind {
    case .binary, .cover, .range, .conditional, .ifPresent, .match: "(\(text))"
    case .some(let value): value.operand
    default: text
    }
  }

  private static func call(
    _ builtin: Builtin, _ arguments: [TypedExpression], _ lambdas: [TypedLambda]
  ) -> String {
    switch builtin {
    case .listIndex, .mapIndex, .jsonIndex:
      if arguments.count == 2 { return "\(arguments[0].operand)[\(arguments[1].text)]" }
    case .hash where arguments.count == 2:
      return "hash(\(arguments[0].text), key: \(arguments[1].text))"
    case .jsonParse, .jsonEncode, .sha256, .base64, .mask, .faultOf:
      return "\(builtin.rawValue)(\(arguments.map(\.text).joined(separator: ", ")))"
    default: break
    }
    let name = builtin.rawValue.split(separator: ".").last.map(String.init) ?? builtin.rawValue
    let inner = arguments.dropFirst().map(\.text) + lambdas.map(\.text)
    return "\(arguments.first?.operand ?? "").\(name)(\(inner.joined(separator: ", ")))"
  }
}

extension TypedLambda {
  /// The lambda as one would write it.
  public var text: String {
    let names = parameters.map(\.name).joined(separator: ", ")
    return parameters.count == 1 ? "\(names) -> \(body.text)" : "(\(names)) -> \(body.text)"
  }
}

extension TypedPattern {
  fileprivate func text(of subject: Type) -> String {
    switch self {
    case .enumCase(let index):
      if case .enumeration(let type) = subject.unwrapped, type.cases.indices.contains(index) {
        ".\(type.cases[index])"
      } else {
        ".\(index)"
      }
    case .literal(let literal): literal.text(of: subject)
    case .none: "none"
    case .present(let local): local.name
    case .otherwise: "else"
    }
  }
}

extension Literal {
  /// The literal as one would write it; `type` names the case of an enum.
  func text(of type: Type) -> String {
    switch self {
    case .bool(let value): return "\(value)"
    case .int(let value): return "\(value)"
    case .float(let value): return "\(value)"
    case .decimal(let value): return Self.decimalText(value)
    case .string(let text): return "\"\(text.escaped)\""
    case .date(let days): return "date(\"\(CivilTime.date(Int64(days)))\")"
    case .timestamp(let microseconds): return "timestamp(\"\(CivilTime.timestamp(microseconds))\")"
    case .duration(let microseconds): return CivilTime.duration(microseconds)
    case .uuid(let value): return "uuid(\"\(Self.uuidText(value))\")"
    case .enumCase(let index):
      if case .enumeration(let type) = type.unwrapped, type.cases.indices.contains(index) {
        return ".\(type.cases[index])"
      }
      return ".\(index)"
    case .regex(let source): return "re\"\(source)\""
    case .none: return "none"
    }
  }

  private static func decimalText(_ value: Int128) -> String {
    let unit: Int128 = 1_000_000_000_000_000_000
    let (whole, rest) = value.magnitude.quotientAndRemainder(dividingBy: unit.magnitude)
    var text = "\(value < 0 ? "-" : "")\(whole)"
    if rest != 0 {
      var digits = "\(rest)"
      digits = String(repeating: "0", count: 18 - digits.count) + digits
      while digits.hasSuffix("0") { digits.removeLast() }
      text += ".\(digits)"
    }
    return text
  }

  private static func uuidText(_ value: UInt128) -> String {
    let digits = String(value, radix: 16)
    var text = String(repeating: "0", count: 32 - digits.count) + digits
    for place in [20, 16, 12, 8] { text.insert("-", at: text.index(text.startIndex, offsetBy: place)) }
    return text
  }
}

extension Type {
  /// The name of the field at an index of a record or row.
  public func fieldName(_ index: Int) -> String {
    switch self {
    case .record(let record) where record.fields.indices.contains(index): record.fields[index].name
    case .row(let row) where row.names.indices.contains(index): row.names[index]
    default: "\(index)"
    }
  }
}

extension String {
  fileprivate var escaped: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "{": result += "\\{"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
