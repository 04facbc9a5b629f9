import Columns
import Diagnosing
import Formats
import RegularExpressions
import Semantics

/// A declaration that a file can't be read by: a default that fails, a pattern that does not compile.
public struct SchemaProblem: Error, Sendable {
  /// What is wrong, in one line.
  public let message: String
  /// The field, or the expression.
  public let span: Span
}

extension TableSchema {
  /// The schema of a flow's elements: the fields of a record or row under their names in files, with their
  /// defaults and constraints computed; of another type one column named `value`.
  public init(of element: Type) throws(SchemaProblem) {
    let compiler = ExpressionCompiler()
    var columns: [FieldSchema] = []
    switch element {
    case .record(let record):
      for field in record.fields { columns.append(try FieldSchema(field, compiler)) }
    case .row(let row):
      for (name, type) in zip(row.names, row.types) {
        columns.append(try FieldSchema(named: name, type, compiler))
      }
    default: columns.append(try FieldSchema(named: "value", element, compiler))
    }
    self.init(columns: columns)
  }
}

extension FieldSchema {
  /// A field of a record.
  fileprivate init(_ field: Field, _ compiler: ExpressionCompiler) throws(SchemaProblem) {
    var defaultValue: Column?
    if let expression = field.defaultValue {
      defaultValue = try FieldSchema.constant(expression, compiler)
    } else if field.type.isOptionalType {
      defaultValue = .absent(ColumnType(field.type), count: 1)
    }
    var constraints: [ValueConstraint] = []
    for constraint in field.constraints {
      constraints.append(try FieldSchema.constraint(constraint, field, compiler))
    }
    var format: TimeFormat?
    if let text = field.format {
      do { format = try TimeFormat(text) } catch {
        throw SchemaProblem(message: error.message, span: field.span)
      }
    }
    self.init(
      field.column, ColumnType(field.type), isOptional: field.type.isOptionalType,
      defaultValue: defaultValue, constraints: constraints, format: format,
      children: try FieldSchema.children(of: field.type, compiler))
  }

  /// A field of a row, or the elements of a list.
  fileprivate init(
    named name: String, _ type: Type, _ compiler: ExpressionCompiler
  ) throws(SchemaProblem) {
    self.init(
      name, ColumnType(type), isOptional: type.isOptionalType,
      defaultValue: type.isOptionalType ? .absent(ColumnType(type), count: 1) : nil,
      children: try FieldSchema.children(of: type, compiler))
  }

  private static func children(
    of type: Type, _ compiler: ExpressionCompiler
  ) throws(SchemaProblem) -> [FieldSchema] {
    switch type {
    case .optional(let inner): return try children(of: inner, compiler)
    case .list(let element), .map(let element): return [try FieldSchema(named: "", element, compiler)]
    case .record(let record):
      var fields: [FieldSchema] = []
      for field in record.fields { fields.append(try FieldSchema(field, compiler)) }
      return fields
    case .row(let row):
      var fields: [FieldSchema] = []
      for (name, type) in zip(row.names, row.types) {
        fields.append(try FieldSchema(named: name, type, compiler))
      }
      return fields
    default: return []
    }
  }

  private static func constant(
    _ expression: TypedExpression, _ compiler: ExpressionCompiler
  ) throws(SchemaProblem) -> Column {
    do { return try compiler.evaluateConstant(expression) } catch {
      throw SchemaProblem(message: error.message, span: error.span)
    }
  }

  private static func constraint(
    _ constraint: Constraint, _ field: Field, _ compiler: ExpressionCompiler
  ) throws(SchemaProblem) -> ValueConstraint {
    switch constraint {
    case .range(let low, let high):
      let low = try constant(low, compiler)
      let high = try constant(high, compiler)
      switch (low.storage, high.storage) {
      case (.int64(let a), .int64(let b)): return .intRange(a[0], b[0])
      case (.int32(let a), .int32(let b)): return .intRange(Int64(a[0]), Int64(b[0]))
      case (.float64(let a), .float64(let b)): return .floatRange(a[0], b[0])
      case (.int128(let a), .int128(let b)): return .decimalRange(a[0], b[0])
      default: throw SchemaProblem(message: "`@range` bounds numbers and times only", span: field.span)
      }
    case .pattern(let source):
      do { return .pattern(try RegularExpression(source)) } catch {
        throw SchemaProblem(
          message: "`@pattern` of `\(field.name)` is not a regular expression", span: field.span)
      }
    case .oneOf(let expressions):
      var values: [Column] = []
      for expression in expressions { values.append(try constant(expression, compiler)) }
      guard let first = values.first else { return .oneOfTexts([]) }
      switch first.storage {
      case .int64: return .oneOfInts(values.map { $0.int64s[0] })
      case .int32: return .oneOfInts(values.map { Int64($0.int32s[0]) })
      case .float64: return .oneOfFloats(values.map { $0.floats[0] })
      case .int128: return .oneOfDecimals(values.map { $0.int128s[0] })
      case .text: return .oneOfTexts(values.map { $0.texts[0].string })
      default: throw SchemaProblem(message: "`@one_of` lists scalars only", span: field.span)
      }
    }
  }
}
