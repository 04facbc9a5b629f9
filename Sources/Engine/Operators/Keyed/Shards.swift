import Columns

/// How keys are cut by their hashes: into 64 virtual shards, by which state is saved, and into partitions of
/// neighbouring shards, which are worked on independently of each other.
struct Shards: Sendable {
  /// Virtual shards, whatever the number of workers.
  static let count = 64

  let partitions: Int
  private let shift: UInt64

  /// One partition for one worker; for several so many that a large one does not keep the others waiting.
  init(workers: Int) {
    var partitions = 1
    if workers > 1 { while partitions < min(4 * workers, Self.count) { partitions *= 2 } }
    self.partitions = partitions
    shift = UInt64(64 - partitions.trailingZeroBitCount)
  }

  /// The partition of a key.
  func partition(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> shift) }

  /// The virtual shard of a key.
  static func shard(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 58) }

  /// The rows of these hashes, a list for each partition.
  func split(_ hashes: Buffer<UInt64>) -> RowLists {
    RowLists(count: hashes.count, lists: partitions) { partition(hashes[$0]) }
  }
}

/// Rows in lists, each in order.
struct RowLists: Sendable {
  private let rows: Buffer<Int32>
  private let starts: [Int]

  /// Rows 0..<count, each in the list that `list` says.
  init(count: Int, lists: Int, _ list: (Int) -> Int) {
    rows = Buffer(uninitialized: count)
    var next = [Int](repeating: 0, count: lists + 1)
    for row in 0..<count { next[list(row) + 1] += 1 }
    for index in 0..<lists { next[index + 1] += next[index] }
    starts = next
    for row in 0..<count {
      let own = list(row)
      rows.base[next[own]] = Int32(truncatingIfNeeded: row)
      next[own] += 1
    }
  }

  /// The rows of a list.
  subscript(list: Int) -> Buffer<Int32> { rows.sliced(starts[list]..<starts[list + 1]) }
}

/// The versions of the virtual shards of one kind of state: each grows when its shard changes.
final class ShardVersions: @unchecked Sendable {
  // Unchecked: whoever works on a partition changes the versions of its own shards only.
  private let versions = Buffer<Int64>(repeating: 0, count: Shards.count)
  private let kind: String

  /// Of the sections whose names start with `kind`.
  init(_ kind: String) { self.kind = kind }

  /// Something of the key with this hash has changed.
  func note(_ hash: UInt64) { versions.base[Shards.shard(hash)] += 1 }

  /// Cuts what a partition holds into sections, one for each of its shards that ever held anything.
  func sections(
    _ rows: Batch, _ hashes: Buffer<UInt64>, ofPartition partition: Int, _ shards: Shards
  ) -> [OperatorState.Section] {
    let lists = RowLists(count: rows.count, lists: Shards.count) { Shards.shard(hashes[$0]) }
    let each = Shards.count / shards.partitions
    return (partition * each..<(partition + 1) * each).compactMap { shard in
      let version = Int(versions[shard])
      guard version > 0 else { return nil }
      return OperatorState.Section(
        "\(kind) \(shard)", version: version, rows: rows.gathered(lists[shard]).compacted())
    }
  }

  /// The sections of this kind; versions go on where they were.
  func restore(_ state: OperatorState) -> [Batch] {
    state.sections.compactMap { section in
      let words = section.name.split(separator: " ")
      guard words.count == 2, words[0] == kind, let shard = Int(words[1]), (0..<Shards.count).contains(shard)
      else { return nil }
      versions.base[shard] = Int64(section.version)
      return section.rows
    }
  }
}
