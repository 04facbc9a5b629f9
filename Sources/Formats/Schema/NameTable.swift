import Columns

/// Finds byte strings among a few that are known: cases of an enum, keys of an object, allowed values.
///
/// Unchecked because it is only read after `init`.
struct NameTable: @unchecked Sendable {
  private let views: [TextView]
  private let arena: TextArena
  /// Index of a view, -1 where free; at most half of the slots are taken.
  private let slots: [Int32]
  private let mask: Int

  init(_ names: [String]) {
    let arena = TextArena()
    views = names.map { arena.add($0) }
    self.arena = arena
    var size = 8
    while size < names.count * 2 { size *= 2 }
    mask = size - 1
    var slots = Array(repeating: Int32(-1), count: size)
    for (index, view) in views.enumerated() {
      var slot = Self.hash(view) & mask
      while slots[slot] >= 0, views[Int(slots[slot])] != view { slot = (slot + 1) & mask }
      if slots[slot] < 0 { slots[slot] = Int32(index) }
    }
    self.slots = slots
  }

  /// The head has the length and the first four bytes, the tail of short ones the rest.
  private static func hash(_ view: TextView) -> Int {
    let bits = view.isInline ? view.head ^ view.tail &* 0x9E37_79B9_7F4A_7C15 : view.head
    return Int(truncatingIfNeeded: (bits &* 0xD6E8_FEB8_6659_FD93) >> 32)
  }

  /// The index of the first equal name.
  func index(of view: TextView) -> Int? {
    var slot = Self.hash(view) & mask
    while slots[slot] >= 0 {
      let index = Int(slots[slot])
      if views[index] == view { return index }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Whether the name at `index` is this one: for a good guess.
  func matches(_ view: TextView, at index: Int) -> Bool { index < views.count && views[index] == view }
}

extension TextView {
  static func != (left: TextView, right: TextView) -> Bool { !(left == right) }
}
