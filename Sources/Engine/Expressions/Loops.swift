import Columns

// The loops of kernels: one for each pair of column and constant, so that each vectorises.

/// What `operation` gives for each row.
@inline(__always)
func mapRows<A, R>(_ a: Buffer<A>, _ count: Int, _ operation: (A) -> R) -> Buffer<R> {
  let result = Buffer<R>(uninitialized: count)
  let from = a.base
  let to = result.base
  for row in 0..<count { to[row] = operation(from[row]) }
  return result
}

/// What `operation` gives for each row of two operands, of which one may be constant.
@inline(__always)
func zipRows<A, B, R>(
  _ extent: Extent, _ left: Datum, _ a: Buffer<A>, _ right: Datum, _ b: Buffer<B>, _ operation: (A, B) -> R
) -> Buffer<R> {
  let count = extent.count
  let result = Buffer<R>(uninitialized: count)
  let to = result.base
  let x = a.base
  let y = b.base
  if right.isConstant {
    let constant = y[0]
    for row in 0..<count { to[row] = operation(x[row], constant) }
  } else if left.isConstant {
    let constant = x[0]
    for row in 0..<count { to[row] = operation(constant, y[row]) }
  } else {
    for row in 0..<count { to[row] = operation(x[row], y[row]) }
  }
  return result
}

/// The rows of two operands, of which one may be constant, for which `predicate` holds.
@inline(__always)
func packRows<A, B>(
  _ extent: Extent, _ left: Datum, _ a: Buffer<A>, _ right: Datum, _ b: Buffer<B>,
  _ predicate: (A, B) -> Bool
) -> Bitmap {
  let x = a.base
  let y = b.base
  if right.isConstant {
    let constant = y[0]
    return Bitmap(packing: extent.count) { predicate(x[$0], constant) }
  }
  if left.isConstant {
    let constant = x[0]
    return Bitmap(packing: extent.count) { predicate(constant, y[$0]) }
  }
  return Bitmap(packing: extent.count) { predicate(x[$0], y[$0]) }
}

/// A node that applies a kernel to the value of another.
func unaryStep(
  _ operand: Step, cost: Int, _ kernel: @escaping @Sendable (Scope, Datum) -> Datum
) -> Step {
  Step(cost: operand.cost + cost) { kernel($0, operand.evaluate($0)) }
}

/// A node that applies a kernel to the values of two others, left before right.
func binaryStep(
  _ left: Step, _ right: Step, cost: Int, _ kernel: @escaping @Sendable (Scope, Datum, Datum) -> Datum
) -> Step {
  Step(cost: left.cost + right.cost + cost) { scope in
    let a = left.evaluate(scope)
    return kernel(scope, a, right.evaluate(scope))
  }
}

/// The number of rows of an operation on one operand, and whether it is one for all.
extension Datum {
  var extent: Extent { Extent(count: column.count, isConstant: isConstant) }
}
