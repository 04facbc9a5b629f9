import Columns
import Semantics

/// A difference of rows for people: a table with `-` before what was expected, `+` before what came, and `^` under
/// the fields that changed; row by row, field by field, where a table would be too wide.
struct DifferenceText {
  /// The most entries that are shown.
  private static let mostEntries = 20
  /// The most characters of a value.
  private static let widest = 40
  /// The most columns of a terminal that a table may take.
  private static let widestTable = 110

  private let difference: RowDifference
  private var values = ValueText()

  init(_ difference: RowDifference) { self.difference = difference }

  /// In a few words: "1 row differs, 2 are missing".
  var summary: String {
    if difference.isOrderOnly { return "the rows are the same, in another order" }
    var changed = 0
    var missing = 0
    var surplus = 0
    for entry in difference.entries {
      switch entry {
      case .changed: changed += 1
      case .missing: missing += 1
      case .surplus: surplus += 1
      }
    }
    let counts = [
      (changed, "differs", "differ"), (missing, "is missing", "are missing"),
      (surplus, "is too many", "are too many"),
    ]
    var parts: [String] = []
    for (count, one, many) in counts where count > 0 {
      let noun = parts.isEmpty ? count == 1 ? " row" : " rows" : ""
      parts.append("\(count)\(noun) \(count == 1 ? one : many)")
    }
    return parts.joined(separator: ", ")
  }

  /// Each ends with a line break.
  mutating func lines() -> String {
    let shown = difference.entries.prefix(Self.mostEntries)
    let table = table(shown)
    var text = table ?? list(shown)
    let rest = difference.entries.count - shown.count
    var notes: [String] = []
    if rest > 0 { notes.append("\(rest) more \(rest == 1 ? "row differs" : "rows differ")") }
    if !difference.isOrderOnly, difference.equalCount > 0 {
      notes.append(
        "\(difference.equalCount) \(difference.equalCount == 1 ? "row is" : "rows are") as expected")
    }
    if !notes.isEmpty { text += "    (\(notes.joined(separator: "; ")))\n" }
    return text
  }

  // MARK: The table

  private struct Line {
    let mark: String
    let cells: [String]
    /// The fields that get a mark below.
    var changed: [Int] = []
  }

  private var fieldNames: [String] {
    difference.element.fields.isEmpty ? ["value"] : difference.element.fields.map(\.name)
  }

  private mutating func cells(_ column: Column, _ row: Int) -> [String] {
    let fields = difference.element.fields
    if fields.isEmpty { return [shortened(values.cell(column, row, difference.element))] }
    var cells: [String] = []
    for (index, field) in fields.enumerated() {
      cells.append(shortened(values.cell(column.fields[index], row, field.type)))
    }
    return cells
  }

  private func shortened(_ text: String) -> String {
    text.count <= Self.widest ? text : "\(text.prefix(Self.widest - 1))…"
  }

  /// Nil where it is too wide.
  private mutating func table(_ entries: ArraySlice<RowDifference.Entry>) -> String? {
    var lines = [Line(mark: " ", cells: fieldNames)]
    for entry in entries {
      switch entry {
      case .missing(let row): lines.append(Line(mark: "-", cells: cells(difference.expected, row)))
      case .surplus(let row): lines.append(Line(mark: "+", cells: cells(difference.found, row)))
      case .changed(let row, let other, let fields):
        lines.append(Line(mark: "-", cells: cells(difference.expected, row)))
        lines.append(Line(mark: "+", cells: cells(difference.found, other), changed: fields))
      }
    }
    let widths = fieldNames.indices.map { index in lines.map { $0.cells[index].count }.max() ?? 0 }
    guard widths.reduce(0, { $0 + $1 + 2 }) <= Self.widestTable else { return nil }
    let isRight =
      (difference.element.fields.isEmpty ? [difference.element] : difference.element.fields.map(\.type))
      .map(\.isNumber)
    var text = ""
    for line in lines {
      text += padded(line.mark, line.cells, widths, isRight)
      guard !line.changed.isEmpty, fieldNames.count > 1 else { continue }
      let marks = line.cells.indices.map { index in
        line.changed.contains(index) ? String(repeating: "^", count: max(line.cells[index].count, 1)) : ""
      }
      text += padded(" ", marks, widths, isRight)
    }
    return text
  }

  private func padded(_ mark: String, _ cells: [String], _ widths: [Int], _ isRight: [Bool]) -> String {
    var line = "    \(mark) "
    for (index, cell) in cells.enumerated() {
      let space = String(repeating: " ", count: widths[index] - cell.count)
      line += (index > 0 ? "  " : "") + (isRight[index] ? space + cell : cell + space)
    }
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }

  // MARK: Field by field

  private mutating func list(_ entries: ArraySlice<RowDifference.Entry>) -> String {
    let fields = difference.element.fields
    let keys = fields.indices.filter { fields[$0].isKey }
    var text = ""
    for entry in entries {
      switch entry {
      case .missing(let row): text += whole("-", cells(difference.expected, row))
      case .surplus(let row): text += whole("+", cells(difference.found, row))
      case .changed(let row, let other, let changed):
        let old = cells(difference.expected, row)
        let new = cells(difference.found, other)
        // What says which row it is: its key, or the first fields that are the same.
        let same = keys.isEmpty ? Array(fields.indices.filter { !changed.contains($0) }.prefix(3)) : keys
        text += whole(" ", same.map { old[$0] }, same.map { fieldNames[$0] })
        for field in changed {
          text +=
            "        - \(fieldNames[field]): \(old[field])\n        + \(fieldNames[field]): \(new[field])\n"
        }
      }
    }
    return text
  }

  private func whole(_ mark: String, _ cells: [String], _ names: [String]? = nil) -> String {
    let parts = zip(names ?? fieldNames, cells).map { "\($0): \($1)" }
    return "    \(mark) \(parts.joined(separator: ", "))\n"
  }
}

extension Type {
  /// Whether its values stand to the right.
  fileprivate var isNumber: Bool {
    switch self {
    case .int, .float, .decimal, .duration: true
    case .optional(let inner): inner.isNumber
    case .distinct(let type): type.raw.isNumber
    default: false
    }
  }
}
