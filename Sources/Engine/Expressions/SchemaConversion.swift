import Columns
import Formats
import RegularExpressions
import Semantics

/// Turns the types of a program into the schemas that values are read and written by.
public struct SchemaConversion {
  private let constants: ExpressionCompiler

  /// Defaults and bounds are constants, which `constants` evaluates.
  public init(constants: ExpressionCompiler) { self.constants = constants }

  /// The schema of elements of a type: a column for each field of a record or row, else one named `value`.
  public func schema(of element: Type) throws(RowFailure) -> TableSchema {
    switch element {
    case .record(let record):
      var columns: [FieldSchema] = []
      for field in record.fields { columns.append(try schema(of: field)) }
      return TableSchema(columns: columns)
    case .row(let row):
      var columns: [FieldSchema] = []
      for (name, type) in zip(row.names, row.types) { columns.append(try schema(name, type)) }
      return TableSchema(columns: columns)
    default: return TableSchema(columns: [try schema("value", element)], isRecord: false)
    }
  }

  /// The schema of a value of a type, as a column of this name.
  public func field(_ name: String, of type: Type) throws(RowFailure) -> FieldSchema {
    try schema(name, type)
  }

  private func schema(of field: Field) throws(RowFailure) -> FieldSchema {
    var constraints: [ValueConstraint] = []
    for constraint in field.constraints {
      if let known = try converted(constraint) { constraints.append(known) }
    }
    var defaultValue: Column?
    if let value = field.defaultValue { defaultValue = try constants.evaluateConstant(value) }
    return try schema(
      field.column, field.type, defaultValue: defaultValue, constraints: constraints,
      // The checker has refused what is no format.
      format: field.format.flatMap { try? TimeFormat($0) })
  }

  private func schema(
    _ name: String, _ type: Type, defaultValue: Column? = nil, constraints: [ValueConstraint] = [],
    format: TimeFormat? = nil
  ) throws(RowFailure) -> FieldSchema {
    FieldSchema(
      name, ColumnType(type), isOptional: type.isOptional, defaultValue: defaultValue,
      constraints: constraints, format: format, children: try children(of: type))
  }

  private func children(of type: Type) throws(RowFailure) -> [FieldSchema] {
    switch type.plain {
    case .list(let element), .map(let element): return [try schema("", element)]
    case .record, .row: return try schema(of: type.plain).columns
    default: return []
    }
  }

  private func converted(_ constraint: Constraint) throws(RowFailure) -> ValueConstraint? {
    switch constraint {
    case .pattern(let source): return (try? RegularExpression(source)).map { .pattern($0) }
    case .range(let low, let high):
      let low = try constants.evaluateConstant(low)
      let high = try constants.evaluateConstant(high)
      switch low.storage {
      case .int32: return .intRange(Int64(low.int32s[0]), Int64(high.int32s[0]))
      case .int64: return .intRange(low.int64s[0], high.int64s[0])
      case .float64: return .floatRange(low.floats[0], high.floats[0])
      case .int128: return .decimalRange(low.int128s[0], high.int128s[0])
      default: return nil
      }
    case .oneOf(let values):
      var columns: [Column] = []
      for value in values { columns.append(try constants.evaluateConstant(value)) }
      switch columns.first?.storage {
      case .int32: return .oneOfInts(columns.map { Int64($0.int32s[0]) })
      case .int64: return .oneOfInts(columns.map { $0.int64s[0] })
      case .float64: return .oneOfFloats(columns.map { $0.floats[0] })
      case .int128: return .oneOfDecimals(columns.map { $0.int128s[0] })
      case .text: return .oneOfTexts(columns.map { $0.texts[0].string })
      default: return nil
      }
    }
  }
}
