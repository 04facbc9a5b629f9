import Columns
import Diagnosing
import Semantics
import Syntax

/// Values as people read them, for faults and failed checks; few rows ever.
struct RowText {
  private static let longest = 60

  /// What is not shown.
  var redaction = Redaction.none

  /// All columns of a row: `carrier: "UA", delay: none`. Columns that nobody reads are left out.
  func row(_ batch: Batch, _ row: Int, _ element: Type) -> String {
    guard element.isStructure else {
      return redaction.hides(LabelledColumns.all) ? Redaction.text : value(batch.columns[0], row, element)
    }
    let fields = zip(element.fieldNames, zip(batch.columns, element.fieldTypes))
    var parts: [String] = []
    for (index, (name, (column, type))) in fields.enumerated() where !column.isPlaceholder(for: type) {
      parts.append("\(name): \(redaction.hides(index) ? Redaction.text : shown(column, row, type))")
    }
    return parts.joined(separator: ", ")
  }

  /// A field: what is inside of it is hidden or shown as a whole.
  private func shown(_ column: Column, _ row: Int, _ type: Type) -> String {
    RowText().value(column, row, type)
  }

  /// One value.
  func value(_ column: Column, _ row: Int, _ type: Type) -> String {
    guard column.isPresent(row) else { return "none" }
    switch type {
    case .optional(let inner): return value(column.assumingPresent, row, inner)
    case .distinct(let distinct): return value(column, row, distinct.raw)
    case .string: return quoted(column.texts[row].string)
    case .json: return shortened(column.texts[row].string)
    case .bytes: return "\(column.texts[row].count) bytes"
    case .enumeration(let type):
      let index = Int(column.int32s[row])
      return type.cases.indices.contains(index) ? ".\(type.cases[index])" : "\(index)"
    case .bool, .int, .float, .decimal, .date, .timestamp, .duration, .uuid:
      return scalar(column.sliced(row..<row + 1), type)
    case .list(let element):
      let (offsets, values) = column.lists
      let range = Int(offsets[row])..<Int(offsets[row + 1])
      let shown = range.prefix(5).map { value(values, $0, element) }
      return "[" + (shown + (range.count > 5 ? ["..."] : [])).joined(separator: ", ") + "]"
    case .map: return "a map of \(column.lists.offsets[row + 1] - column.lists.offsets[row])"
    case .vector(let width): return "a vector of \(width)"
    case .record, .row:
      return "{ " + self.row(Batch(count: column.count, columns: column.fields), row, type) + " }"
    case .regex, .file, .directory, .secret, .nothing, .error: return "..."
    }
  }

  /// A scalar's text is what interpolation gives.
  private func scalar(_ column: Column, _ type: Type) -> String {
    let span = Span(FileID(0), 0, 0)
    let local = Local(id: 0, name: "value", type: type)
    let text = TypedExpression(
      .interpolation([TypedExpression(.local(local), type, span)]), .string, span)
    let result = ExpressionCompiler().compile(text, inputs: [local]).evaluate(column)
    return withExtendedLifetime(result) { result.column.texts[0].string }
  }

  private func quoted(_ text: String) -> String {
    "\"" + shortened(text).replacingLineBreaks + "\""
  }

  private func shortened(_ text: String) -> String {
    text.count <= RowText.longest ? text : text.prefix(RowText.longest) + "..."
  }
}

extension String {
  fileprivate var replacingLineBreaks: String {
    String(
      flatMap { character -> [Character] in
        character.isNewline ? ["\\", "n"] : character == "\"" ? ["\\", "\""] : [character]
      })
  }
}

extension Column {
  /// Whether this stands for a column of `type` that nobody reads.
  func isPlaceholder(for type: Type) -> Bool {
    guard case .structure(let fields) = storage, fields.isEmpty else { return false }
    return type.plain.fieldCount > 0
  }
}

extension Type {
  /// The names of a record's or row's fields.
  var fieldNames: [String] {
    switch self {
    case .record(let record): record.fields.map(\.name)
    case .row(let row): row.names
    default: []
    }
  }

  /// The types of a record's or row's fields.
  var fieldTypes: [Type] {
    switch self {
    case .record(let record): record.fields.map(\.type)
    case .row(let row): row.types
    default: []
    }
  }
}
