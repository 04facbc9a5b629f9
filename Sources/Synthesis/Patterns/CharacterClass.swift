/// A set of characters.
struct CharacterClass: Sendable {
  /// In order, apart from each other.
  private(set) var ranges: [ClosedRange<UInt32>]

  static let digits = CharacterClass([0x30...0x39])
  static let letters = CharacterClass([0x41...0x5A, 0x61...0x7A])
  static let alphanumeric = CharacterClass([0x30...0x39, 0x41...0x5A, 0x61...0x7A])
  static let word = CharacterClass([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let space = CharacterClass([0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
  static let printable = CharacterClass([0x20...0x7E])
  /// Everything but surrogates, which are no characters.
  static let all = CharacterClass([0...0xD7FF, 0xE000...0x10FFFF])

  init(_ ranges: [ClosedRange<UInt32>]) {
    var joined: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = joined.last, range.lowerBound <= last.upperBound &+ 1 {
        joined[joined.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        joined.append(range)
      }
    }
    self.ranges = joined
  }

  init(_ scalar: Unicode.Scalar) { ranges = [scalar.value...scalar.value] }

  var count: UInt64 { ranges.reduce(0) { $0 + UInt64($1.upperBound - $1.lowerBound) + 1 } }

  /// The character at an index.
  subscript(index: UInt64) -> Unicode.Scalar {
    var rest = index
    for range in ranges {
      let size = UInt64(range.upperBound - range.lowerBound) + 1
      if rest < size { return Unicode.Scalar(range.lowerBound + UInt32(rest)) ?? " " }
      rest -= size
    }
    return " "
  }

  func union(_ other: CharacterClass) -> CharacterClass { CharacterClass(ranges + other.ranges) }

  func intersection(_ other: CharacterClass) -> CharacterClass {
    var shared: [ClosedRange<UInt32>] = []
    for left in ranges {
      for right in other.ranges where left.overlaps(right) { shared.append(left.clamped(to: right)) }
    }
    return CharacterClass(shared)
  }

  var inverted: CharacterClass {
    var rest: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { rest.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    if next <= 0x10FFFF { rest.append(next...0x10FFFF) }
    return CharacterClass(rest).intersection(.all)
  }

  /// Letters and digits of a large set, printable ASCII of any other, where it has some: texts are to be read.
  var readable: CharacterClass {
    if count > 90 {
      let plain = intersection(.alphanumeric)
      if !plain.ranges.isEmpty { return plain }
    }
    let printable = intersection(.printable)
    return printable.ranges.isEmpty ? self : printable
  }

  /// A class of POSIX: `alpha` of `[:alpha:]`.
  static func posix(_ name: String) -> CharacterClass? {
    switch name {
    case "alnum": .alphanumeric
    case "alpha": .letters
    case "ascii": CharacterClass([0...0x7F])
    case "blank": CharacterClass([0x09...0x09, 0x20...0x20])
    case "cntrl": CharacterClass([0...0x1F, 0x7F...0x7F])
    case "digit": .digits
    case "graph": CharacterClass([0x21...0x7E])
    case "lower": CharacterClass([0x61...0x7A])
    case "print": .printable
    case "punct": CharacterClass([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])
    case "space": CharacterClass([0x09...0x0D, 0x20...0x20])
    case "upper": CharacterClass([0x41...0x5A])
    case "word": .word
    case "xdigit": CharacterClass([0x30...0x39, 0x41...0x46, 0x61...0x66])
    default: nil
    }
  }

  /// Some characters of a class of Unicode: `L` of `\p{L}`.
  static func unicode(_ name: String) -> CharacterClass? {
    switch name {
    case "L", "Latin": .letters
    case "Lu": CharacterClass([0x41...0x5A])
    case "Ll": CharacterClass([0x61...0x7A])
    case "N", "Nd": .digits
    case "P", "Po": CharacterClass([0x21...0x21, 0x2C...0x2C, 0x2E...0x2E, 0x3F...0x3F])
    case "Pd": CharacterClass([0x2D...0x2D])
    case "S", "Sm": CharacterClass([0x2B...0x2B, 0x3D...0x3D])
    case "Sc": CharacterClass([0x24...0x24])
    case "Z", "Zs": CharacterClass([0x20...0x20])
    case "Greek": CharacterClass([0x3B1...0x3C1, 0x3C3...0x3C9])
    case "Cyrillic": CharacterClass([0x430...0x44F])
    case "Han": CharacterClass([0x4E00...0x4E50])
    case "Hiragana": CharacterClass([0x3042...0x3082])
    case "Katakana": CharacterClass([0x30A2...0x30E2])
    default: nil
    }
  }
}
