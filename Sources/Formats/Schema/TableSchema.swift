public import Columns
public import RegularExpressions

/// What the columns of a file are called and what they may hold.
public struct TableSchema: Sendable {
  /// In the order of the record's fields, which is the order of a batch's columns.
  public let columns: [FieldSchema]
  /// Whether an element is a record; if not, the one column is the element itself.
  public let isRecord: Bool

  /// Makes a schema.
  public init(columns: [FieldSchema], isRecord: Bool = true) {
    self.columns = columns
    self.isRecord = isRecord
  }
}

/// A column, a member of a record, or the elements of a list or map.
public struct FieldSchema: Sendable {
  /// The column in a table, the key in an object; empty for elements.
  public let name: String
  /// What it holds.
  public let type: ColumnType
  /// Whether it may be absent.
  public let isOptional: Bool
  /// One row, which stands for a missing column or key.
  public let defaultValue: Column?
  /// What values fulfil; absent ones are not asked.
  public let constraints: [ValueConstraint]
  /// How a date or timestamp is written, where not as ISO 8601.
  public let format: TimeFormat?
  /// The members of a structure; the one element of a list or map. Nothing for scalars.
  public let children: [FieldSchema]

  /// Makes a field. Children left out are plain ones, as the type has them.
  public init(
    _ name: String, _ type: ColumnType, isOptional: Bool = false, defaultValue: Column? = nil,
    constraints: [ValueConstraint] = [], format: TimeFormat? = nil, children: [FieldSchema] = []
  ) {
    self.name = name
    self.type = type
    self.isOptional = isOptional
    self.defaultValue = defaultValue
    self.constraints = constraints
    self.format = format
    self.children = children.isEmpty ? Self.plainChildren(of: type) : children
  }

  private static func plainChildren(of type: ColumnType) -> [FieldSchema] {
    switch type {
    case .list(let element), .map(let element): [FieldSchema("", element)]
    case .structure(let fields): fields.map { FieldSchema($0.name, $0.type, isOptional: $0.isOptional) }
    default: []
    }
  }
}

/// A condition on values, in the terms of their columns.
public enum ValueConstraint: Sendable {
  /// Inclusive, of an int, a date, a timestamp or a duration.
  case intRange(Int64, Int64)
  /// Inclusive, of a float; not a number is outside of every range.
  case floatRange(Double, Double)
  /// Inclusive, of a decimal.
  case decimalRange(Int128, Int128)
  /// Of an int, a date, a timestamp, a duration, or the index of an enum's case.
  case oneOfInts([Int64])
  case oneOfFloats([Double])
  /// Of a decimal or a uuid.
  case oneOfDecimals([Int128])
  /// Of a string.
  case oneOfTexts([String])
  /// The whole string matches.
  case pattern(RegularExpression)
}

extension ColumnType {
  /// The name in the language, for messages.
  public var languageName: String {
    switch self {
    case .bool: "Bool"
    case .int: "Int"
    case .float: "Float"
    case .decimal: "Decimal"
    case .string: "String"
    case .bytes: "Bytes"
    case .date: "Date"
    case .timestamp: "Timestamp"
    case .duration: "Duration"
    case .uuid: "Uuid"
    case .json: "Json"
    case .enumeration: "enum"
    case .list(let element): "List<\(element.languageName)>"
    case .map(let value): "Map<String, \(value.languageName)>"
    case .vector(let count): "Vector<\(count)>"
    case .structure: "record"
    }
  }

  /// Whether values have no parts: those that a CSV field can hold.
  public var isScalar: Bool {
    switch self {
    case .list, .map, .vector, .structure: false
    default: true
    }
  }
}
