import Columns
import Diagnosing

/// One column of some rows: where each field lies.
struct CSVFields {
  let base: UnsafePointer<UInt8>
  /// The end of the first row's field; the next row's is `width` entries further.
  let ends: UnsafePointer<UInt32>
  let width: Int
  let count: Int
  let quote: UInt8
  /// The last field of a row ends before a carriage return.
  let isLast: Bool
  let null: NullMarker?
  let isUTF8: Bool

  /// The bytes of a row's field, quotes and all. 64 bytes from its start can be read.
  @inline(__always)
  subscript(row: Int) -> (start: UnsafePointer<UInt8>, count: Int) {
    let entry = ends + row * width
    let start = base + Int(entry[-1] &+ 1)
    var count = Int(entry[0] &- (entry[-1] &+ 1))
    if isLast, count > 0, start[count - 1] == carriageReturn { count -= 1 }
    return (start, count)
  }
}

/// A value that does not fit.
struct CSVBadValue {
  let row: Int
  /// The constraint it breaks; nil when it is no value of the type at all.
  let constraint: ValueConstraint?
}

/// A value that does not fit, with all that a message needs.
struct CSVValueFault {
  let fields: CSVFields
  let column: CSVColumn
  let bad: CSVBadValue

  func rowFault(plan: CSVPlan, block: TextBlock) -> RowFault {
    let field = column.field
    let (start, count) = fields[bad.row]
    // Row ends are found by entries: the row begins behind the one before its first field.
    let rowStart = Int((fields.ends + bad.row * fields.width - (column.index ?? 0))[-1] &+ 1)
    let position = "\(plan.name):\(block.line(at: rowStart))"
    let isQuoted = count > 0 && start[0] == fields.quote
    let text = CSVQuoting.text(start, count, quote: fields.quote)
    let found = count == 0 ? "an empty field" : Wording.quoted(text)
    if let constraint = bad.constraint {
      return RowFault(
        position: position, column: field.name,
        message: "expected \(Wording.expected(constraint, field.type)), found \(found)")
    }
    if isQuoted, CSVQuoting.content(start, count, quote: fields.quote) == nil {
      return RowFault(
        position: position, column: field.name,
        message: "expected the end of the field after the closing quote",
        help: "a carriage return belongs at the end of the row, or inside of the quotes")
    }
    let isText = [.string, .bytes, .json].contains(field.type)
    if field.type == .string {
      return RowFault(
        position: position, column: field.name, message: "expected text in UTF-8, found \(found)",
        help: "convert the file to UTF-8, as with `iconv`")
    }
    var reason = isText || field.format != nil ? nil : ScalarText.whyNot(field.type, text)
    if isQuoted, field.isOptional, text == plan.dialect.null { reason = "quoted text never means absent" }
    return RowFault(
      position: position, column: field.name,
      message: "expected \(Wording.expected(field)), found \(found)" + (reason.map { ": \($0)" } ?? ""),
      help: isQuoted ? caseHelp(text) : caseHelp(text) ?? absenceHelp(text, plan: plan))
  }

  private func caseHelp(_ text: String) -> String? {
    guard case .enumeration(let cases) = column.field.type else { return nil }
    let near =
      cases.first { $0.lowercased() == text.lowercased() } ?? Suggestion.nearest(to: text, among: cases)
    return near.map { "did you mean `\($0)`?" }
  }

  /// How to read a text that looks like a stand-in for nothing.
  private func absenceHelp(_ text: String, plan: CSVPlan) -> String? {
    let field = column.field
    let name = field.type.languageName
    let marker = text.isEmpty ? "an empty field" : "`\(text)`"
    let looksAbsent =
      text.isEmpty || ["NA", "N/A", "NULL", "null", "\\N", "-", "?", "none", "None"].contains(text)
    guard looksAbsent, name != "enum" || field.isOptional else { return nil }
    if text == plan.dialect.null {
      return field.isOptional ? nil : "declare the field `\(name)?` if \(marker) means absent"
    }
    return field.isOptional
      ? "`null: \"\(text)\"` makes \(marker) mean absent"
      : "declare the field `\(name)?` and give `null: \"\(text)\"` if \(marker) means absent"
  }
}
