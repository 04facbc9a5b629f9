import Diagnosing
import Syntax

/// The type of a value. Flows are not values: see `FlowType`.
public indirect enum Type: Hashable, Sendable {
  case bool
  case int
  case float
  /// 38 digits, 18 of them after the point.
  case decimal
  case string
  case bytes
  case date
  case timestamp
  case duration
  case uuid
  case json
  case list(Type)
  /// Keys are strings.
  case map(Type)
  /// That many float32.
  case vector(Int)
  /// Never of an optional.
  case optional(Type)
  case record(RecordType)
  case enumeration(EnumType)
  case distinct(DistinctType)
  /// An anonymous record.
  case row(RowType)
  /// A compiled regular expression: only literals have it.
  case regex
  case file
  case directory
  case secret(Type)
  /// The type of `none` or `[]` without context, and of `fail(...)`: joins with any other.
  case nothing
  /// A diagnostic has been given; fits everything, so that one mistake gives one diagnostic.
  case error
}

/// A nominal record. One object per declaration: identity is equality.
public final class RecordType: Hashable, @unchecked Sendable {
  /// The declared name.
  public let name: String
  /// Where the name is declared.
  public let span: Span
  /// In declaration order. Written once, by the declaration pass, before anything reads them: records
  /// refer to each other, so they can't be complete when they are made. Hence `@unchecked`.
  public internal(set) var fields: [Field] = []

  /// Makes a record whose fields follow.
  public init(name: String, span: Span) {
    self.name = name
    self.span = span
  }

  /// One object, one record.
  public static func == (left: RecordType, right: RecordType) -> Bool { left === right }
  /// By identity.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// A field of a record or row.
public struct Field: Sendable {
  /// The name in the program.
  public let name: String
  /// Its type.
  public let type: Type
  /// The name of the column in files: `@name`, `@names`, or `name`.
  public let column: String
  /// The constant that stands for a missing column or a field left out.
  public let defaultValue: TypedExpression?
  /// What holds wherever data enters.
  public let constraints: [Constraint]
  /// `@format(...)` of a date or timestamp: `epoch_ms`, `epoch_s`, `epoch_us` or a strftime pattern.
  public let format: String?
  /// Whether the field is part of the record's `@key`.
  public let isKey: Bool
  /// Where the field of a request comes from, if not from the body.
  public let requestPart: RequestPart?
  /// Where the name is declared.
  public let span: Span

  /// Makes a field.
  public init(
    name: String, type: Type, column: String, defaultValue: TypedExpression? = nil,
    constraints: [Constraint] = [], format: String? = nil, isKey: Bool = false,
    requestPart: RequestPart? = nil, span: Span
  ) {
    self.name = name
    self.type = type
    self.column = column
    self.defaultValue = defaultValue
    self.constraints = constraints
    self.format = format
    self.isKey = isKey
    self.requestPart = requestPart
    self.span = span
  }
}

/// A part of a request that is not its body.
public enum RequestPart: Hashable, Sendable {
  /// `@path`: what stands for the field's name in the route.
  case path
  /// `@query`: behind the `?`, under the field's name.
  case query
  /// `@header("X-Tenant")`.
  case header(String)
}

/// A condition on a field; an absent value fulfils it.
public enum Constraint: Sendable {
  /// Inclusive bounds, of the field's type.
  case range(TypedExpression, TypedExpression)
  /// The whole string matches this RE2 expression.
  case pattern(String)
  /// One of these literals, of the field's type.
  case oneOf([TypedExpression])
}

/// A nominal enum. One object per declaration: identity is equality.
public final class EnumType: Hashable, Sendable {
  /// The declared name.
  public let name: String
  /// In declaration order, which is the canonical order.
  public let cases: [String]
  /// Where the name is declared.
  public let span: Span

  /// Makes an enum.
  public init(name: String, cases: [String], span: Span) {
    self.name = name
    self.cases = cases
    self.span = span
  }

  /// One object, one enum.
  public static func == (left: EnumType, right: EnumType) -> Bool { left === right }
  /// By identity.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// `type OrderId = Int`. One object per declaration: identity is equality.
public final class DistinctType: Hashable, Sendable {
  /// The declared name.
  public let name: String
  /// The scalar that it wraps; never distinct itself.
  public let raw: Type
  /// Where the name is declared.
  public let span: Span

  /// Makes a distinct type.
  public init(name: String, raw: Type, span: Span) {
    self.name = name
    self.raw = raw
    self.span = span
  }

  /// One object, one type.
  public static func == (left: DistinctType, right: DistinctType) -> Bool { left === right }
  /// By identity.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// An anonymous record: equal when names and types are equal, in order.
public struct RowType: Hashable, Sendable {
  /// In order.
  public let names: [String]
  /// As many as `names`.
  public let types: [Type]

  /// Makes a row type.
  public init(names: [String], types: [Type]) {
    self.names = names
    self.types = types
  }
}
