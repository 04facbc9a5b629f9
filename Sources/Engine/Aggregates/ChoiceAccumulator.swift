import Columns

/// One row of each group: the one with the least or greatest key, of these the canonically least. Serves
/// `min_by`, `max_by`, `min` and `max` of composite values, and `distinct`.
///
/// The rows chosen lie in chunks of their own, so that the batches they came from can go.
final class ChoiceAccumulator: Accumulator {
  /// What a row is chosen by.
  struct Rule {
    /// What the key holds; rows whose key is absent are never chosen; nil to go by the row alone.
    let key: ColumnType?
    let isMaximum: Bool
    /// Settles ties; nil where rows of a group are the same.
    let ties: ElementOrder?
  }

  private struct Place: BitwiseCopyable {
    var chunk: Int32
    var row: Int32
  }

  private let rule: Rule
  private let places = FlatArray<Place>(filledWith: Place(chunk: -1, row: 0))
  private var chunks: [Batch] = []
  private var keys: [Column?] = []
  private var rows = 0
  private var rowsAfterTidying = 0

  init(_ rule: Rule) { self.rule = rule }

  override func reserve(_ count: Int) { places.grow(to: count) }

  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) {
    let key = rule.key == nil ? nil : input.values
    guard let key, key.validity != nil else {
      return add(input.elements, key: key, groups, count: input.count)
    }
    let (rows, kept) = presentRows(key, groups)
    guard let rows else { return add(input.elements, key: key, groups, count: input.count) }
    add(
      input.elements.gathered(rows), key: key.gathered(rows).assumingPresent, UnsafePointer(kept.base),
      count: rows.count)
  }

  /// How rows of the last chunk compare with those of another: the rule's key, then the ties.
  private func comparison(with chunk: Int) -> RowOrder {
    let last = chunks.count - 1
    var left: [SortColumn] = []
    var right: [SortColumn] = []
    if let type = rule.key, let new = keys[last], let old = keys[chunk] {
      left.append(SortColumn(new, type, isDescending: rule.isMaximum))
      right.append(SortColumn(old, type, isDescending: rule.isMaximum))
    }
    if let ties = rule.ties {
      left += ties.ties(chunks[last].columns)
      right += ties.ties(chunks[chunk].columns)
    }
    return RowOrder(left.map(\.column), right.map(\.column), by: left.map(\.order))
  }

  private func add(_ elements: Batch, key: Column?, _ groups: UnsafePointer<Int32>, count: Int) {
    guard count > 0 else { return }
    let last = Int32(chunks.count)
    chunks.append(elements)
    keys.append(key)
    let places = places.base
    var winners = 0
    let isContested = rule.key != nil || rule.ties != nil
    var comparisons: [RowOrder?] = Array(repeating: nil, count: chunks.count)
    func beats(_ row: Int, _ place: Place) -> Bool {
      guard isContested else { return false }
      let chunk = Int(place.chunk)
      let order = comparisons[chunk] ?? comparison(with: chunk)
      comparisons[chunk] = order
      return order.compare(row, Int(place.row)) < 0
    }
    for row in 0..<count {
      let group = Int(groups[row])
      guard group >= 0 else { continue }
      let place = places[group]
      if place.chunk < 0 || beats(row, place) {
        if place.chunk != last { winners += 1 }
        places[group] = Place(chunk: last, row: Int32(truncatingIfNeeded: row))
      }
    }
    // Only the winners stay.
    if winners == 0 {
      chunks.removeLast()
      keys.removeLast()
      return
    }
    if winners < count {
      let kept = Buffer<Int32>(uninitialized: winners)
      var next = 0
      for row in 0..<count {
        let group = Int(groups[row])
        guard group >= 0, places[group].chunk == last, places[group].row == row else { continue }
        kept.base[next] = Int32(truncatingIfNeeded: row)
        places[group].row = Int32(truncatingIfNeeded: next)
        next += 1
      }
      chunks[Int(last)] = elements.gathered(kept).compacted()
      keys[Int(last)] = key?.gathered(kept).compacted()
    } else {
      chunks[Int(last)] = elements.compacted()
      keys[Int(last)] = key?.compacted()
    }
    rows += winners
    if rows > 2 * rowsAfterTidying + 65_536 { tidy() }
  }

  /// Drops rows that have been beaten.
  private func tidy() {
    let (elements, key, groups) = winners(of: 0..<places.count)
    chunks = [elements]
    keys = [key]
    for row in 0..<groups.count {
      places[Int(groups[row])] = Place(chunk: 0, row: Int32(truncatingIfNeeded: row))
    }
    rows = groups.count
    rowsAfterTidying = rows
  }

  override func seal() { if chunks.count > 1 { tidy() } }

  /// The rows chosen for those of some groups that have one.
  private func winners(of candidates: some Sequence<Int>) -> (
    elements: Batch, key: Column?, groups: Buffer<Int32>
  ) {
    var starts: [Int32] = []
    var total: Int32 = 0
    for chunk in chunks {
      starts.append(total)
      total += Int32(truncatingIfNeeded: chunk.count)
    }
    let chosen = candidates.filter { places[$0].chunk >= 0 }
    let groups = Buffer<Int32>(uninitialized: chosen.count)
    let indices = Buffer<Int32>(uninitialized: chosen.count)
    for (index, group) in chosen.enumerated() {
      groups.base[index] = Int32(truncatingIfNeeded: group)
      indices.base[index] = starts[Int(places[group].chunk)] + places[group].row
    }
    let elements = Batch.concatenated(chunks).gathered(indices)
    let allKeys = keys.compactMap { $0 }
    let key = allKeys.isEmpty ? nil : Column.concatenated(allKeys).gathered(indices)
    return (elements, key, groups)
  }

  override func merge(_ other: Accumulator, _ mapping: GroupMapping) {
    guard let other = other as? ChoiceAccumulator, !other.chunks.isEmpty else { return }
    let (elements, key, groups) = other.winners(of: mapping.from.values.lazy.map { Int($0) })
    let byGroup = mapping.byGroup
    let mapped = Buffer<Int32>(uninitialized: groups.count)
    for row in 0..<groups.count { mapped.base[row] = byGroup[Int(groups[row])] }
    add(elements, key: key, UnsafePointer(mapped.base), count: groups.count)
  }

  /// The rows chosen, one a group; absent where there was none. `empty` gives the columns of no rows.
  func chosen(_ count: Int, empty: Batch) -> (rows: Batch, validity: Bitmap?) {
    guard !chunks.isEmpty else {
      let none = Buffer<Int32>(repeating: -1, count: count)
      return (empty.gatheredOptional(none.values), Bitmap(repeating: false, count: count))
    }
    let (elements, _, groups) = winners(of: 0..<count)
    if groups.count == count { return (elements, nil) }
    let indices = Buffer<Int32>(repeating: 0, count: count)
    let present = Bitmap(repeating: false, count: count)
    for row in 0..<groups.count {
      let group = Int(groups[row])
      indices.base[group] = Int32(truncatingIfNeeded: row)
      present.words.base[group >> 6] |= 1 << UInt64(group & 63)
    }
    return (elements.gathered(indices), present)
  }
}

/// `min_by`, `max_by`, and `min`, `max` of composite values: the rows chosen as one column.
final class ChosenElements: Accumulator {
  private let choice: ChoiceAccumulator
  private let shape: ElementShape
  private let takesValues: Bool

  /// Chooses among elements of `shape`, or among the argument's values if `takesValues`.
  init(_ rule: ChoiceAccumulator.Rule, shape: ElementShape, takesValues: Bool) {
    choice = ChoiceAccumulator(rule)
    self.shape = shape
    self.takesValues = takesValues
  }

  override func reserve(_ count: Int) { choice.reserve(count) }

  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) {
    guard takesValues, let values = input.values else { return choice.add(input, groups) }
    // An absent value is no candidate, and present ones are elements on their own.
    let (rows, kept) = presentRows(values, groups)
    let present = (rows.map { values.gathered($0) } ?? values).assumingPresent
    let elements = Batch(elements: present, of: shape.element)
    choice.add(
      AggregateInput(count: present.count, values: present, elements: elements), UnsafePointer(kept.base))
  }

  override func merge(_ other: Accumulator, _ mapping: GroupMapping) {
    guard let other = other as? ChosenElements else { return }
    choice.merge(other.choice, mapping)
  }

  override func seal() { choice.seal() }

  override func finish(_ count: Int, _ pool: WorkerPool) -> Column {
    let (rows, validity) = choice.chosen(count, empty: shape.emptyBatch)
    return rows.elements(of: shape.element).masked(by: validity)
  }
}
