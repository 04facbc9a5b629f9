import Columns
import Diagnosing

/// Where each declared column stands in a file, and how it is read. Shared by all blocks of the file.
struct CSVPlan: Sendable {
  let name: String
  let dialect: CSVDialect
  /// Fields of each row.
  let fieldCount: Int
  let columns: [CSVColumn]
}

/// A declared column.
struct CSVColumn: Sendable {
  let field: FieldSchema
  /// Which field of a row; nil where the file has none, and the column is absent or the default.
  let index: Int?
  /// Whether anything downstream reads it; validated in any case.
  let isNeeded: Bool
  let checker: ConstraintChecker
  /// The cases of an enum.
  let cases: NameTable?
  /// The unquoted text that means absent; nil where it means nothing.
  let null: NullMarker?

  init(_ field: FieldSchema, index: Int?, isNeeded: Bool, dialect: CSVDialect) {
    self.field = field
    self.index = index
    self.isNeeded = isNeeded
    checker = ConstraintChecker(field.constraints)
    cases = if case .enumeration(let names) = field.type { NameTable(names) } else { nil }
    null = field.isOptional ? NullMarker(dialect.null) : nil
  }
}

/// The text that means absent.
///
/// Unchecked because it is only read after `init`.
struct NullMarker: @unchecked Sendable {
  private let arena = TextArena()
  private let view: TextView
  /// Whether it could be the text of a value, too: then it is looked for first.
  let mayBeValue: Bool

  init(_ text: String) {
    view = arena.add(text)
    mayBeValue = !text.isEmpty && text != "NA" && text != "NULL" && text != "null" && text != "\\N"
  }

  /// 16 bytes at `start` can be read.
  @inline(__always)
  func equals(_ start: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    count == view.count && TextView(padded: start, count: count) == view
  }
}

extension CSVPlan {
  /// Fits the schema to a header.
  init(
    name: String, header: [String], schema: TableSchema, dialect: CSVDialect, needed: [Bool]?
  ) throws {
    let position = "\(name):1"
    let columns = try schema.columns.enumerated().map { order, field -> CSVColumn in
      let found = header.indices.filter { header[$0] == field.name }
      if found.count > 1 {
        throw RowFault(
          position: position, column: field.name, message: "the header names the column \(found.count) times")
      }
      if found.isEmpty, !field.isOptional, field.defaultValue == nil {
        throw Self.missing(field, header, position)
      }
      return CSVColumn(field, index: found.first, isNeeded: needed?[order] ?? true, dialect: dialect)
    }
    if dialect.refusesUnknown {
      let known = Set(schema.columns.map(\.name))
      if let unknown = header.first(where: { !known.contains($0) }) {
        let nearest = Suggestion.nearest(to: unknown, among: known.subtracting(header).sorted())
        throw RowFault(
          position: position, column: unknown,
          message: "the record has no such column, and unknown ones are refused",
          help: nearest.map { "did you mean `\($0)`?" } ?? "declare it, or leave `unknown: fail` out")
      }
    }
    self.init(name: name, dialect: dialect, fieldCount: header.count, columns: columns)
  }

  /// Fits the schema to rows without a header, of which the first has `fieldCount` fields.
  init(
    name: String, fieldCount: Int, schema: TableSchema, dialect: CSVDialect, needed: [Bool]?
  ) throws {
    let position = "\(name):1"
    let columns = try schema.columns.enumerated().map { order, field -> CSVColumn in
      if order >= fieldCount, !field.isOptional, field.defaultValue == nil {
        throw RowFault(
          position: position, column: field.name,
          message: "the rows have \(plural(fieldCount, "field")), the column would be number \(order + 1)",
          help: "without a header the columns come in the order of the record's fields")
      }
      return CSVColumn(
        field, index: order < fieldCount ? order : nil, isNeeded: needed?[order] ?? true, dialect: dialect)
    }
    if dialect.refusesUnknown, fieldCount > columns.count {
      throw RowFault(
        position: position,
        message:
          "the rows have \(plural(fieldCount, "field")), the record \(columns.count), and unknown ones are refused"
      )
    }
    self.init(name: name, dialect: dialect, fieldCount: fieldCount, columns: columns)
  }

  private static func missing(_ field: FieldSchema, _ header: [String], _ position: String) -> RowFault {
    let nearest = Suggestion.nearest(to: field.name, among: header)
    let names = Wording.list(header.map { "`\($0)`" })
    return RowFault(
      position: position, column: field.name, message: "the header has no such column; there are \(names)",
      help: nearest.map { "did you mean `\($0)`? `@name(\"\($0)\")` reads it" }
        ?? "make the field optional, give it a default, or name its column with `@name(\"...\")`")
  }
}

func plural(_ count: Int, _ noun: String) -> String { count == 1 ? "1 \(noun)" : "\(count) \(noun)s" }
