import Columns
import Engine
import Formats

/// Some rows of a relation, as the server has sent them.
struct PostgresMorsel: Morsel {
  let plan: PostgresReadPlan
  let rows: CopiedRows
  /// Rows before these.
  let first: Int

  var size: Int { rows.bytes.count }

  func position(ofRow row: Int) -> String { "\(plan.name):\(first + row + 1)" }

  func decode() throws -> Batch {
    let cells = try cells()
    do throws(BadRow) { return try batch(cells, 0..<rows.count) } catch { throw fault(error) }
  }

  func decodeFitting() throws -> DecodedRows {
    let cells = try cells()
    var batches: [Batch] = []
    var refused: [RefusedRow] = []
    var next = 0
    // As many at once as seem to fit: what is behind a bad row is decoded again.
    var count = rows.count
    while next < rows.count || batches.isEmpty {
      let range = next..<min(next + count, rows.count)
      do throws(BadRow) {
        batches.append(try batch(cells, range))
        next = range.upperBound
        count *= 2
      } catch {
        // Those before it fit.
        if let before = try? batch(cells, next..<error.row) { batches.append(before) }
        refused.append(RefusedRow(row: error.row, fault: fault(error), text: text(cells, error.row)))
        next = error.row + 1
        count = 16
      }
    }
    return DecodedRows(.concatenated(batches), refused: refused)
  }

  /// A row that does not fit, by its number in the morsel.
  private struct BadRow: Error {
    var row: Int
    let column: String
    let message: String
    let help: String?
  }

  private func fault(_ bad: BadRow) -> RowFault {
    RowFault(position: position(ofRow: bad.row), column: bad.column, message: bad.message, help: bad.help)
  }

  private func cells() throws -> [Cells] {
    if let cells = rows.cells(width: plan.columns.count) { return cells }
    throw RowFault(
      position: plan.name, message: "the server has sent what are no rows of `COPY` in the binary format",
      help: "connect to a server of PostgreSQL itself, not to one that only speaks its protocol")
  }

  /// The rows of `range`, or the first of them that does not fit, whatever the column.
  private func batch(_ cells: [Cells], _ range: Range<Int>) throws(BadRow) -> Batch {
    do throws(BadRow) {
      return try columns(cells, range)
    } catch {
      // Another column may be wrong in an earlier row.
      _ = try batch(cells, range.lowerBound..<error.row)
      throw error
    }
  }

  private func columns(_ cells: [Cells], _ range: Range<Int>) throws(BadRow) -> Batch {
    let reading = ColumnReading(bytes: rows.bytes)
    var columns = plan.schema.columns.map { field in
      // Of those that are not read: what stands for a missing one.
      field.defaultValue.map { $0.repeated(range.count) }
        ?? (field.isOptional
          ? .absent(field.type, count: range.count) : Column(count: range.count, storage: .structure([])))
    }
    for (cells, column) in zip(cells, plan.columns) {
      do throws(CellProblem) {
        columns[column.index] = try reading.column(column.codec, column.field, cells[range])
      } catch {
        throw BadRow(
          row: range.lowerBound + error.row, column: column.field.name, message: error.message,
          help: error.help)
      }
    }
    if let violation = Batch(count: range.count, columns: columns).firstViolation(of: plan.schema) {
      throw BadRow(
        row: range.lowerBound + violation.row, column: violation.path.joined(separator: "."),
        message: violation.message, help: nil)
    }
    for index in columns.indices where plan.needed?[index] == false {
      columns[index] = Column(count: range.count, storage: .structure([]))
    }
    return Batch(count: range.count, columns: columns)
  }

  /// A row as JSON, with those of its values that can be read.
  private func text(_ cells: [Cells], _ row: Int) -> String {
    let reading = ColumnReading(bytes: rows.bytes)
    var fields: [FieldSchema] = []
    var columns: [Column] = []
    for (cells, column) in zip(cells, plan.columns) {
      let field = FieldSchema(
        column.field.name, column.field.type, isOptional: true, children: column.field.children)
      guard let value = try? reading.column(column.codec, field, cells[row..<row + 1]) else { continue }
      fields.append(field)
      columns.append(value)
    }
    let writer = JSONLinesWriter(schema: TableSchema(columns: fields))
    let line = (try? writer.encode(Batch(count: 1, columns: columns))) ?? []
    return String(decoding: line.dropLast(), as: UTF8.self)
  }
}
