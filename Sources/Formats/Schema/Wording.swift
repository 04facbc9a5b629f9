import Columns
import RegularExpressions

/// How messages about values are put: one place, so that CSV and JSON say the same.
enum Wording {
  /// In quotes, on one line, shortened in the middle of nowhere: 40 characters are enough to find it.
  static func quoted(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    let isLong = bytes.count > 400
    return quoted(String(decoding: bytes.prefix(400), as: UTF8.self), isCut: isLong)
  }

  static func quoted(_ text: String, isCut: Bool = false) -> String {
    var result = "\""
    var count = 0
    for scalar in text.unicodeScalars {
      if count == 40 { return result + "…\"" }
      count += 1
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return isCut ? result + "…\"" : result + "\""
  }

  /// `Int` in backquotes with its article; the cases of an enum.
  static func expected(_ field: FieldSchema) -> String {
    if let format = field.format { return "\(named(field.type)) written as `\(format.source)`" }
    return named(field.type)
  }

  static func named(_ type: ColumnType) -> String {
    if case .enumeration(let cases) = type { return "one of \(list(cases.map { "`\($0)`" }))" }
    let name = type.languageName
    let article = "AEIOaeio".contains(name.prefix(1)) ? "an" : "a"
    return "\(article) `\(name)`"
  }

  /// The first ten; commas between.
  static func list(_ items: [String]) -> String {
    items.count > 10 ? "\(items.prefix(10).joined(separator: ", ")), …" : items.joined(separator: ", ")
  }

  /// The text of a physical value, for messages.
  static func text(_ value: Int64, _ type: ColumnType) -> String {
    switch type {
    case .date: ScalarText.string { ScalarText.writeDate(Int32(truncatingIfNeeded: value), to: $0) }
    case .timestamp: ScalarText.string { ScalarText.writeTimestamp(value, to: $0) }
    case .duration: ScalarText.string { ScalarText.writeDuration(value, to: $0) }
    case .enumeration(let cases) where cases.indices.contains(Int(value)): cases[Int(value)]
    default: "\(value)"
    }
  }

  static func text(_ value: Int128, _ type: ColumnType) -> String {
    type == .uuid
      ? ScalarText.string { ScalarText.writeUuid(value, to: $0) }
      : ScalarText.string { ScalarText.writeDecimal(value, to: $0) }
  }

  static func text(_ value: Double) -> String { ScalarText.string { ScalarText.writeFloat(value, to: $0) } }

  /// What a constraint expects.
  static func expected(_ constraint: ValueConstraint, _ type: ColumnType) -> String {
    switch constraint {
    case .intRange(let low, let high): "a value from \(text(low, type)) to \(text(high, type))"
    case .floatRange(let low, let high): "a value from \(text(low)) to \(text(high))"
    case .decimalRange(let low, let high): "a value from \(text(low, type)) to \(text(high, type))"
    case .oneOfInts(let values): "one of \(list(values.map { text($0, type) }))"
    case .oneOfFloats(let values): "one of \(list(values.map { text($0) }))"
    case .oneOfDecimals(let values): "one of \(list(values.map { text($0, type) }))"
    case .oneOfTexts(let values): "one of \(list(values.map { quoted($0) }))"
    case .pattern(let expression): "text that matches `\(expression.source)`"
    }
  }
}
