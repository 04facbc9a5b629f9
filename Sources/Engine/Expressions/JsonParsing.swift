import Columns
import Diagnosing
import Formats
import Semantics

extension ExpressionContext {
  /// `json.parse<T>(x)`: read as a source reads it, constraints and defaults included.
  func jsonParse(_ value: Step, _ type: Type, _ span: Span) -> Step {
    let schema: TableSchema
    switch converted(type) {
    case .success(let known): schema = known
    case .failure(let failure): return unreadable(failure, type)
    }
    let zero = Column.zeros(ColumnType(type), count: 1)
    let isOptional = type.isOptional
    return unaryStep(value, cost: Step.dear) { scope, s in
      let count = s.column.count
      let parser = JSONRowParser(schema: schema)
      let rows = Buffer<Int32>(uninitialized: count)
      let sources = Buffer<UInt32>(repeating: 0, count: count)
      var hasFailed = false
      for row in 0..<count {
        rows.base[row] = Int32(truncatingIfNeeded: row)
        guard let problem = s.column.texts[row].withBytes({ parser.append($0) }) else { continue }
        scope.fail(s.extent, row, at: span, "this is not \(article(type)): \(problem)")
        hasFailed = true
        rows.base[row] = 0
        sources.base[row] = 1
      }
      var column = parser.finish()
      if hasFailed { column = .interleaved([column, zero], Choices(source: sources, row: rows)) }
      return s.with(isOptional ? column : column.assumingPresent)
    }
  }

  /// `json.encode(x)`: written as a sink writes it.
  func jsonEncode(_ value: Step, _ type: Type, _ span: Span) -> Step {
    let schema: TableSchema
    switch converted(type) {
    case .success(let known): schema = known
    case .failure(let failure): return unreadable(failure, .string)
    }
    let writer = JSONLinesWriter(schema: schema)
    return unaryStep(value, cost: 200) { scope, x in
      var texts = TextRows(count: x.column.count)
      let batch = Batch(elements: x.column, of: type)
      if let lines = try? writer.encode(batch) {
        append(lines, to: &texts)
      } else {
        // Some row has a value that JSON cannot write: find out which.
        for row in 0..<batch.count {
          do {
            append(try writer.encode(batch.sliced(row..<row + 1)), to: &texts)
          } catch {
            texts.endRow()
            let reason = (error as? RowFault)?.message ?? "\(error)"
            scope.fault(x.extent, row, at: span, reason)
          }
        }
      }
      return x.extent.datum(texts.storage())
    }
  }

  private func converted(_ type: Type) -> Result<TableSchema, RowFailure> {
    do throws(RowFailure) {
      return .success(try SchemaConversion(constants: compiler).schema(of: type))
    } catch {
      return .failure(error)
    }
  }

  /// A default or a bound of the type has no value, so no row has one.
  private func unreadable(_ failure: RowFailure, _ type: Type) -> Step {
    let zero = Datum(constant: .zeros(ColumnType(type), count: 1))
    return Step(cost: Step.dear) { scope in
      scope.repeatFailure(failure)
      return zero
    }
  }
}

private func article(_ type: Type) -> String {
  let name = "\(type)"
  return "\("AEIOaeio".contains(name.prefix(1)) ? "an" : "a") `\(name)`"
}

/// Each line is a row.
private func append(_ lines: [UInt8], to texts: inout TextRows) {
  lines.withUnsafeBufferPointer { bytes in
    var start = 0
    for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
      texts.bytes.append(UnsafeBufferPointer(rebasing: bytes[start..<index]))
      texts.endRow()
      start = index + 1
    }
  }
}
