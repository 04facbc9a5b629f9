/// A JSON document to be written. Objects keep the order of their members, so that output is stable.
public indirect enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])
  /// Text that is JSON already.
  case raw(String)

  /// A string, or null.
  public static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

  /// A number, or null.
  public static func optional(_ number: Int64?) -> JSONValue { number.map { .int($0) } ?? .null }

  /// An object from members in order.
  public static func members(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
    .object(members.map { ($0.key, $0.value) })
  }

  /// The document on one line.
  public var compact: String { written(indented: false) }

  /// The document with two spaces a level; arrays and objects without nested ones stay on a line when short.
  public var indented: String { written(indented: true) }

  private func written(indented: Bool) -> String {
    var output: [UInt8] = []
    write(to: &output, level: indented ? 0 : nil)
    return String(decoding: output, as: UTF8.self)
  }

  /// Longest line that a nested value may share with its brackets.
  private static let inlineLimit = 96

  private func write(to output: inout [UInt8], level: Int?) {
    switch self {
    case .null: output += "null".utf8
    case .bool(let value): output += (value ? "true" : "false").utf8
    case .int(let value): output += String(value).utf8
    case .double(let value): output += (value.isFinite ? "\(value)" : "null").utf8
    case .string(let value): Self.write(value, to: &output)
    case .raw(let text): output += text.utf8
    case .array(let values):
      write(values, to: &output, level: level, brackets: ("[", "]")) { value, output, level in
        value.write(to: &output, level: level)
      }
    case .object(let members):
      write(members, to: &output, level: level, brackets: ("{", "}")) { member, output, level in
        Self.write(member.key, to: &output)
        output += (level == nil ? ":" : ": ").utf8
        member.value.write(to: &output, level: level)
      }
    }
  }

  private func write<Element>(
    _ elements: [Element], to output: inout [UInt8], level: Int?, brackets: (String, String),
    each: (Element, inout [UInt8], Int?) -> Void
  ) {
    output += brackets.0.utf8
    let inner = level.flatMap { fitsOnALine(after: 2 * $0) ? nil : $0 + 1 }
    for (index, element) in elements.enumerated() {
      if index > 0 { output += (level != nil && inner == nil ? ", " : ",").utf8 }
      if let inner { Self.breakLine(&output, inner) }
      // Values on one line keep the spaced style of the document around them.
      each(element, &output, inner ?? level)
    }
    if let inner, !elements.isEmpty { Self.breakLine(&output, inner - 1) }
    output += brackets.1.utf8
  }

  private func fitsOnALine(after indentation: Int) -> Bool {
    guard let width = inlineWidth(limit: Self.inlineLimit - indentation) else { return false }
    return width + indentation <= Self.inlineLimit
  }

  /// The width on one line, or nil where it is over `limit` or holds a nested array or object that is not flat.
  private func inlineWidth(limit: Int) -> Int? {
    switch self {
    case .null, .bool, .int, .double: return 6
    case .string(let text): return text.utf8.count + 2
    case .raw(let text): return text.utf8.count
    case .array(let values):
      var width = 2
      for value in values {
        guard let inner = value.inlineWidth(limit: limit) else { return nil }
        width += inner + 2
        if width > limit { return nil }
      }
      return width
    case .object(let members):
      var width = 2
      for member in members {
        guard let inner = member.value.inlineWidth(limit: limit) else { return nil }
        width += member.key.utf8.count + inner + 6
        if width > limit { return nil }
      }
      return width
    }
  }

  private static func breakLine(_ output: inout [UInt8], _ level: Int) {
    output.append(UInt8(ascii: "\n"))
    output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
  }

  private static func write(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): output += "\\\"".utf8
      case UInt8(ascii: "\\"): output += "\\\\".utf8
      case UInt8(ascii: "\n"): output += "\\n".utf8
      case UInt8(ascii: "\r"): output += "\\r".utf8
      case UInt8(ascii: "\t"): output += "\\t".utf8
      case 0..<0x20, 0x7F:
        let digits = String(byte, radix: 16)
        output += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
