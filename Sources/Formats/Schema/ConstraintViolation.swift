public import Columns

/// A value that breaks a constraint of its field.
public struct ConstraintViolation: Sendable {
  /// The row of the batch.
  public let row: Int
  /// The names of the fields that lead to the value, the outermost first.
  public let path: [String]
  /// What was expected and what was found, in one line.
  public let message: String
}

extension Batch {
  /// The first value, row by row, that breaks a constraint of `schema`: for rows that no reader has looked at.
  public func firstViolation(of schema: TableSchema) -> ConstraintViolation? {
    let checks = schema.columns.map { FieldCheck($0) }
    guard checks.contains(where: \.isNeeded) else { return nil }
    for row in 0..<count {
      for (check, column) in zip(checks, columns) {
        if let (path, message) = check.problem(column, row) {
          return ConstraintViolation(row: row, path: path, message: message)
        }
      }
    }
    return nil
  }
}

/// The constraints of a field and of what is inside its values.
private struct FieldCheck {
  let field: FieldSchema
  let own: ConstraintChecker
  let children: [FieldCheck]

  var isNeeded: Bool { !own.isEmpty || children.contains(where: \.isNeeded) }

  init(_ field: FieldSchema) {
    self.field = field
    own = ConstraintChecker(field.constraints)
    children = field.children.map { FieldCheck($0) }
  }

  func problem(_ column: Column, _ row: Int) -> (path: [String], message: String)? {
    guard isNeeded, column.isPresent(row) else { return nil }
    if !own.isEmpty, let (constraint, found) = violation(column, row) {
      return ([field.name], "expected \(Wording.expected(constraint, field.type)), found \(found)")
    }
    switch column.storage {
    case .structure(let columns):
      for (child, column) in zip(children, columns) {
        if let (path, message) = child.problem(column, row) { return ([field.name] + path, message) }
      }
    case .list(let offsets, let values):
      // The values of a map stand behind their keys.
      let elements = if case .map = field.type { values.fields[1] } else { values }
      for element in Int(offsets[row])..<Int(offsets[row + 1]) {
        if let (path, message) = children[0].problem(elements, element) {
          return ([field.name] + path.filter { !$0.isEmpty }, message)
        }
      }
    default: break
    }
    return nil
  }

  /// The constraint that a value breaks, and the value as text.
  private func violation(_ column: Column, _ row: Int) -> (ValueConstraint, String)? {
    let rows = row..<row + 1
    switch column.storage {
    case .int32(let values):
      return own.firstViolation(ofIntegers: values.base, rows: rows, validity: nil).map {
        ($0.constraint, Wording.text(Int64(values[row]), field.type))
      }
    case .int64(let values):
      return own.firstViolation(ofIntegers: values.base, rows: rows, validity: nil).map {
        ($0.constraint, Wording.text(values[row], field.type))
      }
    case .int128(let values):
      return own.firstViolation(ofIntegers: values.base, rows: rows, validity: nil).map {
        ($0.constraint, Wording.text(values[row], field.type))
      }
    case .float64(let values):
      return own.firstViolation(ofFloats: values.base, rows: rows, validity: nil).map {
        ($0.constraint, Wording.text(values[row]))
      }
    case .text(let values, _):
      var memo = PatternMemo()
      return own.firstViolation(ofTexts: values.base, rows: rows, validity: nil, memo: &memo).map {
        ($0.constraint, Wording.quoted(values[row].string))
      }
    default: return nil
    }
  }
}
