import Columns
import Diagnosing
import Hashing
import Semantics

extension ExpressionContext {
  /// `mask(x)`: the same text for every value. What is masked may still fail.
  func mask(_ value: Step) -> Step {
    let text = Step(literal: Datum(constant: Literal.string("***").column(of: .string)))
    if value.path != nil || value.literal != nil { return text }
    return Step(cost: value.cost) { scope in
      _ = value.evaluate(scope)
      return text.evaluate(scope)
    }
  }

  /// `hash(x, key:)`: the HMAC-SHA-256 of the text of each value, or of its bytes.
  func keyedHash(_ value: Step, _ type: Type, key: Step) -> Step {
    let type = ColumnType(type)
    return Step(cost: value.cost + key.cost + 1000) { scope in
      let data = [value.evaluate(scope), key.evaluate(scope)]
      let (values, keys) = (data[0], data[1].column.texts)
      let extent = scope.extent(of: data)
      var rows = TextRows(count: extent.count)
      var text = ByteWriter()
      // One key for all rows, but for a choice between two.
      var known: (key: TextView, hash: KeyedHash)?
      for row in 0..<extent.count {
        text.removeAll()
        if type == .bytes {
          text.append(values.column.texts[values.place(row)])
        } else {
          appendText(values.column, values.place(row), type, to: &text)
        }
        let key = keys[data[1].place(row)]
        let hash: KeyedHash
        if let known, known.key == key {
          hash = known.hash
        } else {
          hash = key.withBytes { KeyedHash(key: $0) }
        }
        known = (key, hash)
        rows.bytes.append(text.withBytes { hash.hex($0) })
        rows.endRow()
      }
      withExtendedLifetime(data) {}
      return extent.datum(rows.storage())
    }
  }

  /// `fault_of(failed)`: what failed, as JSON where JSON can hold it, and where and why.
  func fault(_ failed: Step, _ type: Type, _ span: Span) -> Step {
    var input = Type.error
    if case .row(let row) = type, let first = row.types.first { input = first }
    func text(_ value: String) -> Step {
      Step(literal: Datum(constant: Literal.string(value).column(of: .string)))
    }
    let fields = [
      field(failed, 2), text(""), text(""), text("failed"), field(failed, 1),
      input.isJsonShaped ? jsonEncode(field(failed, 0), input, span) : text(""),
    ]
    return structure(of: fields)
  }
}
