import Columns

/// Numbers keys in the order they come: an open-addressing table of group numbers beside flat arrays of the
/// groups' lanes and hashes. A slot holds the high half of the hash and the group's number plus 1, or 0.
///
/// Used by one thread at a time.
final class GroupTable {
  let layout: KeyLayout
  private(set) var count = 0
  private(set) var lanes: UnsafeMutablePointer<UInt64>
  private(set) var hashes: UnsafeMutablePointer<UInt64>
  private var capacity = 64
  private var slots: UnsafeMutablePointer<UInt64>
  private var mask: UInt64 = 255
  /// Holds the bytes of long texts.
  let arena = TextArena()

  init(layout: KeyLayout) {
    self.layout = layout
    lanes = .allocate(capacity: max(1, capacity * layout.width))
    hashes = .allocate(capacity: capacity)
    slots = .allocate(capacity: 256)
    slots.initialize(repeating: 0, count: 256)
  }

  deinit {
    lanes.deallocate()
    hashes.deallocate()
    slots.deallocate()
  }

  /// The number of each row's group; new keys get the next numbers.
  func groups(of keys: EncodedKeys, into groups: UnsafeMutablePointer<Int32>) {
    self.groups(lanes: keys.lanes.base, hashes: keys.hashes.base, count: keys.count, into: groups)
  }

  /// As above, from lanes laid out alike, such as another table's.
  func groups(
    lanes: UnsafePointer<UInt64>, hashes: UnsafePointer<UInt64>, count: Int,
    into groups: UnsafeMutablePointer<Int32>
  ) {
    // Each width has loops of its own after inlining.
    switch layout.width {
    case 1: find(lanes, hashes, count, groups, width: 1)
    case 2: find(lanes, hashes, count, groups, width: 2)
    case 3: find(lanes, hashes, count, groups, width: 3)
    case let width: find(lanes, hashes, count, groups, width: width)
    }
  }

  @inline(__always)
  private func find(
    _ keys: UnsafePointer<UInt64>, _ keyHashes: UnsafePointer<UInt64>, _ rows: Int,
    _ groups: UnsafeMutablePointer<Int32>, width: Int
  ) {
    for row in 0..<rows {
      let hash = keyHashes[row]
      let key = keys + row * width
      var slot = hash & mask
      while true {
        let entry = slots[Int(truncatingIfNeeded: slot)]
        if entry == 0 {
          groups[row] = insert(key, hash, slot, width: width)
          break
        }
        if entry >> 32 == hash >> 32 {
          let group = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) - 1
          if layout.areEqual(lanes + group * width, key, width: width) {
            groups[row] = Int32(truncatingIfNeeded: group)
            break
          }
        }
        slot = (slot + 1) & mask
      }
    }
  }

  @inline(never)
  private func insert(_ key: UnsafePointer<UInt64>, _ hash: UInt64, _ slot: UInt64, width: Int) -> Int32 {
    precondition(count < Int32.max - 1, "a table holds at most 2^31 groups")
    if count == capacity { growKeys() }
    let group = count
    (lanes + group * width).update(from: key, count: width)
    layout.adopt(lanes + group * width, into: arena)
    hashes[group] = hash
    slots[Int(truncatingIfNeeded: slot)] = hash & ~0xFFFF_FFFF | UInt64(group + 1)
    count += 1
    if UInt64(count) * 2 > mask { growSlots() }
    return Int32(truncatingIfNeeded: group)
  }

  private func growKeys() {
    let width = layout.width
    let newLanes = UnsafeMutablePointer<UInt64>.allocate(capacity: max(1, capacity * 2 * width))
    newLanes.update(from: lanes, count: count * width)
    lanes.deallocate()
    lanes = newLanes
    let newHashes = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity * 2)
    newHashes.update(from: hashes, count: count)
    hashes.deallocate()
    hashes = newHashes
    capacity *= 2
  }

  private func growSlots() {
    let size = Int(mask + 1) * 4
    slots.deallocate()
    slots = .allocate(capacity: size)
    slots.initialize(repeating: 0, count: size)
    mask = UInt64(size - 1)
    for group in 0..<count {
      var slot = hashes[group] & mask
      while slots[Int(slot)] != 0 { slot = (slot + 1) & mask }
      slots[Int(slot)] = hashes[group] & ~0xFFFF_FFFF | UInt64(group + 1)
    }
  }

  /// The groups' keys, a column for each part of the layout.
  func keyColumns() -> [Column] {
    layout.decode(lanes, count: count, owners: [arena])
  }

  /// The keys of some groups.
  func keyColumns(of groups: Buffer<Int32>) -> [Column] {
    let width = layout.width
    let picked = Buffer<UInt64>(uninitialized: groups.count * width)
    for index in 0..<groups.count {
      (picked.base + index * width).update(from: lanes + Int(groups[index]) * width, count: width)
    }
    defer { withExtendedLifetime(picked) {} }
    return layout.decode(picked.base, count: groups.count, owners: [arena])
  }
}
