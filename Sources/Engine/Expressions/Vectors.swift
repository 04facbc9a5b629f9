import Columns
import Hashing
import Semantics

extension ExpressionContext {
  func vector(_ builtin: Builtin, _ nodes: [Step]) -> Step {
    if builtin == .norm {
      return unaryStep(nodes[0], cost: 100) { scope, v in
        products(scope.extent(v), v, v) { product, _, _ in product.squareRoot() }
      }
    }
    if builtin == .dot {
      return binaryStep(nodes[0], nodes[1], cost: 100) { scope, v, w in
        products(scope.extent(v, w), v, w) { product, _, _ in product }
      }
    }
    return binaryStep(nodes[0], nodes[1], cost: 300) { scope, v, w in
      products(scope.extent(v, w), v, w) { product, a, b in
        product / (scalarProduct(a, a).squareRoot() * scalarProduct(b, b).squareRoot())
      }
    }
  }

  /// `sha256`, `base64` of a string or bytes.
  func encoding(_ builtin: Builtin, _ value: Step) -> Step {
    unaryStep(value, cost: builtin == .sha256 ? 500 : 60) { _, s in
      var rows = TextRows(count: s.column.count)
      for row in 0..<s.column.count {
        s.column.texts[row].withBytes { bytes in
          if builtin == .sha256 {
            rows.bytes.append(SHA256Hash.hex(UnsafeRawBufferPointer(bytes)))
          } else {
            let size = Base64.encodedCount(bytes.count)
            Base64.encode(bytes, to: rows.bytes.reserve(size))
            rows.bytes.advance(size)
          }
        }
        rows.endRow()
      }
      return s.extent.datum(rows.storage())
    }
  }
}

private typealias Floats = UnsafeBufferPointer<Float>

/// Summed in order, in double precision: the same bits on every machine.
private func scalarProduct(_ a: Floats, _ b: Floats) -> Double {
  var sum = 0.0
  for index in 0..<min(a.count, b.count) { sum += Double(a[index]) * Double(b[index]) }
  return sum
}

private func products(
  _ extent: Extent, _ left: Datum, _ right: Datum, _ finish: (Double, Floats, Floats) -> Double
) -> Datum {
  let a = left.column.vectors
  let b = right.column.vectors
  let width = left.column.vectorWidth
  let other = right.column.vectorWidth
  let result = Buffer<Double>(uninitialized: extent.count)
  for row in 0..<extent.count {
    let x = Floats(start: a.base + left.place(row) * width, count: width)
    let y = Floats(start: b.base + right.place(row) * other, count: other)
    result.base[row] = finish(scalarProduct(x, y), x, y)
  }
  return extent.datum(.float64(result))
}
