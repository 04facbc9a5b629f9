/// The text of a statement and the values of its parameters. An interpolated value becomes a parameter: nothing
/// that comes from outside is ever part of the text.
public struct SQL: Sendable, ExpressibleByStringInterpolation {
  /// Text, and values between.
  enum Part: Sendable {
    case text(String)
    case value(any PostgreSQLValue)
  }
  private(set) var parts: [Part]

  /// A statement without parameters.
  public init(stringLiteral text: String) { parts = [.text(text)] }

  /// A statement with parameters.
  public init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

  /// The text of somebody who may say anything to the server.
  public init(verbatim text: String) { parts = [.text(text)] }

  /// The text, with `$1` for the first parameter.
  var text: String {
    var count = 0
    return parts.map { part in
      switch part {
      case .text(let text): return text
      case .value:
        count += 1
        return "$\(count)"
      }
    }.joined()
  }

  var values: [any PostgreSQLValue] {
    parts.compactMap { if case .value(let value) = $0 { value } else { nil } }
  }

  /// One after the other.
  public static func + (left: SQL, right: SQL) -> SQL {
    var sum = left
    sum.parts += right.parts
    return sum
  }

  /// Several with `separator` between.
  public static func joined(_ statements: [SQL], separator: String = ", ") -> SQL {
    var all = SQL("")
    for (index, statement) in statements.enumerated() {
      if index > 0 { all.parts.append(.text(separator)) }
      all.parts += statement.parts
    }
    return all
  }

  /// What stands in the text, and between.
  public struct StringInterpolation: StringInterpolationProtocol, Sendable {
    var parts: [Part] = []

    /// Makes room.
    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// Adds text as it is.
    public mutating func appendLiteral(_ literal: String) { parts.append(.text(literal)) }

    /// A parameter.
    public mutating func appendInterpolation(_ value: some PostgreSQLValue) { parts.append(.value(value)) }

    /// A parameter that may be absent.
    public mutating func appendInterpolation<Value: PostgreSQLValue>(_ value: Value?) {
      parts.append(.value(value))
    }

    /// The name of a table or column, quoted.
    public mutating func appendInterpolation(name: String) { parts.append(.text(SQL.quoted(name: name))) }

    /// A part of a statement.
    public mutating func appendInterpolation(_ part: SQL) { parts += part.parts }
  }

  /// A name as it stands in a statement: `"order"`.
  public static func quoted(name: String) -> String {
    "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
  }
}
