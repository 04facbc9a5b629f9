import Columns
import Diagnosing
import Semantics

extension ExpressionContext {
  /// `s.to_int()` and its kin: a text that spells no such value fails.
  func reading(_ builtin: Builtin, _ nodes: [Step], format: String?, _ span: Span) -> Step {
    let s = nodes[0]
    switch builtin {
    case .stringToInt:
      return unaryStep(s, cost: 30) { scope, s in
        s.extent.datum(.int64(read(scope, s, span, .int, "an `Int`", 0) { ScalarText.parseInt($0) }))
      }
    case .stringToFloat:
      return unaryStep(s, cost: 40) { scope, s in
        s.extent.datum(.float64(read(scope, s, span, .float, "a `Float`", 0) { ScalarText.parseFloat($0) }))
      }
    case .stringToDecimal:
      return unaryStep(s, cost: 40) { scope, s in
        s.extent.datum(
          .int128(read(scope, s, span, .decimal, "a `Decimal`", 0) { ScalarText.parseDecimal($0) }))
      }
    case .toUuid:
      return unaryStep(s, cost: 40) { scope, s in
        s.extent.datum(.int128(read(scope, s, span, .uuid, "a `Uuid`", 0) { ScalarText.parseUuid($0) }))
      }
    default:
      return times(isDate: builtin == .toDate, nodes, format: format, span)
    }
  }

  /// `to_date(format)`, `to_timestamp(format)`: the format is a literal, or as many as there are rows.
  private func times(isDate: Bool, _ nodes: [Step], format: String?, _ span: Span) -> Step {
    guard let format else {
      return binaryStep(nodes[0], nodes[1], cost: 300) { scope, s, formats in
        let extent = scope.extent(s, formats)
        var known: [String: TimeFormat?] = [:]
        let result = Buffer<Int64>(repeating: 0, count: extent.count)
        for row in 0..<extent.count {
          let text = s.column.texts[s.place(row)]
          let source = formats.column.texts[formats.place(row)].string
          let format = known[source] ?? (try? TimeFormat(source))
          known[source] = format
          let value = source.isEmpty ? readTime(text, isDate) : format.flatMap { readTime(text, isDate, $0) }
          if let value {
            result.base[row] = value
          } else {
            scope.fail(extent, row, at: span, timeMessage(text, isDate, source))
          }
        }
        return timeDatum(extent, result, isDate)
      }
    }
    let parsed = format.isEmpty ? nil : try? TimeFormat(format)
    return unaryStep(nodes[0], cost: 60) { scope, s in
      let result = Buffer<Int64>(repeating: 0, count: s.column.count)
      for row in 0..<s.column.count {
        let text = s.column.texts[row]
        let value =
          format.isEmpty ? readTime(text, isDate) : parsed.flatMap { readTime(text, isDate, $0) }
        if let value {
          result.base[row] = value
        } else {
          scope.fail(s.extent, row, at: span, timeMessage(text, isDate, format))
        }
      }
      return timeDatum(s.extent, result, isDate)
    }
  }
}

@inline(__always)
private func read<Value: BitwiseCopyable>(
  _ scope: Scope, _ s: Datum, _ span: Span, _ type: ColumnType, _ noun: String, _ zero: Value,
  _ parse: (UnsafeBufferPointer<UInt8>) -> Value?
) -> Buffer<Value> {
  let count = s.column.count
  let views = s.column.texts
  let result = Buffer<Value>(uninitialized: count)
  for row in 0..<count {
    if let value = views.base[row].withBytes(parse) {
      result.base[row] = value
    } else {
      result.base[row] = zero
      scope.fail(s.extent, row, at: span, notOne(views.base[row], noun, type))
    }
  }
  return result
}

private func notOne(_ view: TextView, _ noun: String, _ type: ColumnType) -> String {
  let text = view.string
  let reason = ScalarText.whyNot(type, text).map { ": \($0)" } ?? ""
  return "`\(shortened(text))` is not \(noun)\(reason)"
}

/// At most 60 characters of a text, for messages.
func shortened(_ text: String) -> String {
  text.unicodeScalars.count <= 60 ? text : "\(String(text.prefix(57)))..."
}

private func readTime(_ text: TextView, _ isDate: Bool) -> Int64? {
  text.withBytes { isDate ? ScalarText.parseDate($0).map { Int64($0) } : ScalarText.parseTimestamp($0) }
}

private func readTime(_ text: TextView, _ isDate: Bool, _ format: TimeFormat) -> Int64? {
  text.withBytes { isDate ? format.parseDate($0).map { Int64($0) } : format.parseTimestamp($0) }
}

private func timeMessage(_ text: TextView, _ isDate: Bool, _ format: String) -> String {
  let noun = isDate ? "a `Date`" : "a `Timestamp`"
  if format.isEmpty { return notOne(text, noun, isDate ? .date : .timestamp) }
  if let problem = TimeFormat.problem(in: format) {
    return "`\(format)` is not a format of times: \(problem)"
  }
  return "`\(shortened(text.string))` is not \(noun) of the format `\(format)`"
}

private func timeDatum(_ extent: Extent, _ values: Buffer<Int64>, _ isDate: Bool) -> Datum {
  guard isDate else { return extent.datum(.int64(values)) }
  return extent.datum(.int32(mapRows(values, extent.count) { Int32(truncatingIfNeeded: $0) }))
}
