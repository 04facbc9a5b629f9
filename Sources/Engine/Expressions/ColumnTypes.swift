import Columns
import Semantics

extension ColumnType {
  /// What a column of `type` holds; an optional type gives that of the value it may hold.
  public init(_ type: Type) {
    switch type {
    case .bool, .nothing, .error: self = .bool
    case .int: self = .int
    case .float: self = .float
    case .decimal: self = .decimal
    case .string, .regex, .file, .directory: self = .string
    case .bytes: self = .bytes
    case .date: self = .date
    case .timestamp: self = .timestamp
    case .duration: self = .duration
    case .uuid: self = .uuid
    case .json: self = .json
    case .list(let element): self = .list(ColumnType(element))
    case .map(let value): self = .map(ColumnType(value))
    case .vector(let width): self = .vector(width)
    case .optional(let wrapped), .secret(let wrapped): self = ColumnType(wrapped)
    case .record(let record):
      self = .structure(record.fields.map { ColumnField($0.name, of: $0.type) })
    case .row(let row):
      self = .structure(zip(row.names, row.types).map { ColumnField($0, of: $1) })
    case .enumeration(let type): self = .enumeration(type.cases)
    case .distinct(let type): self = ColumnType(type.raw)
    }
  }
}

extension ColumnField {
  /// A column named `name` of values of `type`.
  public init(_ name: String, of type: Type) {
    self.init(name, ColumnType(type), isOptional: type.isOptionalType)
  }

  /// The columns of a flow's elements: the fields of a record or row, else one column named `value`.
  public static func columns(of element: Type) -> [ColumnField] {
    if element.isStructure, case .structure(let fields) = ColumnType(element) { return fields }
    return [ColumnField("value", of: element)]
  }
}

extension Type {
  /// Whether values may be absent.
  var isOptionalType: Bool {
    if case .optional = self { return true }
    return false
  }

  /// Whether a flow of it has a column for each field.
  var isStructure: Bool {
    switch self {
    case .record, .row: true
    default: false
    }
  }

  /// Without optional and distinct wrappers: what the kernels see.
  var plain: Type {
    switch self {
    case .optional(let wrapped): wrapped.plain
    case .distinct(let type): type.raw.plain
    default: self
    }
  }
}

extension Batch {
  /// The elements as one column: a structure of the batch's columns, not copied, where `element` is a record
  /// or row.
  public func elements(of element: Type) -> Column {
    element.isStructure ? Column(count: count, storage: .structure(columns)) : columns[0]
  }

  /// The rows of a column of elements: the fields of a record or row, not copied, else the one column.
  public init(elements: Column, of element: Type, tags: RowTags? = nil) {
    self.init(count: elements.count, columns: element.isStructure ? elements.fields : [elements], tags: tags)
  }
}
