import Columns
import Diagnosing
import Formats
import RegularExpressions

/// The JSON Schema of values: exactly those that the reader of bodies takes.
struct JSONSchema {
  typealias Members = [(key: String, value: JSONValue)]

  /// An object with the fields of a record.
  /// - Parameter isInput: Whether callers send it: then what has a default may be left out.
  static func record(_ schema: TableSchema, isInput: Bool) -> JSONValue {
    object(schema.columns, isInput: isInput)
  }

  private static func object(_ fields: [FieldSchema], isInput: Bool) -> JSONValue {
    let required = fields.filter { !isInput || (!$0.isOptional && $0.defaultValue == nil) }
    var members: Members = [
      ("type", .string("object")),
      ("properties", .object(fields.map { ($0.name, value($0, isInput: isInput)) })),
    ]
    if !required.isEmpty { members.append(("required", .array(required.map { .string($0.name) }))) }
    members.append(("additionalProperties", .bool(false)))
    return .object(members)
  }

  /// The values of a field.
  static func value(_ field: FieldSchema, isInput: Bool) -> JSONValue {
    var schema = plain(field, isInput: isInput)
    if field.isOptional {
      schema = [("anyOf", .array([.object(schema), .members(["type": .string("null")])]))]
    }
    return .object(schema)
  }

  private static func plain(_ field: FieldSchema, isInput: Bool) -> Members {
    switch field.type {
    case .bool: return [("type", .string("boolean"))]
    case .int: return [("type", .string("integer")), ("format", .string("int64"))] + integerBounds(field)
    case .float: return [("type", .string("number")), ("format", .string("double"))] + numberBounds(field)
    case .decimal: return decimal(field)
    case .string: return [("type", .string("string"))] + textConstraints(field)
    case .bytes:
      return text(
        pattern: "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$",
        ("contentEncoding", .string("base64")))
    case .date: return time(field, format: "date")
    case .timestamp: return time(field, format: "date-time")
    case .duration:
      return text(pattern: "^[0-9]{1,6}(?:us|ms|s|m|h|d|w)$", ("examples", .array([.string("250ms")])))
    case .uuid: return [("type", .string("string")), ("format", .string("uuid"))]
    case .json: return []
    case .enumeration(let cases):
      return [("type", .string("string")), ("enum", .array(allowedCases(cases, field).map { .string($0) }))]
    case .list:
      return [("type", .string("array")), ("items", value(field.children[0], isInput: isInput))]
    case .map:
      return [
        ("type", .string("object")), ("additionalProperties", value(field.children[0], isInput: isInput)),
      ]
    case .vector(let count):
      let largest = JSONText.largestVectorElement
      return [
        ("type", .string("array")),
        (
          "items",
          .members([
            "type": .string("number"), "minimum": .raw(number(-largest)), "maximum": .raw(number(largest)),
          ])
        ),
        ("minItems", .int(Int64(count))), ("maxItems", .int(Int64(count))),
      ]
    case .structure:
      if case .object(let members) = object(field.children, isInput: isInput) { return members }
      return []
    }
  }

  private static func text(pattern: String, _ more: (key: String, value: JSONValue)) -> Members {
    [("type", .string("string")), ("pattern", .string(pattern)), more]
  }

  // MARK: Constraints

  private static func integerBounds(_ field: FieldSchema) -> Members {
    var low = Int64.min
    var high = Int64.max
    var members: Members = []
    for constraint in field.constraints {
      switch constraint {
      case .intRange(let first, let last): (low, high) = (max(low, first), min(high, last))
      case .oneOfInts(let values): members.append(("enum", .array(values.map { .int($0) })))
      default: break
      }
    }
    return [("minimum", .int(low)), ("maximum", .int(high))] + members
  }

  private static func numberBounds(_ field: FieldSchema) -> Members {
    var members: Members = []
    for constraint in field.constraints {
      switch constraint {
      case .floatRange(let low, let high):
        members += [("minimum", .raw(number(low))), ("maximum", .raw(number(high)))]
      case .oneOfFloats(let values): members.append(("enum", .array(values.map { .raw(number($0)) })))
      default: break
      }
    }
    return members
  }

  /// A number with at most 18 digits behind the point, or the text of one.
  private static func decimal(_ field: FieldSchema) -> Members {
    var (low, high) = ("-99999999999999999999", "99999999999999999999")
    var members: Members = [("type", .string("number")), ("multipleOf", .raw("1e-18"))]
    for constraint in field.constraints {
      switch constraint {
      case .decimalRange(let first, let last): (low, high) = (decimal(first), decimal(last))
      case .oneOfDecimals(let values): members.append(("enum", .array(values.map { .raw(decimal($0)) })))
      default: break
      }
    }
    return members + [("minimum", .raw(low)), ("maximum", .raw(high))]
  }

  private static func textConstraints(_ field: FieldSchema) -> Members {
    var members: Members = []
    for constraint in field.constraints {
      switch constraint {
      case .pattern(let expression):
        members.append(("pattern", .string("^(?:\(expression.source))$")))
      case .oneOfTexts(let values): members.append(("enum", .array(values.map { .string($0) })))
      default: break
      }
    }
    return members
  }

  private static func time(_ field: FieldSchema, format: String) -> Members {
    guard let written = field.format else {
      return [("type", .string("string")), ("format", .string(format))]
    }
    if written.isNumeric { return [("type", .string("integer"))] }
    return [("type", .string("string")), ("description", .string("written as `\(written.source)`"))]
  }

  private static func allowedCases(_ cases: [String], _ field: FieldSchema) -> [String] {
    for case .oneOfInts(let allowed) in field.constraints {
      return cases.enumerated().filter { allowed.contains(Int64($0.offset)) }.map(\.element)
    }
    return cases
  }

  private static func number(_ value: Double) -> String {
    ScalarText.string { ScalarText.writeFloat(value, to: $0) }
  }

  private static func decimal(_ value: Int128) -> String {
    ScalarText.string { ScalarText.writeDecimal(value, to: $0) }
  }
}
