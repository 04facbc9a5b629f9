import Columns
import Diagnosing
import Semantics

extension ExpressionContext {
  /// A record or row: its fields side by side.
  func construct(_ fields: [TypedExpression], _ type: Type) -> Step {
    let types = fieldTypes(type)
    return structure(
      of: fields.enumerated().map { compile($1, as: types.indices.contains($0) ? types[$0] : nil) })
  }

  /// A record or row of these fields.
  func structure(of nodes: [Step]) -> Step {
    let cost = nodes.reduce(1) { $0 + $1.cost }
    let step = Step(cost: cost) { scope in
      let data = nodes.map { $0.evaluate(scope) }
      let extent = scope.extent(of: data)
      return extent.datum(.structure(data.map { $0.expanded(to: extent.count) }))
    }
    return .folded(nodes, step)
  }

  private func fieldTypes(_ type: Type) -> [Type] {
    switch type.plain {
    case .record(let record): record.fields.map(\.type)
    case .row(let row): row.types
    default: []
    }
  }

  /// `[a, b]`: as many elements in every row.
  func list(_ elements: [TypedExpression], _ type: Type) -> Step {
    var element: Type?
    if case .list(let inner) = type.plain { element = inner }
    guard !elements.isEmpty else { return Step(literal: Datum(constant: .zeros(ColumnType(type), count: 1))) }
    let nodes = elements.map { compile($0, as: element) }
    let cost = nodes.reduce(10 * nodes.count) { $0 + $1.cost }
    let step = Step(cost: cost) { scope in
      let data = nodes.map { $0.evaluate(scope) }
      let extent = scope.extent(of: data)
      return extent.datum(
        .list(offsets: evenOffsets(extent.count, data.count), values: alternating(data, extent)))
    }
    return .folded(nodes, step)
  }

  /// `["k": v]`: entries in the order of their keys; of equal keys the last counts.
  func map(_ entries: [(key: TypedExpression, value: TypedExpression)], _ type: Type) -> Step {
    var value: Type?
    if case .map(let inner) = type.plain { value = inner }
    guard !entries.isEmpty else { return Step(literal: Datum(constant: .zeros(ColumnType(type), count: 1))) }
    let keys = entries.map { compile($0.key) }
    let values = entries.map { compile($0.value, as: value) }
    let cost = (keys + values).reduce(40 * keys.count) { $0 + $1.cost }
    let step = Step(cost: cost) { scope in
      var keyData: [Datum] = []
      var valueData: [Datum] = []
      for (key, value) in zip(keys, values) {
        keyData.append(key.evaluate(scope))
        valueData.append(value.evaluate(scope))
      }
      let extent = scope.extent(of: keyData + valueData)
      let offsets = evenOffsets(extent.count, keyData.count)
      return extent.datum(
        mapStorage(
          offsets: offsets, keys: alternating(keyData, extent), values: alternating(valueData, extent)))
    }
    return .folded(keys + values, step)
  }

  /// `a..b`, `a..<b`.
  func range(_ first: Step, _ last: Step, isInclusive: Bool, _ span: Span) -> Step {
    binaryStep(first, last, cost: 100) { scope, a, b in
      let extent = scope.extent(a, b)
      let starts = a.column.int64s
      let ends = b.column.int64s
      let offsets = Buffer<Int32>(uninitialized: extent.count + 1)
      offsets.base[0] = 0
      var total = 0
      for row in 0..<extent.count {
        let start = starts[a.place(row)]
        let end = ends[b.place(row)]
        var size = 0
        if start <= end {
          // The distance of two integers may take 64 bits.
          let distance = UInt64(bitPattern: end &- start)
          if distance < UInt64(rangeLimit), total + Int(distance) < Int(Int32.max) {
            size = Int(distance) + (isInclusive ? 1 : 0)
          } else {
            scope.fault(
              extent, row, at: span,
              "the range \(start)\(isInclusive ? ".." : "..<")\(end) has more than \(rangeLimit) elements")
          }
        }
        total += size
        offsets.base[row + 1] = Int32(truncatingIfNeeded: total)
      }
      let values = Buffer<Int64>(uninitialized: total)
      for row in 0..<extent.count {
        var value = starts[a.place(row)]
        for child in Int(offsets[row])..<Int(offsets[row + 1]) {
          values.base[child] = value
          value &+= 1
        }
      }
      return extent.datum(.list(offsets: offsets, values: Column(count: total, storage: .int64(values))))
    }
  }
}

/// The greatest number of elements of a range: what a row may reasonably hold.
private let rangeLimit = 10_000_000

private func evenOffsets(_ rows: Int, _ size: Int) -> Buffer<Int32> {
  let offsets = Buffer<Int32>(uninitialized: rows + 1)
  precondition(rows * size <= Int32.max, "a batch holds at most 2^31 list elements")
  for row in 0...rows { offsets.base[row] = Int32(row * size) }
  return offsets
}

/// The first row's value of each datum, then the second row's, and so on.
private func alternating(_ data: [Datum], _ extent: Extent) -> Column {
  let count = extent.count * data.count
  let choices = Choices(source: Buffer(uninitialized: count), row: Buffer(uninitialized: count))
  var next = 0
  for row in 0..<extent.count {
    for (index, datum) in data.enumerated() {
      choices.source.base[next] = UInt32(truncatingIfNeeded: index)
      choices.row.base[next] = Int32(truncatingIfNeeded: datum.place(row))
      next += 1
    }
  }
  return .interleaved(data.map(\.column), choices)
}

/// A map's entries brought into the order of their keys, of equal keys the last.
func mapStorage(offsets: Buffer<Int32>, keys: Column, values: Column) -> Storage {
  let rows = offsets.count - 1
  let views = keys.texts
  var isOrdered = true
  for row in 0..<rows {
    for child in Int(offsets[row])..<Int(offsets[row + 1])
    where child > Int(offsets[row]) && TextView.order(views[child - 1], views[child]) >= 0 {
      isOrdered = false
    }
  }
  if isOrdered {
    return .list(
      offsets: offsets, values: Column(count: keys.count, storage: .structure([keys, values])))
  }
  let starts = Buffer<Int32>(uninitialized: rows + 1)
  starts.base[0] = 0
  var kept: [Int32] = []
  for row in 0..<rows {
    var order = Array(offsets[row]..<offsets[row + 1])
    order.sort { a, b in
      let comparison = TextView.order(views[Int(a)], views[Int(b)])
      return comparison != 0 ? comparison < 0 : a < b
    }
    for (index, child) in order.enumerated() {
      if index + 1 < order.count, views[Int(child)] == views[Int(order[index + 1])] { continue }
      kept.append(child)
    }
    starts.base[row + 1] = Int32(truncatingIfNeeded: kept.count)
  }
  let indices = Buffer<Int32>(kept)
  return .list(
    offsets: starts,
    values: Column(
      count: kept.count, storage: .structure([keys.gathered(indices), values.gathered(indices)])))
}
