/// Repeatable random numbers: SplitMix64 (Steele, Lea, Flood 2014). Frozen: the same start gives the same numbers
/// on every machine and in every version.
struct Dice: Sendable {
  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

  private var state: UInt64

  /// The numbers of one value: of a field, which `salt` stands for, in the row or element `identity`.
  init(salt: UInt64, identity: UInt64) {
    state = Self.mixed(salt ^ Self.mixed(identity &+ Self.step))
  }

  mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mixed(state)
  }

  /// A number in `0..<bound`; `bound` is not 0.
  mutating func below(_ bound: UInt64) -> UInt64 { next().multipliedFullWidth(by: bound).high }

  /// A number in `0...greatest`.
  mutating func upTo(_ greatest: UInt64) -> UInt64 {
    greatest == .max ? next() : below(greatest + 1)
  }

  /// True once in `times`.
  mutating func once(in times: UInt64) -> Bool { below(times) == 0 }

  /// One of the elements, of which there are some.
  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int(below(UInt64(elements.count)))]
  }

  /// A bijection of 64-bit numbers that leaves no pattern.
  static func mixed(_ value: UInt64) -> UInt64 {
    var bits = value
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// The salt of a field below another, or of a column below a seed.
  static func salt(_ outer: UInt64, _ name: String) -> UInt64 {
    // FNV-1a, which is short and frozen like the rest.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return mixed(outer ^ mixed(hash))
  }
}
