import Columns
import Diagnosing
import Semantics

extension ExpressionContext {
  /// Functions of lists that take no lambda.
  func list(_ builtin: Builtin, _ nodes: [Step], _ type: Type, _ span: Span) -> Step {
    let list = nodes[0]
    var element = Type.nothing
    if case .list(let inner) = type { element = inner }
    switch builtin {
    case .listLength:
      return unaryStep(list, cost: 2) { _, xs in
        let offsets = xs.column.lists.offsets
        let sizes = Buffer<Int64>(uninitialized: xs.column.count)
        for row in 0..<sizes.count { sizes.base[row] = Int64(offsets.base[row + 1] - offsets.base[row]) }
        return xs.extent.datum(.int64(sizes))
      }
    case .listIsEmpty:
      return unaryStep(list, cost: 2) { _, xs in
        let offsets = xs.column.lists.offsets
        return xs.extent.datum(
          .bits(Bitmap(packing: xs.column.count) { offsets.base[$0 + 1] == offsets.base[$0] }))
      }
    case .listContains: return listContains(list, nodes[1])
    case .first: return unaryStep(list, cost: 10) { _, xs in ends(xs, isFirst: true) }
    case .last: return unaryStep(list, cost: 10) { _, xs in ends(xs, isFirst: false) }
    case .listSum: return unaryStep(list, cost: 30) { scope, xs in sums(scope, xs, span) }
    case .take: return binaryStep(list, nodes[1], cost: 40) { taken(scope: $0, $1, $2) }
    case .concat: return binaryStep(list, nodes[1], cost: 60) { joined(scope: $0, $1, $2) }
    case .enumerate: return unaryStep(list, cost: 30) { _, xs in numbered(xs) }
    case .zip: return binaryStep(list, nodes[1], cost: 60) { paired(scope: $0, $1, $2) }
    case .join:
      return binaryStep(list, nodes[1], cost: 60) { scope, xs, separator in
        joinedTexts(scope.extent(xs, separator), xs, separator)
      }
    default:
      let zero = Datum(constant: .zeros(ColumnType(element), count: 1))
      return binaryStep(list, nodes[1], cost: Step.dear) { scope, xs, index in
        elements(scope, xs, index, zero, span)
      }
    }
  }

  /// `m["k"]`.
  func mapIndex(_ map: Step, _ key: Step) -> Step {
    binaryStep(map, key, cost: 30) { scope, m, key in
      let extent = scope.extent(m, key)
      let (offsets, entries) = m.column.lists
      let keys = entries.fields[0].texts
      let wanted = key.column.texts
      let indices = Buffer<Int32>(repeating: -1, count: extent.count)
      for row in 0..<extent.count {
        let view = wanted[key.place(row)]
        let place = m.place(row)
        for child in offsets[place]..<offsets[place + 1] where keys[Int(child)] == view {
          indices.base[row] = child
        }
      }
      return Datum(entries.fields[1].gatheredOptional(indices), isConstant: extent.isConstant)
    }
  }
}

private func ends(_ xs: Datum, isFirst: Bool) -> Datum {
  let (offsets, values) = xs.column.lists
  let indices = Buffer<Int32>(uninitialized: xs.column.count)
  for row in 0..<indices.count {
    let start = offsets.base[row]
    let end = offsets.base[row + 1]
    indices.base[row] = start == end ? -1 : isFirst ? start : end - 1
  }
  return xs.with(values.gatheredOptional(indices))
}

private func elements(
  _ scope: Scope, _ xs: Datum, _ index: Datum, _ zero: Datum, _ span: Span
) -> Datum {
  let extent = scope.extent(xs, index)
  let (offsets, values) = xs.column.lists
  let positions = index.column.int64s
  let sources = Buffer<UInt32>(repeating: 0, count: extent.count)
  let rows = Buffer<Int32>(uninitialized: extent.count)
  for row in 0..<extent.count {
    let place = xs.place(row)
    let start = offsets[place]
    let size = Int64(offsets[place + 1] - start)
    let position = positions[index.place(row)]
    if position >= 0, position < size {
      rows.base[row] = start + Int32(position)
    } else {
      sources.base[row] = 1
      rows.base[row] = 0
      let noun = size == 1 ? "element" : "elements"
      scope.fail(extent, row, at: span, "there is no element \(position) in a list of \(size) \(noun)")
    }
  }
  return Datum(
    .interleaved([values, zero.column], Choices(source: sources, row: rows)), isConstant: extent.isConstant)
}

private func sums(_ scope: Scope, _ xs: Datum, _ span: Span) -> Datum {
  let (offsets, values) = xs.column.lists
  let extent = xs.extent
  switch values.storage {
  case .float64(let terms):
    let result = Buffer<Double>(uninitialized: extent.count)
    for row in 0..<extent.count {
      var sum = FloatSum()
      for child in Int(offsets[row])..<Int(offsets[row + 1]) { sum.add(terms.base[child]) }
      result.base[row] = sum.value
    }
    return extent.datum(.float64(result))
  case .int128(let terms):
    let result = Buffer<Int128>(repeating: 0, count: extent.count)
    for row in 0..<extent.count {
      var sum = DecimalSum()
      for child in Int(offsets[row])..<Int(offsets[row + 1]) { sum.add(terms.base[child]) }
      if let value = sum.value {
        result.base[row] = value
      } else {
        scope.fault(
          extent, row, at: span, "the sum overflows `Decimal`, which has 20 digits before the point")
      }
    }
    return extent.datum(.int128(result))
  default:
    let terms = values.int64s
    let result = Buffer<Int64>(repeating: 0, count: extent.count)
    for row in 0..<extent.count {
      var sum = IntegerSum()
      for child in Int(offsets[row])..<Int(offsets[row + 1]) { sum.add(terms.base[child]) }
      if let value = sum.value {
        result.base[row] = value
      } else {
        scope.fault(extent, row, at: span, "the sum overflows `Int`")
      }
    }
    return extent.datum(.int64(result))
  }
}

/// The children at `indices`, as many for each row as `offsets` say.
private func regrouped(_ extent: Extent, _ offsets: Buffer<Int32>, _ values: Column) -> Datum {
  extent.datum(.list(offsets: offsets, values: values))
}

private func taken(scope: Scope, _ xs: Datum, _ count: Datum) -> Datum {
  let extent = scope.extent(xs, count)
  let (offsets, values) = xs.column.lists
  let counts = count.column.int64s
  let starts = Buffer<Int32>(uninitialized: extent.count + 1)
  starts.base[0] = 0
  var kept: [Int32] = []
  for row in 0..<extent.count {
    let place = xs.place(row)
    let size = Int64(offsets[place + 1] - offsets[place])
    let wanted = Int32(max(0, min(counts[count.place(row)], size)))
    kept.append(contentsOf: offsets[place]..<offsets[place] + wanted)
    starts.base[row + 1] = Int32(truncatingIfNeeded: kept.count)
  }
  return regrouped(extent, starts, values.gathered(Buffer(kept)))
}

private func joined(scope: Scope, _ xs: Datum, _ ys: Datum) -> Datum {
  let extent = scope.extent(xs, ys)
  let lists = [xs.column.lists, ys.column.lists]
  let starts = Buffer<Int32>(uninitialized: extent.count + 1)
  starts.base[0] = 0
  var sources: [UInt32] = []
  var rows: [Int32] = []
  for row in 0..<extent.count {
    for (source, place) in [xs.place(row), ys.place(row)].enumerated() {
      let offsets = lists[source].offsets
      for child in offsets[place]..<offsets[place + 1] {
        sources.append(UInt32(source))
        rows.append(child)
      }
    }
    starts.base[row + 1] = Int32(truncatingIfNeeded: rows.count)
  }
  let choices = Choices(source: Buffer(sources), row: Buffer(rows))
  return regrouped(extent, starts, .interleaved(lists.map(\.values), choices))
}

private func numbered(_ xs: Datum) -> Datum {
  let list = xs.column.packedLists
  let positions = Buffer<Int64>(uninitialized: list.values.count)
  for row in 0..<xs.column.count {
    let start = Int(list.offsets[row])
    for child in start..<Int(list.offsets[row + 1]) { positions.base[child] = Int64(child - start) }
  }
  let index = Column(count: list.values.count, storage: .int64(positions))
  return regrouped(
    xs.extent, list.offsets, Column(count: list.values.count, storage: .structure([index, list.values])))
}

private func paired(scope: Scope, _ xs: Datum, _ ys: Datum) -> Datum {
  let extent = scope.extent(xs, ys)
  let (first, lefts) = xs.column.lists
  let (second, rights) = ys.column.lists
  let starts = Buffer<Int32>(uninitialized: extent.count + 1)
  starts.base[0] = 0
  var left: [Int32] = []
  var right: [Int32] = []
  for row in 0..<extent.count {
    let a = xs.place(row)
    let b = ys.place(row)
    let size = min(first[a + 1] - first[a], second[b + 1] - second[b])
    left.append(contentsOf: first[a]..<first[a] + size)
    right.append(contentsOf: second[b]..<second[b] + size)
    starts.base[row + 1] = Int32(truncatingIfNeeded: left.count)
  }
  let pairs = [lefts.gathered(Buffer(left)), rights.gathered(Buffer(right))]
  return regrouped(extent, starts, Column(count: left.count, storage: .structure(pairs)))
}

private func joinedTexts(_ extent: Extent, _ xs: Datum, _ separator: Datum) -> Datum {
  let (offsets, values) = xs.column.lists
  let texts = values.texts
  var rows = TextRows(count: extent.count)
  for row in 0..<extent.count {
    let place = xs.place(row)
    let start = Int(offsets[place])
    for child in start..<Int(offsets[place + 1]) {
      if child > start { rows.bytes.append(separator.column.texts[separator.place(row)]) }
      rows.bytes.append(texts[child])
    }
    rows.endRow()
  }
  return extent.datum(rows.storage())
}

extension Column {
  /// The offsets and elements of a list column, with no element that belongs to no row.
  var packedLists: (offsets: Buffer<Int32>, values: Column) {
    let (offsets, values) = lists
    let first = offsets[0]
    let last = Int(offsets[count])
    if first == 0, last == values.count { return (offsets, values) }
    let starts = Buffer<Int32>(uninitialized: count + 1)
    for row in 0...count { starts.base[row] = offsets.base[row] - first }
    return (starts, values.sliced(Int(first)..<last))
  }
}
