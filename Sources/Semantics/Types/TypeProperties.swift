/// What a type can be used for.
extension Type {
  /// Whether it is `.optional`.
  public var isOptional: Bool {
    if case .optional = self { true } else { false }
  }

  /// The type of the present value.
  public var unwrapped: Type {
    if case .optional(let inner) = self { inner } else { self }
  }

  /// The same type, absent or not: never an optional of an optional.
  public var asOptional: Type {
    switch self {
    case .optional, .error: self
    default: .optional(self)
    }
  }

  /// `Int`, `Float`, `Decimal`.
  public var isNumeric: Bool {
    switch self {
    case .int, .float, .decimal: true
    default: false
    }
  }

  /// Whether groups, joins, `distinct` may take it as a key: all scalars but `Float` and `Json`, enums,
  /// distinct types of these, their optionals, and rows of these.
  public var isKey: Bool {
    switch self {
    case .bool, .int, .decimal, .string, .bytes, .date, .timestamp, .duration, .uuid, .enumeration, .error:
      true
    case .distinct(let type): type.raw.isKey
    case .optional(let inner): inner.isKey
    case .row(let row): row.types.allSatisfy(\.isKey)
    default: false
    }
  }

  /// Whether `<` and its kin order it: the scalars but `Json`, enums, distinct types of these.
  public var isOrdered: Bool {
    switch self {
    case .bool, .int, .float, .decimal, .string, .bytes, .date, .timestamp, .duration, .uuid, .enumeration,
      .error:
      true
    case .distinct(let type): type.raw.isOrdered
    default: false
    }
  }

  /// Whether it has a place in the canonical order, so that it can be sorted by: all but what has no value
  /// to compare.
  public var isSortable: Bool {
    switch self {
    case .optional(let inner), .list(let inner): inner.isSortable
    case .row(let row): row.types.allSatisfy(\.isSortable)
    case .record(let record): record.fields.allSatisfy(\.type.isSortable)
    default: isOrdered
    }
  }

  /// Whether `==` is defined.
  public var isEquatable: Bool {
    switch self {
    case .regex, .file, .directory, .secret: false
    case .optional(let inner), .list(let inner), .map(let inner): inner.isEquatable
    case .row(let row): row.types.allSatisfy(\.isEquatable)
    case .record(let record): record.fields.allSatisfy(\.type.isEquatable)
    default: true
    }
  }

  /// Whether it has a text of its own, for interpolation.
  public var hasText: Bool {
    switch self {
    case .bool, .int, .float, .decimal, .string, .date, .timestamp, .duration, .uuid, .enumeration, .error:
      true
    case .distinct(let type): type.raw.hasText
    default: false
    }
  }

  /// Whether it is a secret, or holds one.
  var holdsSecret: Bool {
    switch self {
    case .secret: true
    case .optional(let inner), .list(let inner), .map(let inner): inner.holdsSecret
    case .row(let row): row.types.contains(where: \.holdsSecret)
    default: false
    }
  }

  /// Whether `none` or `[]` without a context, or the value of `fail(...)`, is part of it.
  var isOpen: Bool {
    switch self {
    case .nothing: true
    case .optional(let inner), .list(let inner), .map(let inner): inner.isOpen
    case .row(let row): row.types.contains(where: \.isOpen)
    default: false
    }
  }

  /// Whether a value of `other` is one of this type already, where open and broken parts fit everything.
  func accepts(_ other: Type) -> Bool {
    switch (self, other) {
    case (.error, _), (_, .error), (_, .nothing): true
    case (.optional(let left), .optional(let right)), (.list(let left), .list(let right)),
      (.map(let left), .map(let right)):
      left.accepts(right)
    case (.row(let left), .row(let right)):
      left.names == right.names && zip(left.types, right.types).allSatisfy { $0.accepts($1) }
    default: self == other
    }
  }

  /// The type of a value that is of one or the other: equal types, or one of them absent.
  func joined(with other: Type) -> Type? {
    switch (self, other) {
    case (.error, _), (_, .error): .error
    case (.nothing, _): other
    case (_, .nothing): self
    case (.optional(let left), .optional(let right)), (.optional(let left), let right),
      (let left, .optional(let right)):
      left.joined(with: right)?.asOptional
    case (.list(let left), .list(let right)) where left.isOpen || right.isOpen:
      left.joined(with: right).map { .list($0) }
    case (.map(let left), .map(let right)) where left.isOpen || right.isOpen:
      left.joined(with: right).map { .map($0) }
    default: accepts(other) ? self : nil
    }
  }
}

extension Type: CustomStringConvertible {
  /// The type as it is written.
  public var description: String {
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
    case .list(.nothing): "an empty list"
    case .map(.nothing): "an empty map"
    case .list(let element): "List<\(element)>"
    case .map(let value): "Map<String, \(value)>"
    case .vector(let size): "Vector<\(size)>"
    case .optional(.nothing): "none"
    case .optional(let inner): "\(inner)?"
    case .record(let record): record.name
    case .enumeration(let type): type.name
    case .distinct(let type): type.name
    case .row(let row):
      "row { \(zip(row.names, row.types).map { "\($0): \($1)" }.joined(separator: ", ")) }"
    case .regex: "a regular expression"
    case .file: "File"
    case .directory: "Directory"
    case .secret(let inner): "Secret<\(inner)>"
    case .nothing: "nothing"
    case .error: "an unknown type"
    }
  }
}
