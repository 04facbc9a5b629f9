import Columns
import Diagnosing
import Semantics

extension ExpressionContext {
  /// The texts of the parts, joined.
  func interpolation(_ parts: [TypedExpression]) -> Step {
    let nodes = parts.map { compile($0) }
    let types = parts.map { ColumnType($0.type) }
    let cost = nodes.reduce(20 * nodes.count) { $0 + $1.cost }
    return Step(cost: cost) { scope in
      let data = nodes.map { $0.evaluate(scope) }
      let extent = scope.extent(of: data)
      let parts = zip(data, types).map { TextPart($0, $1) }
      var rows = TextRows(count: extent.count)
      for row in 0..<extent.count {
        for part in parts { part.append(row, to: &rows.bytes) }
        rows.endRow()
      }
      withExtendedLifetime(data) {}
      return extent.datum(rows.storage())
    }
  }
}

/// A part of an interpolation, its column opened once. The pointers are good as long as the datum lives.
private enum TextPart {
  case text(UnsafePointer<TextView>, stride: Int)
  case integer(UnsafePointer<Int64>, stride: Int)
  case other(Datum, ColumnType)

  init(_ datum: Datum, _ type: ColumnType) {
    let stride = datum.isConstant ? 0 : 1
    switch (datum.column.storage, type) {
    case (.text(let views, _), _) where datum.column.validity == nil:
      self = .text(views.base, stride: stride)
    case (.int64(let values), .int) where datum.column.validity == nil:
      self = .integer(values.base, stride: stride)
    default: self = .other(datum, type)
    }
  }

  @inline(__always)
  func append(_ row: Int, to bytes: inout ByteWriter) {
    switch self {
    case .text(let views, let stride): bytes.append(views[row * stride])
    case .integer(let values, let stride): bytes.append { ScalarText.writeInt(values[row * stride], to: $0) }
    case .other(let datum, let type): appendText(datum.column, datum.place(row), type, to: &bytes)
    }
  }
}

/// The text of a value inside of a string: what `"{x}"` gives.
func appendText(_ column: Column, _ row: Int, _ type: ColumnType, to bytes: inout ByteWriter) {
  guard column.isPresent(row) else { return bytes.append("none") }
  switch column.storage {
  case .bits(let bits): bytes.append { ScalarText.writeBool(bits[row], to: $0) }
  case .int32(let values):
    if case .enumeration(let names) = type {
      let index = Int(values[row])
      bytes.append(names.indices.contains(index) ? names[index] : "")
    } else {
      bytes.append { ScalarText.writeDate(values[row], to: $0) }
    }
  case .int64(let values):
    switch type {
    case .timestamp: bytes.append { ScalarText.writeTimestamp(values[row], to: $0) }
    case .duration: bytes.append { ScalarText.writeDuration(values[row], to: $0) }
    default: bytes.append { ScalarText.writeInt(values[row], to: $0) }
    }
  case .float64(let values): bytes.append { ScalarText.writeFloat(values[row], to: $0) }
  case .int128(let values):
    if type == .uuid {
      bytes.append { ScalarText.writeUuid(values[row], to: $0) }
    } else {
      bytes.append { ScalarText.writeDecimal(values[row], to: $0) }
    }
  case .text(let views, _): bytes.append(views[row])
  case .list, .vector, .structure: preconditionFailure("the checker lets only scalars into strings")
  }
}
