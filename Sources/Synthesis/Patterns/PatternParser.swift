/// Reads a regular expression that RE2 has compiled, so that only what it allows has to be understood.
///
/// Flags for case are not followed (both cases match, one is made), conditions such as `\b` are left to the match
/// that every text must pass.
struct PatternParser {
  private let scalars: [Unicode.Scalar]
  private var position = 0

  /// The pattern that `source` stands for.
  static func parse(_ source: String) throws(UnknownSyntax) -> Pattern {
    var parser = PatternParser(scalars: Array(source.unicodeScalars))
    return try parser.choice()
  }

  private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

  private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  private mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard position + wanted.count <= scalars.count,
      Array(scalars[position..<position + wanted.count]) == wanted
    else { return false }
    position += wanted.count
    return true
  }

  private mutating func choice() throws(UnknownSyntax) -> Pattern {
    var parts = [try sequence()]
    while take("|" as Unicode.Scalar) { parts.append(try sequence()) }
    return parts.count == 1 ? parts[0] : .choice(parts)
  }

  private mutating func sequence() throws(UnknownSyntax) -> Pattern {
    var parts: [Pattern] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      if take("\\Q") {
        while position < scalars.count, !take("\\E") {
          parts.append(.one(CharacterClass(scalars[position])))
          position += 1
        }
        // What repeats is the last character alone.
        if let last = parts.popLast() { parts.append(repeated(last)) }
        continue
      }
      parts.append(repeated(try atom()))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func repeated(_ part: Pattern) -> Pattern {
    var part = part
    while let (least, most) = repetition() { part = .repeated(part, least: least, most: most) }
    return part
  }

  /// `*`, `+`, `?`, `{2}`, `{2,}`, `{2,5}`, each perhaps lazy.
  private mutating func repetition() -> (Int, Int?)? {
    let start = position
    var found: (Int, Int?)?
    if take("*" as Unicode.Scalar) {
      found = (0, nil)
    } else if take("+" as Unicode.Scalar) {
      found = (1, nil)
    } else if take("?" as Unicode.Scalar) {
      found = (0, 1)
    } else if take("{" as Unicode.Scalar) {
      if let least = number() {
        if take("}" as Unicode.Scalar) {
          found = (least, least)
        } else if take("," as Unicode.Scalar) {
          let most = number()
          if take("}" as Unicode.Scalar) { found = (least, most) }
        }
      }
    }
    if found == nil {
      position = start
    } else {
      _ = take("?" as Unicode.Scalar)
    }
    return found
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = next, ("0"..."9").contains(scalar), (value ?? 0) < 10_000 {
      value = (value ?? 0) * 10 + Int(scalar.value - 0x30)
      position += 1
    }
    return value
  }

  private mutating func atom() throws(UnknownSyntax) -> Pattern {
    let scalar = scalars[position]
    position += 1
    switch scalar {
    case "(": return try group()
    case "[": return .one(try bracket().readable)
    case ".": return .one(CharacterClass.all.readable)
    case "^", "$": return .empty
    case "\\":
      if let escaped = try escape() { return .one(escaped.readable) }
      return .empty
    default: return .one(CharacterClass(scalar))
    }
  }

  private mutating func group() throws(UnknownSyntax) -> Pattern {
    if take("?" as Unicode.Scalar) {
      if take("P<") || take("<") {
        while let scalar = next, scalar != ">" {
          _ = scalar
          position += 1
        }
        position += 1
      } else {
        // Flags: `(?i)` for the rest of the group, `(?i:...)`.
        while let scalar = next, scalar != ":", scalar != ")" {
          _ = scalar
          position += 1
        }
        if take(")" as Unicode.Scalar) { return .empty }
        position += 1
      }
    }
    let inner = try choice()
    _ = take(")" as Unicode.Scalar)
    return inner
  }

  /// What stands behind a backslash; nil for a condition.
  private mutating func escape() throws(UnknownSyntax) -> CharacterClass? {
    guard let scalar = next else { return nil }
    position += 1
    switch scalar {
    case "d": return .digits
    case "D": return CharacterClass.digits.inverted
    case "w": return .word
    case "W": return CharacterClass.word.inverted
    case "s": return .space
    case "S": return CharacterClass.space.inverted
    case "b", "B", "A", "z": return nil
    case "n": return CharacterClass("\n")
    case "t": return CharacterClass("\t")
    case "r": return CharacterClass("\r")
    case "f": return CharacterClass("\u{0C}")
    case "v": return CharacterClass("\u{0B}")
    case "a": return CharacterClass("\u{07}")
    case "x": return try hexadecimal()
    case "p", "P": return try unicodeClass(isInverted: scalar == "P")
    case "0"..."7":
      var value = scalar.value - 0x30
      for _ in 0..<2 {
        guard let digit = next, ("0"..."7").contains(digit) else { break }
        value = value * 8 + digit.value - 0x30
        position += 1
      }
      return CharacterClass([value...value])
    case "a"..."z", "A"..."Z": throw UnknownSyntax(part: "\\\(scalar)")
    default: return CharacterClass(scalar)
    }
  }

  private mutating func hexadecimal() throws(UnknownSyntax) -> CharacterClass {
    var digits = ""
    if take("{" as Unicode.Scalar) {
      while let scalar = next, scalar != "}" {
        digits.unicodeScalars.append(scalar)
        position += 1
      }
      position += 1
    } else {
      for _ in 0..<2 {
        guard let scalar = next else { break }
        digits.unicodeScalars.append(scalar)
        position += 1
      }
    }
    guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
      throw UnknownSyntax(part: "\\x\(digits)")
    }
    return CharacterClass(scalar)
  }

  /// `\pN`, `\p{Greek}`, `\p{^Greek}`.
  private mutating func unicodeClass(isInverted: Bool) throws(UnknownSyntax) -> CharacterClass {
    var name = ""
    if take("{" as Unicode.Scalar) {
      while let scalar = next, scalar != "}" {
        name.unicodeScalars.append(scalar)
        position += 1
      }
      position += 1
    } else if let scalar = next {
      name = String(scalar)
      position += 1
    }
    var isInverted = isInverted
    if name.hasPrefix("^") {
      name.removeFirst()
      isInverted.toggle()
    }
    guard let characters = CharacterClass.unicode(name) else { throw UnknownSyntax(part: "\\p{\(name)}") }
    // Only some characters of the class are known, so of its opposite only ASCII is sure.
    return isInverted ? characters.inverted.intersection(.printable) : characters
  }

  /// What stands in `[...]`.
  private mutating func bracket() throws(UnknownSyntax) -> CharacterClass {
    let isInverted = take("^" as Unicode.Scalar)
    var found = CharacterClass([])
    var isFirst = true
    while let scalar = next, scalar != "]" || isFirst {
      isFirst = false
      if take("[:") {
        let isOpposite = take("^" as Unicode.Scalar)
        var name = ""
        while let letter = next, letter != ":" {
          name.unicodeScalars.append(letter)
          position += 1
        }
        position += 2
        guard let known = CharacterClass.posix(name) else { throw UnknownSyntax(part: "[:\(name):]") }
        found = found.union(isOpposite ? known.inverted : known)
        continue
      }
      let low = try member()
      guard low.count == 1, next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
        found = found.union(low)
        continue
      }
      position += 1
      let high = try member()
      let first = low.ranges[0].lowerBound
      found = found.union(CharacterClass([first...max(first, high.ranges[0].lowerBound)]))
    }
    position += 1
    return isInverted ? found.inverted : found
  }

  private mutating func member() throws(UnknownSyntax) -> CharacterClass {
    let scalar = scalars[position]
    position += 1
    guard scalar == "\\" else { return CharacterClass(scalar) }
    return try escape() ?? CharacterClass([])
  }
}
