import Columns

/// Finds byte strings among a few that are known: cases of an enum, keys of an object, allowed values.
///
/// Unchecked because it is only read after `init`.
struct NameTable: @unchecked Sendable {
  private let views: Buffer<TextView>
  private let arena: TextArena
  /// Index of a view, -1 where free; at most half of the slots are taken.
  private let slots: Buffer<Int32>
  private let mask: Int

  init(_ names: [String]) {
    let arena = TextArena()
    views = Buffer(names.map { arena.add($0) })
    self.arena = arena
    var size = 8
    while size < names.count * 2 { size *= 2 }
    mask = size - 1
    slots = Buffer(repeating: -1, count: size)
    for index in 0..<views.count {
      let view = views.base[index]
      var slot = Self.hash(view) & mask
      while slots.base[slot] >= 0, views.base[Int(slots.base[slot])] != view { slot = (slot + 1) & mask }
      if slots.base[slot] < 0 { slots.base[slot] = Int32(index) }
    }
  }

  /// The head has the length and the first four bytes, the tail of short ones the rest.
  @inline(__always)
  private static func hash(_ view: TextView) -> Int {
    let bits = view.isInline ? view.head ^ view.tail &* 0x9E37_79B9_7F4A_7C15 : view.head
    return Int(truncatingIfNeeded: (bits &* 0xD6E8_FEB8_6659_FD93) >> 32)
  }

  /// The index of the first equal name.
  @inline(__always)
  func index(of view: TextView) -> Int? {
    var slot = Self.hash(view) & mask
    while slots.base[slot] >= 0 {
      let index = Int(slots.base[slot])
      if views.base[index] == view { return index }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Whether the name at `index` is this one: for a good guess.
  @inline(__always)
  func matches(_ view: TextView, at index: Int) -> Bool { index < views.count && views.base[index] == view }
}

extension TextView {
  static func != (left: TextView, right: TextView) -> Bool { !(left == right) }
}
