extension ScalarText {
  /// Why `text` is not the text of a value of `type`, in words that follow "expected … but": nil when the
  /// text does not come near one. Slow: for messages only.
  public static func whyNot(_ type: ColumnType, _ text: String) -> String? {
    if text.isEmpty { return nil }
    let trimmed = text.drop { $0 == " " || $0 == "\t" }
    if trimmed.count < text.count || text.last == " " || text.last == "\t" {
      return "there are spaces around it"
    }
    return switch type {
    case .int: whyNotInt(text)
    case .float: isFloat(text) ? "it is too large for a Float" : whyNotNumber(text)
    case .decimal: whyNotDecimal(text)
    case .bool: whyNotBool(text)
    case .date: whyNotDate(text)
    case .timestamp: whyNotTimestamp(text)
    case .duration: whyNotDuration(text)
    default: nil
    }
  }

  private static func parsed<Value>(
    _ text: String, _ parse: (UnsafeBufferPointer<UInt8>) -> Value?
  ) -> Value? {
    var text = text
    return text.withUTF8 { parse($0) }
  }

  private static func isFloat(_ text: String) -> Bool {
    Double(text) != nil && text.utf8.contains { $0 &- asciiZero <= 9 }
  }

  private static func whyNotInt(_ text: String) -> String? {
    let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
    if !digits.isEmpty, digits.utf8.allSatisfy({ $0 &- asciiZero <= 9 }) {
      return "it does not fit 64 bits"
    }
    if parsed(text, parseDecimal) != nil { return "it has a fraction" }
    return whyNotNumber(text)
  }

  private static func whyNotNumber(_ text: String) -> String? {
    if text.utf8.contains(UInt8(ascii: ",")),
      parsed(text.filter { $0 != "," }, parseFloat) != nil
    {
      return "numbers are written with a point and without grouping"
    }
    return nil
  }

  private static func whyNotDecimal(_ text: String) -> String? {
    guard let value = parsed(text, parseFloat), value.isFinite else { return whyNotNumber(text) }
    return value.magnitude >= 1e20
      ? "it has more than 20 digits before the point" : "it has more than 18 digits after the point"
  }

  private static func whyNotBool(_ text: String) -> String? {
    let known = ["true", "false", "yes", "no", "0", "1", "t", "f", "y", "n"]
    return known.contains(text.lowercased()) ? "a Bool is written `true` or `false`" : nil
  }

  private static func whyNotDate(_ text: String) -> String? {
    if parsed(text, parseTimestamp) != nil { return "it is a Timestamp" }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    if parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2], parts.allSatisfy({ Int($0) != nil }) {
      return "there is no such day"
    }
    return "dates are written `YYYY-MM-DD`"
  }

  private static func whyNotTimestamp(_ text: String) -> String? {
    if parsed(text, parseDate) != nil { return "it is a Date without a time" }
    if parsed("\(text)Z", parseTimestamp) != nil {
      return "it has no time zone: `Z` or an offset such as `+01:00`"
    }
    return "timestamps are written `YYYY-MM-DDTHH:MM:SSZ`"
  }

  private static func whyNotDuration(_ text: String) -> String? {
    Int(text) != nil ? "it has no unit" : "durations are written like `1h30m` or `PT1H30M`"
  }
}
