// Rows from several columns of one type: concatenation, and the merge of branches.

/// Where each row of an interleaving comes from.
public struct Choices: Sendable {
  /// Which column.
  public let source: Buffer<UInt32>
  /// Which row of it.
  public let row: Buffer<Int32>

  /// As many of both.
  public init(source: Buffer<UInt32>, row: Buffer<Int32>) {
    self.source = source
    self.row = row
  }

  /// Number of rows.
  public var count: Int { row.count }
}

extension Column {
  /// Row i is row `choices.row[i]` of column `choices.source[i]`; the columns have one kind of storage.
  public static func interleaved(_ columns: [Column], _ choices: Choices) -> Column {
    let count = choices.count
    var validity: Bitmap?
    if columns.contains(where: { $0.validity != nil }) {
      validity = Bitmap(count: count) { row in
        columns[Int(choices.source.base[row])].isPresent(Int(choices.row.base[row]))
      }
    }
    let storage: Storage
    switch columns[0].storage {
    case .bits:
      let all = columns.map(\.bits)
      storage = .bits(
        Bitmap(count: count) { all[Int(choices.source.base[$0])][Int(choices.row.base[$0])] })
    case .int32: storage = .int32(interleave(columns.map(\.int32s), choices))
    case .int64: storage = .int64(interleave(columns.map(\.int64s), choices))
    case .float64: storage = .float64(interleave(columns.map(\.floats), choices))
    case .int128: storage = .int128(interleave(columns.map(\.int128s), choices))
    case .text:
      storage = .text(
        interleave(columns.map(\.texts), choices), owners: mergedOwners(columns.map(\.textOwners)))
    case .structure(let fields):
      storage = .structure(
        fields.indices.map { field in .interleaved(columns.map { $0.fields[field] }, choices) })
    case .vector:
      let width = columns.map(\.vectorWidth).max() ?? 0
      let result = Buffer<Float>(repeating: 0, count: count * width)
      let sources = columns.map { ($0.vectors, $0.vectorWidth) }
      for row in 0..<count {
        let (values, size) = sources[Int(choices.source.base[row])]
        let from = values.base + Int(choices.row.base[row]) * size
        (result.base + row * width).update(from: from, count: size)
      }
      storage = .vector(result)
    case .list:
      storage = interleavedLists(columns.map(\.lists), choices)
    }
    return Column(count: count, validity: validity, storage: storage)
  }

  private static func interleavedLists(
    _ lists: [(offsets: Buffer<Int32>, values: Column)], _ choices: Choices
  ) -> Storage {
    let count = choices.count
    let starts = Buffer<Int32>(uninitialized: count + 1)
    var total = 0
    for row in 0..<count {
      starts.base[row] = Int32(truncatingIfNeeded: total)
      let offsets = lists[Int(choices.source.base[row])].offsets.base + Int(choices.row.base[row])
      total += Int(offsets[1]) - Int(offsets[0])
    }
    precondition(total <= Int32.max, "a batch holds at most 2^31 list elements")
    starts.base[count] = Int32(total)
    let sources = Buffer<UInt32>(uninitialized: total)
    let rows = Buffer<Int32>(uninitialized: total)
    var next = 0
    for row in 0..<count {
      let source = choices.source.base[row]
      let offsets = lists[Int(source)].offsets.base + Int(choices.row.base[row])
      for child in offsets[0]..<offsets[1] {
        sources.base[next] = source
        rows.base[next] = child
        next += 1
      }
    }
    return .list(
      offsets: starts, values: interleaved(lists.map(\.values), Choices(source: sources, row: rows)))
  }

  /// One after the other; at least one column, all of one kind of storage.
  public static func concatenated(_ columns: [Column]) -> Column {
    if columns.count == 1 { return columns[0] }
    let count = columns.reduce(0) { $0 + $1.count }
    var validity: Bitmap?
    if columns.contains(where: { $0.validity != nil }) {
      validity = .concatenated(columns.map { $0.validity ?? Bitmap(repeating: true, count: $0.count) })
    }
    let storage: Storage
    switch columns[0].storage {
    case .bits: storage = .bits(.concatenated(columns.map(\.bits)))
    case .int32: storage = .int32(.concatenated(columns.map(\.int32s)))
    case .int64: storage = .int64(.concatenated(columns.map(\.int64s)))
    case .float64: storage = .float64(.concatenated(columns.map(\.floats)))
    case .int128: storage = .int128(.concatenated(columns.map(\.int128s)))
    case .text:
      storage = .text(
        .concatenated(columns.map(\.texts)), owners: mergedOwners(columns.map(\.textOwners)))
    case .vector: storage = .vector(.concatenated(columns.map(\.vectors)))
    case .structure(let fields):
      storage = .structure(fields.indices.map { field in .concatenated(columns.map { $0.fields[field] }) })
    case .list:
      let lists = columns.map(\.lists)
      let starts = Buffer<Int32>(uninitialized: count + 1)
      var next = 0
      var total = 0
      var children: [Column] = []
      for (list, column) in zip(lists, columns) {
        // The values past the last offset, if any, are nobody's.
        let first = Int(list.offsets[0])
        let size = Int(list.offsets[column.count]) - first
        for row in 0..<column.count {
          starts.base[next] = Int32(truncatingIfNeeded: total + Int(list.offsets.base[row]) - first)
          next += 1
        }
        total += size
        children.append(list.values.sliced(first..<first + size))
      }
      precondition(total <= Int32.max, "a batch holds at most 2^31 list elements")
      starts.base[count] = Int32(total)
      storage = .list(offsets: starts, values: .concatenated(children))
    }
    return Column(count: count, validity: validity, storage: storage)
  }
}

extension Batch {
  /// Row i is row `choices.row[i]` of batch `choices.source[i]`; at least one batch, all of one shape.
  public static func interleaved(_ batches: [Batch], _ choices: Choices) -> Batch {
    if batches.count == 1 { return batches[0].gathered(choices.row) }
    return Batch(
      count: choices.count,
      columns: batches[0].columns.indices.map { index in
        Column.interleaved(batches.map { $0.columns[index] }, choices)
      }, tags: .interleaved(batches, choices))
  }

  /// One after the other; at least one batch, all of one shape.
  public static func concatenated(_ batches: [Batch]) -> Batch {
    if batches.count == 1 { return batches[0] }
    let columns = batches[0].columns.indices.map { index in
      Column.concatenated(batches.map { $0.columns[index] })
    }
    return Batch(
      count: batches.reduce(0) { $0 + $1.count }, columns: columns, tags: .concatenated(batches))
  }
}

extension Bitmap {
  /// One after the other.
  public static func concatenated(_ maps: [Bitmap]) -> Bitmap {
    let count = maps.reduce(0) { $0 + $1.count }
    let result = Buffer<UInt64>(repeating: 0, count: (count + 63) / 64)
    var start = 0
    for map in maps {
      let shift = UInt64(start & 63)
      let first = start >> 6
      for word in 0..<map.words.count {
        let bits = map.words.base[word]
        result.base[first + word] |= bits << shift
        if shift != 0, bits >> (64 - shift) != 0 { result.base[first + word + 1] |= bits >> (64 - shift) }
      }
      start += map.count
    }
    return Bitmap(words: result, count: count)
  }
}

extension Buffer {
  /// One after the other.
  public static func concatenated(_ buffers: [Buffer<Value>]) -> Buffer<Value> {
    let result = Buffer(uninitialized: buffers.reduce(0) { $0 + $1.count })
    var next = result.base
    for buffer in buffers {
      next.initialize(from: buffer.base, count: buffer.count)
      next += buffer.count
    }
    return result
  }
}

extension RowTags {
  /// Those of interleaved rows; rows of several origins have none.
  fileprivate static func interleaved(_ batches: [Batch], _ choices: Choices) -> RowTags? {
    let times = batches.compactMap { $0.tags?.times }
    guard times.count == batches.count else { return nil }
    var watermarks: Buffer<Int64>?
    if batches.contains(where: { $0.tags?.watermarks != nil }) {
      watermarks = interleave(
        batches.map { $0.tags?.watermarks ?? Buffer(repeating: .min, count: $0.count) }, choices)
    }
    return RowTags(times: interleave(times, choices), watermarks: watermarks)
  }
}

private func interleave<Value>(_ sources: [Buffer<Value>], _ choices: Choices) -> Buffer<Value> {
  let result = Buffer<Value>(uninitialized: choices.count)
  let to = result.base
  let row = choices.row.base
  let source = choices.source.base
  withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Value>.self, capacity: sources.count) { bases in
    for index in sources.indices { bases.initializeElement(at: index, to: sources[index].base) }
    for index in 0..<choices.count { to[index] = bases[Int(source[index])][Int(row[index])] }
  }
  return result
}

/// Each owner once.
func mergedOwners(_ lists: [[any TextOwner]]) -> [any TextOwner] {
  var seen: Set<ObjectIdentifier> = []
  var result: [any TextOwner] = []
  for list in lists {
    for owner in list where seen.insert(ObjectIdentifier(owner)).inserted { result.append(owner) }
  }
  return result
}
