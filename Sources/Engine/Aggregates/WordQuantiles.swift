import Columns

/// `g.quantile(f, q)` of values that fit a word: kept as unsigned words that order as they do, of which the
/// one at the nearest rank is selected, not sorted.
final class WordQuantiles: Accumulator {
  /// How the values are stored.
  enum Kind {
    case int32, int64, float64
  }

  private let kind: Kind
  private let fraction: Double
  private let isOptional: Bool
  private var groups: [Buffer<Int32>] = []
  private var words: [Buffer<UInt64>] = []

  init(_ kind: Kind, _ fraction: Double, isOptional: Bool) {
    self.kind = kind
    self.fraction = fraction
    self.isOptional = isOptional
  }

  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) {
    guard let column = input.values else { return }
    let count = column.validity?.setCount ?? column.count
    guard count > 0 else { return }
    let words = Buffer<UInt64>(uninitialized: count)
    let kept = Buffer<Int32>(uninitialized: count)
    func fill(_ word: (Int) -> UInt64) {
      var next = 0
      forEachPresent(input, column.validity, groups) { row, group in
        words.base[next] = word(row)
        kept.base[next] = Int32(truncatingIfNeeded: group)
        next += 1
      }
    }
    let sign: UInt64 = 1 << 63
    switch column.storage {
    case .int32(let values):
      fill { UInt64(bitPattern: Int64(values.base[$0])) ^ sign }
    case .float64(let values):
      fill { orderedBits(values.base[$0]) }
    default:
      let values = column.int64s
      fill { UInt64(bitPattern: values.base[$0]) ^ sign }
    }
    self.groups.append(kept)
    self.words.append(words)
  }

  override func merge(_ other: Accumulator, _ mapping: GroupMapping) {
    guard let other = other as? WordQuantiles, !other.words.isEmpty else { return }
    let byGroup = mapping.byGroup
    for (groups, words) in zip(other.groups, other.words) {
      let kept = Bitmap(count: groups.count) { byGroup[Int(groups[$0])] >= 0 }
      let rows = kept.setIndices()
      let mapped = groups.gathered(rows)
      for row in 0..<mapped.count { mapped.base[row] = byGroup[Int(mapped[row])] }
      self.groups.append(mapped)
      self.words.append(rows.count == words.count ? words : words.gathered(rows))
    }
  }

  override func finish(_ count: Int, _ pool: WorkerPool) -> Column {
    // The words of each group together, by counting.
    let starts = Buffer<Int>(repeating: 0, count: count + 1)
    for part in groups { for group in part.values { starts.base[Int(group) + 1] += 1 } }
    for group in 0..<count { starts.base[group + 1] += starts.base[group] }
    let ends = Buffer<Int>(uninitialized: count)
    ends.base.update(from: starts.base, count: count)
    let sorted = Buffer<UInt64>(uninitialized: starts[count])
    for (part, values) in zip(groups, words) {
      for row in 0..<part.count {
        let group = Int(part.base[row])
        sorted.base[ends.base[group]] = values.base[row]
        ends.base[group] += 1
      }
    }
    let chosen = Buffer<UInt64>(repeating: 0, count: count)
    let fraction = fraction
    // Few groups a task, so that large ones do not wait behind each other.
    let tasks = min(count, 256)
    pool.forEach(tasks) { task in
      for group in count * task / tasks..<count * (task + 1) / tasks {
        let size = starts[group + 1] - starts[group]
        guard size > 0 else { continue }
        chosen.base[group] = selected(
          sorted.base + starts[group], count: size, rank: nearestRank(fraction, of: size))
      }
    }
    return Column(
      count: count, validity: isOptional ? Bitmap(count: count) { starts[$0 + 1] > starts[$0] } : nil,
      storage: storage(chosen))
  }

  override func partials(_ count: Int) -> Column {
    let words = words.map { words in
      Column(count: words.count, storage: .int64(words.mapped { Int64(bitPattern: $0) }))
    }
    let groups = groups.map { Column(count: $0.count, storage: .int32($0)) }
    let empty = Buffer<Int32>(uninitialized: 0)
    guard !words.isEmpty else {
      return GroupLists(empty, count: count).column(of: .zeros(.int, count: 0))
    }
    return GroupLists(Column.concatenated(groups).int32s, count: count).column(of: .concatenated(words))
  }

  override func absorb(_ partials: Column, _ groups: UnsafePointer<Int32>) {
    let (values, own) = partials.elements(taggedBy: groups)
    guard own.count > 0 else { return }
    self.groups.append(own)
    words.append(values.int64s.mapped { UInt64(bitPattern: $0) })
  }

  private func storage(_ words: Buffer<UInt64>) -> Storage {
    switch kind {
    case .int64:
      let values = Buffer<Int64>(uninitialized: words.count)
      for row in 0..<words.count { values.base[row] = Int64(bitPattern: words[row] ^ 1 << 63) }
      return .int64(values)
    case .int32:
      let values = Buffer<Int32>(uninitialized: words.count)
      for row in 0..<words.count {
        values.base[row] = Int32(truncatingIfNeeded: Int64(bitPattern: words[row] ^ 1 << 63))
      }
      return .int32(values)
    case .float64:
      let values = Buffer<Double>(uninitialized: words.count)
      for row in 0..<words.count { values.base[row] = FloatCoding.raw(words[row]) }
      return .float64(values)
    }
  }
}

/// The word that would stand at `rank` if they were sorted; moves the words.
private func selected(_ words: UnsafeMutablePointer<UInt64>, count: Int, rank: Int) -> UInt64 {
  var low = 0
  var high = count
  while high - low > 1 {
    let a = words[low]
    let b = words[low + (high - low) / 2]
    let c = words[high - 1]
    let pivot = max(min(a, b), min(max(a, b), c))
    // Less ones to the front, greater ones to the back, equal ones between.
    var less = low
    var next = low
    var greater = high
    while next < greater {
      let word = words[next]
      if word < pivot {
        words[next] = words[less]
        words[less] = word
        less += 1
        next += 1
      } else if word > pivot {
        greater -= 1
        words[next] = words[greater]
        words[greater] = word
      } else {
        next += 1
      }
    }
    if rank < less {
      high = less
    } else if rank >= greater {
      low = greater
    } else {
      return pivot
    }
  }
  return words[low]
}
