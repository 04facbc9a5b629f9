import Columns

/// One row of each group: the one with the least or greatest key, of these the canonically least. Serves
/// `min_by`, `max_by`, `min` and `max` of composite values, `first`, `last` and `distinct`.
///
/// The rows chosen lie in chunks of their own, so that the batches they came from can go.
final class ChoiceAccumulator: Accumulator {
  /// What a row is chosen by.
  struct Rule {
    /// What the key holds; nil to go by the row alone.
    let key: ColumnType?
    let isMaximum: Bool
    /// Settles ties; nil where rows of a group are the same.
    let ties: ElementOrder?
    /// Takes the last row in order instead of the first.
    var takesLast = false
  }

  private struct Place: BitwiseCopyable {
    var chunk: Int32
    var row: Int32
  }

  private let rule: Rule
  /// No rows.
  private let empty: Batch
  private let places = FlatArray<Place>(filledWith: Place(chunk: -1, row: 0))
  /// Each begins with the key, where the rule has one.
  private var chunks: [Batch] = []
  private var rows = 0
  private var rowsAfterTidying = 0

  private var keyCount: Int { rule.key == nil ? 0 : 1 }

  /// Chooses among rows of the columns of `shape`, which has none.
  init(_ rule: Rule, shape: [Column]) {
    self.rule = rule
    let key = rule.key.map { [Column.zeros($0, count: 0)] } ?? []
    empty = Batch(count: 0, columns: key + shape)
  }

  override func reserve(_ count: Int) { places.grow(to: count) }

  /// How rows of the last chunk compare with those of another: the rule's key, then the ties.
  private func comparison(with chunk: Int) -> RowOrder {
    let left = order(of: chunks[chunks.count - 1])
    let right = order(of: chunks[chunk])
    return RowOrder(left.map(\.column), right.map(\.column), by: left.map(\.order))
  }

  private func order(of chunk: Batch) -> [SortColumn] {
    var columns: [SortColumn] = []
    if let key = rule.key {
      columns.append(SortColumn(chunk.columns[0], key, isDescending: rule.isMaximum))
    }
    if let ties = rule.ties { columns += ties.ties(Array(chunk.columns.dropFirst(keyCount))) }
    return columns
  }

  /// Adds candidates, of which each has its key in front, where the rule has one.
  func add(_ rows: Batch, _ groups: Buffer<Int32>) {
    withExtendedLifetime(groups) { add(rows, UnsafePointer(groups.base)) }
  }

  /// Adds candidates, of which each has its key in front, where the rule has one.
  func add(_ candidates: Batch, _ groups: UnsafePointer<Int32>) {
    let count = candidates.count
    guard count > 0 else { return }
    let last = Int32(chunks.count)
    chunks.append(candidates)
    let places = places.base
    var winners = 0
    let isContested = rule.key != nil || rule.ties != nil
    let takesLast = rule.takesLast
    var comparisons: [RowOrder?] = Array(repeating: nil, count: chunks.count)
    func beats(_ row: Int, _ place: Place) -> Bool {
      guard isContested else { return false }
      let chunk = Int(place.chunk)
      let order = comparisons[chunk] ?? comparison(with: chunk)
      comparisons[chunk] = order
      let result = order.compare(row, Int(place.row))
      return takesLast ? result > 0 : result < 0
    }
    for row in 0..<count {
      let group = Int(groups[row])
      let place = places[group]
      if place.chunk < 0 || beats(row, place) {
        if place.chunk != last { winners += 1 }
        places[group] = Place(chunk: last, row: Int32(truncatingIfNeeded: row))
      }
    }
    // Only the winners stay.
    if winners == 0 {
      chunks.removeLast()
      return
    }
    if winners < count {
      let kept = Buffer<Int32>(uninitialized: winners)
      var next = 0
      for row in 0..<count {
        let group = Int(groups[row])
        guard places[group].chunk == last, places[group].row == row else { continue }
        kept.base[next] = Int32(truncatingIfNeeded: row)
        places[group].row = Int32(truncatingIfNeeded: next)
        next += 1
      }
      chunks[Int(last)] = candidates.gathered(kept).compacted()
    } else {
      chunks[Int(last)] = candidates.compacted()
    }
    rows += winners
    if rows > 2 * rowsAfterTidying + 65_536 { tidy() }
  }

  /// Drops rows that have been beaten.
  private func tidy() {
    let (chosen, groups) = winners(of: 0..<places.count)
    chunks = [chosen]
    for row in 0..<groups.count {
      places[Int(groups[row])] = Place(chunk: 0, row: Int32(truncatingIfNeeded: row))
    }
    rows = groups.count
    rowsAfterTidying = rows
  }

  override func seal() { if chunks.count > 1 { tidy() } }

  /// The rows of all chunks, and where each chunk's begin.
  private func allRows() -> (rows: Batch, starts: [Int32]) {
    guard !chunks.isEmpty else { return (empty, []) }
    var starts: [Int32] = []
    var total: Int32 = 0
    for chunk in chunks {
      starts.append(total)
      total += Int32(truncatingIfNeeded: chunk.count)
    }
    return (Batch.concatenated(chunks), starts)
  }

  /// The rows chosen for those of some groups that have one.
  private func winners(of candidates: some Sequence<Int>) -> (rows: Batch, groups: Buffer<Int32>) {
    let (all, starts) = allRows()
    let chosen = candidates.filter { places[$0].chunk >= 0 }
    let groups = Buffer<Int32>(uninitialized: chosen.count)
    let indices = Buffer<Int32>(uninitialized: chosen.count)
    for (index, group) in chosen.enumerated() {
      groups.base[index] = Int32(truncatingIfNeeded: group)
      indices.base[index] = starts[Int(places[group].chunk)] + places[group].row
    }
    return (all.gathered(indices), groups)
  }

  override func merge(_ other: Accumulator, _ mapping: GroupMapping) {
    guard let other = other as? ChoiceAccumulator, !other.chunks.isEmpty else { return }
    let (rows, groups) = other.winners(of: mapping.from.values.lazy.map { Int($0) })
    let byGroup = mapping.byGroup
    for row in 0..<groups.count { groups.base[row] = byGroup[Int(groups[row])] }
    add(rows, groups)
  }

  /// The rows chosen, one a group, without their keys; any row where there was none.
  func chosen(_ count: Int) -> (columns: [Column], validity: Bitmap?) {
    let rows = partials(count)
    let columns = Array(rows.fields.dropFirst(keyCount))
    return (columns, rows.validity.flatMap { $0.isFull ? nil : $0 })
  }

  /// A structure of the row's columns; absent where nothing was chosen.
  override func partials(_ count: Int) -> Column {
    let (all, starts) = allRows()
    let present = Bitmap(count: count) { places[$0].chunk >= 0 }
    let indices = Buffer<Int32>(uninitialized: count)
    for group in 0..<count {
      indices.base[group] = present[group] ? starts[Int(places[group].chunk)] + places[group].row : 0
    }
    let none = Buffer<Int32>(repeating: -1, count: count)
    let columns = all.columns.map { all.count > 0 ? $0.gathered(indices) : $0.gatheredOptional(none) }
    return Column(count: count, validity: present, storage: .structure(columns))
  }

  override func absorb(_ partials: Column, _ groups: UnsafePointer<Int32>) {
    let (rows, kept) = presentRows(partials, groups)
    let present = rows.map { partials.gathered($0) } ?? partials
    add(Batch(count: kept.count, columns: present.fields), kept)
  }
}

/// `min_by`, `max_by`, `distinct`, and `min`, `max` of composite values: the rows chosen as one column.
final class ChosenElements: Accumulator {
  private let choice: ChoiceAccumulator
  private let hasKey: Bool
  private let shape: ElementShape
  private let takesValues: Bool

  /// Chooses among elements of `shape`, or among the argument's values if `takesValues`. Where the argument is
  /// absent a row is no candidate.
  init(_ rule: ChoiceAccumulator.Rule, shape: ElementShape, takesValues: Bool) {
    choice = ChoiceAccumulator(rule, shape: shape.emptyBatch.columns)
    hasKey = rule.key != nil
    self.shape = shape
    self.takesValues = takesValues
  }

  override func reserve(_ count: Int) { choice.reserve(count) }

  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) {
    guard hasKey, let values = input.values else {
      return choice.add(Batch(count: input.count, columns: input.elements.columns), groups)
    }
    let (rows, kept) = presentRows(values, groups)
    let present = (rows.map { values.gathered($0) } ?? values).assumingPresent
    let elements: Batch
    if takesValues {
      elements = Batch(elements: present, of: shape.element)
    } else {
      elements = rows.map { input.elements.gathered($0) } ?? input.elements
    }
    choice.add(Batch(count: kept.count, columns: [present] + elements.columns), kept)
  }

  override func merge(_ other: Accumulator, _ mapping: GroupMapping) {
    guard let other = other as? ChosenElements else { return }
    choice.merge(other.choice, mapping)
  }

  override func seal() { choice.seal() }

  override func finish(_ count: Int, _ pool: WorkerPool) -> Column {
    let (columns, validity) = choice.chosen(count)
    return Batch(count: count, columns: columns).elements(of: shape.element).masked(by: validity)
  }

  override func partials(_ count: Int) -> Column { choice.partials(count) }

  override func absorb(_ partials: Column, _ groups: UnsafePointer<Int32>) { choice.absorb(partials, groups) }
}
