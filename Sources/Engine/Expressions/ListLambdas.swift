import Columns
import Diagnosing
import Semantics

/// A lambda over the elements of lists: evaluated once over the elements of all rows.
private struct ElementLambda: Sendable {
  let parameter: Int
  let body: Step
  /// Whether it uses nothing but its parameter, so that constant lists have constant results.
  let isClosed: Bool

  /// Evaluates the body over all elements. What fails there fails the row that has the element.
  func evaluate(
    _ scope: Scope, _ datum: Datum
  ) -> (rows: Extent, offsets: Buffer<Int32>, values: Column, results: Datum) {
    if datum.isConstant, isClosed, scope.count != 1 {
      // One row for all: in a scope of its own, since it reads nothing of this one.
      let inner = Scope(layout: scope.layout, count: 1, isQuiet: scope.isQuiet)
      let (offsets, values, results) = explode(inner, datum.column)
      if let failure = inner.failures.first { scope.repeatFailure(failure) }
      return (datum.extent, offsets, values, results)
    }
    let column = datum.expanded(to: scope.count)
    let (offsets, values, results) = explode(scope, column)
    return (Extent(count: scope.count, isConstant: false), offsets, values, results)
  }

  private func explode(_ scope: Scope, _ column: Column) -> (Buffer<Int32>, Column, Datum) {
    let (offsets, values) = column.packedLists
    let parents = Buffer<Int32>(uninitialized: values.count)
    for row in 0..<column.count {
      for child in Int(offsets.base[row])..<Int(offsets.base[row + 1]) {
        parents.base[child] = Int32(truncatingIfNeeded: row)
      }
    }
    let results = scope.narrowed(to: parents) { inner in
      inner.bind(parameter, Datum(values))
      return body.evaluate(inner)
    }
    return (offsets, values, results)
  }
}

extension ExpressionContext {
  /// Functions of lists that take a lambda.
  func list(_ builtin: Builtin, _ list: Step, _ type: Type, _ lambda: TypedLambda?) -> Step {
    var element = Type.nothing
    if case .list(let inner) = type { element = inner }
    guard let lambda else {
      // `sort()` by the elements themselves.
      let kind = ColumnType(element)
      return unaryStep(list, cost: 200) { _, xs in
        let (offsets, values) = xs.column.packedLists
        return sorted(xs.extent, offsets, values, by: values, kind)
      }
    }
    let compiled = elementLambda(lambda)
    let kind = ColumnType(lambda.body.type)
    let cost = list.cost + 20 * (compiled.body.cost + 2)
    return Step(cost: cost) { scope in
      let datum = list.evaluate(scope)
      let (extent, offsets, values, results) = compiled.evaluate(scope, datum)
      switch builtin {
      case .listMap:
        return extent.datum(.list(offsets: offsets, values: results.expanded(to: values.count)))
      case .listFilter: return kept(extent, offsets, values, results)
      case .listFlatMap: return flattened(extent, offsets, results.expanded(to: values.count))
      case .any, .all: return quantified(extent, offsets, results, isAll: builtin == .all)
      case .minBy, .maxBy:
        let keys = results.expanded(to: values.count)
        return best(extent, offsets, values, by: keys, kind, wantsLeast: builtin == .minBy)
      default:
        return sorted(extent, offsets, values, by: results.expanded(to: values.count), kind)
      }
    }
  }

  private func elementLambda(_ lambda: TypedLambda) -> ElementLambda {
    let first = layout.fields.count
    guard let local = lambda.parameters.first else {
      preconditionFailure("a lambda over a list has a parameter")
    }
    let path = declare(local)
    let (body, reads) = tracingReads { compile(lambda.body) }
    // What was named before the lambda lies outside of it.
    return ElementLambda(parameter: path, body: body, isClosed: reads.allSatisfy { $0 >= first })
  }
}

private func kept(
  _ extent: Extent, _ offsets: Buffer<Int32>, _ values: Column, _ results: Datum
) -> Datum {
  let bits = results.column.bits
  if results.isConstant, bits[0] { return extent.datum(.list(offsets: offsets, values: values)) }
  let starts = Buffer<Int32>(uninitialized: extent.count + 1)
  starts.base[0] = 0
  var children: [Int32] = []
  for row in 0..<extent.count {
    for child in offsets[row]..<offsets[row + 1] where bits[results.place(Int(child))] {
      children.append(child)
    }
    starts.base[row + 1] = Int32(truncatingIfNeeded: children.count)
  }
  return extent.datum(.list(offsets: starts, values: values.gathered(Buffer(children))))
}

private func flattened(_ extent: Extent, _ offsets: Buffer<Int32>, _ lists: Column) -> Datum {
  let (inner, values) = lists.packedLists
  let starts = Buffer<Int32>(uninitialized: extent.count + 1)
  for row in 0...extent.count { starts.base[row] = inner[Int(offsets[row])] }
  return extent.datum(.list(offsets: starts, values: values))
}

private func quantified(_ extent: Extent, _ offsets: Buffer<Int32>, _ results: Datum, isAll: Bool) -> Datum {
  let bits = results.column.bits
  return extent.datum(
    .bits(
      Bitmap(count: extent.count) { row in
        for child in Int(offsets[row])..<Int(offsets[row + 1]) where bits[results.place(child)] != isAll {
          return !isAll
        }
        return isAll
      }))
}

/// The element with the least or greatest key, the first of equals; an absent key only where all are.
private func best(
  _ extent: Extent, _ offsets: Buffer<Int32>, _ values: Column, by keys: Column, _ type: ColumnType,
  wantsLeast: Bool
) -> Datum {
  let order = RowOrder([keys], [keys], by: [OrderKey(type, isDescending: !wantsLeast)])
  let indices = Buffer<Int32>(uninitialized: extent.count)
  for row in 0..<extent.count {
    var best: Int32 = -1
    for child in offsets[row]..<offsets[row + 1] where best < 0 || order.compare(Int(child), Int(best)) < 0 {
      best = child
    }
    indices.base[row] = best
  }
  return Datum(values.gatheredOptional(indices), isConstant: extent.isConstant)
}

private func sorted(
  _ extent: Extent, _ offsets: Buffer<Int32>, _ values: Column, by keys: Column, _ type: ColumnType
) -> Datum {
  let parents = Buffer<Int64>(uninitialized: values.count)
  for row in 0..<extent.count {
    for child in Int(offsets[row])..<Int(offsets[row + 1]) { parents.base[child] = Int64(row) }
  }
  let rows = Column(count: values.count, storage: .int64(parents))
  let order = sortPermutation([SortColumn(rows, .int), SortColumn(keys, type)], count: values.count)
  return extent.datum(.list(offsets: offsets, values: values.gathered(order)))
}
