import Columns

/// The rows of a join's right side by key: an open-addressing table whose slots hold the high half of the hash
/// and the first row's number plus 1, or 0; rows of one key are chained in order.
///
/// Built by all workers: each fills slots of its own partition. Only read afterwards, hence unchecked.
final class JoinTable: @unchecked Sendable {
  let layout: KeyLayout
  let count: Int
  private let keys: EncodedKeys
  private let slots: Buffer<UInt64>
  private let next: Buffer<Int32>
  private let mask: UInt64
  /// Slots of a partition, less 1: probing stays within a partition.
  private let partitionMask: UInt64
  /// Whether some key has more than one row.
  let hasDuplicates: Bool

  /// Rows from which on all workers build.
  private static let parallelRows = 131_072

  init(layout: KeyLayout, keys: EncodedKeys, pool: WorkerPool) {
    self.layout = layout
    self.keys = keys
    count = keys.count
    precondition(count < Int32.max, "a join holds at most 2^31 rows of its right side")
    var size = 64
    while size < 2 * count { size *= 2 }
    var partitions = 1
    if count >= Self.parallelRows { while partitions < pool.count { partitions *= 2 } }
    slots = Buffer(repeating: 0, count: size)
    next = Buffer(repeating: -1, count: count)
    mask = UInt64(size - 1)
    var chains = false
    if partitions > 1 {
      let width = UInt64(size / partitions)
      let builder = Builder(
        layout: layout, keys: keys, slots: slots, next: next, mask: mask, partitionMask: width - 1)
      let results = pool.collect(partitions) { builder.build(partition: UInt64($0) * width) }
      if results.allSatisfy({ $0 != nil }) {
        partitionMask = width - 1
        hasDuplicates = results.contains(true)
        return
      }
      // A partition has overflowed, so the hashes are skewed: one table for all.
      slots.base.update(repeating: 0, count: size)
      next.base.update(repeating: -1, count: count)
    }
    partitionMask = mask
    let builder = Builder(
      layout: layout, keys: keys, slots: slots, next: next, mask: mask, partitionMask: mask)
    chains = builder.build(partition: nil) ?? false
    hasDuplicates = chains
  }

  private struct Builder: @unchecked Sendable {
    // Unchecked: partitions have no slots or rows in common.
    let layout: KeyLayout
    let keys: EncodedKeys
    let slots: Buffer<UInt64>
    let next: Buffer<Int32>
    let mask: UInt64
    let partitionMask: UInt64

    /// Enters the rows of a partition, or all; whether any key came twice; nil when the slots do not suffice.
    func build(partition: UInt64?) -> Bool? {
      let width = layout.width
      let slots = slots.base
      let lanes = keys.lanes.base
      var hasDuplicates = false
      var used: UInt64 = 0
      // Backwards, so that each chain is in the order of the rows.
      for row in stride(from: keys.count - 1, through: 0, by: -1) {
        if let present = keys.present, !present[row] { continue }
        let hash = keys.hashes.base[row]
        var slot = hash & mask
        if let partition, slot & ~partitionMask != partition { continue }
        while true {
          let entry = slots[Int(truncatingIfNeeded: slot)]
          if entry == 0 {
            if used == partitionMask { return nil }
            used += 1
            break
          }
          if entry >> 32 == hash >> 32 {
            let first = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) - 1
            if layout.areEqual(lanes + first * width, lanes + row * width, width: width) {
              next.base[row] = Int32(truncatingIfNeeded: first)
              hasDuplicates = true
              break
            }
          }
          slot = (slot & ~partitionMask) | ((slot + 1) & partitionMask)
        }
        slots[Int(truncatingIfNeeded: slot)] = hash & ~0xFFFF_FFFF | UInt64(row + 1)
      }
      return hasDuplicates
    }
  }

  /// The first row of each key, -1 where there is none.
  func firstMatches(_ probe: EncodedKeys) -> Buffer<Int32> {
    let matches = Buffer<Int32>(uninitialized: probe.count)
    switch layout.width {
    case 1: find(probe, matches.base, width: 1)
    case 2: find(probe, matches.base, width: 2)
    case 3: find(probe, matches.base, width: 3)
    case let width: find(probe, matches.base, width: width)
    }
    if let present = probe.present {
      for row in 0..<probe.count where !present[row] { matches.base[row] = -1 }
    }
    return matches
  }

  @inline(__always)
  private func find(_ probe: EncodedKeys, _ matches: UnsafeMutablePointer<Int32>, width: Int) {
    let slots = slots.base
    let lanes = keys.lanes.base
    let mask = mask
    let partitionMask = partitionMask
    for row in 0..<probe.count {
      let hash = probe.hashes.base[row]
      let key = probe.lanes.base + row * width
      var slot = hash & mask
      var match: Int32 = -1
      while true {
        let entry = slots[Int(truncatingIfNeeded: slot)]
        if entry == 0 { break }
        if entry >> 32 == hash >> 32 {
          let candidate = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) - 1
          if layout.areEqual(lanes + candidate * width, key, width: width) {
            match = Int32(truncatingIfNeeded: candidate)
            break
          }
        }
        slot = (slot & ~partitionMask) | ((slot + 1) & partitionMask)
      }
      matches[row] = match
    }
  }

  /// The next row of the same key, or -1.
  @inline(__always) func row(after row: Int32) -> Int32 { next.base[Int(row)] }
}
