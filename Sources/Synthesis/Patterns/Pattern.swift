/// What a regular expression in RE2's syntax can match, as far as text can be made from it.
indirect enum Pattern: Sendable {
  /// Nothing, or a condition that the text as a whole is asked about.
  case empty
  /// One character of these.
  case one(CharacterClass)
  case sequence([Pattern])
  case choice([Pattern])
  case repeated(Pattern, least: Int, most: Int?)
}

/// Why no text is made from an expression.
struct UnknownSyntax: Error {
  /// The part that is not known.
  let part: String
}

extension Pattern {
  /// Repetitions without an end are ended after so many more than must be.
  static let spare = 6

  /// A text, as the dice fall.
  func append(to text: inout String.UnicodeScalarView, _ dice: inout Dice) {
    switch self {
    case .empty: break
    case .one(let characters): text.append(characters[dice.below(characters.count)])
    case .sequence(let parts): for part in parts { part.append(to: &text, &dice) }
    case .choice(let parts): dice.pick(parts).append(to: &text, &dice)
    case .repeated(let part, let least, let most):
      let extra = min((most ?? .max) - least, Self.spare)
      for _ in 0..<least + Int(dice.upTo(UInt64(extra))) { part.append(to: &text, &dice) }
    }
  }

  /// All texts, if they are not more than `limit`, also counting those that come up twice.
  func texts(limit: Int) -> [String]? {
    switch self {
    case .empty: return [""]
    case .one(let characters):
      guard characters.count <= limit else { return nil }
      return (0..<characters.count).map { String(characters[$0]) }
    case .sequence(let parts):
      var all = [""]
      for part in parts {
        guard let next = part.texts(limit: limit), all.count * next.count <= limit else { return nil }
        all = all.flatMap { text in next.map { text + $0 } }
      }
      return all
    case .choice(let parts):
      var all: [String] = []
      for part in parts {
        guard let next = part.texts(limit: limit), all.count + next.count <= limit else { return nil }
        all += next
      }
      return all
    case .repeated(let part, let least, let most):
      guard let most, most <= limit else { return nil }
      var all: [String] = []
      for count in least...max(least, most) {
        let copies = Pattern.sequence(Array(repeating: part, count: count))
        guard let next = copies.texts(limit: limit), all.count + next.count <= limit else { return nil }
        all += next
      }
      return all
    }
  }

  /// The characters at each place of one form that it has, the one with the most texts: no two choices of
  /// characters give the same text.
  var widestForm: [CharacterClass] {
    switch self {
    case .empty: return []
    case .one(let characters): return [characters]
    case .sequence(let parts): return parts.flatMap(\.widestForm)
    case .choice(let parts):
      return parts.map(\.widestForm).max { $0.textCount < $1.textCount } ?? []
    case .repeated(let part, let least, let most):
      let count = min(most ?? .max, least + Self.spare)
      return Array(repeating: part.widestForm, count: count).flatMap(\.self)
    }
  }
}

extension [CharacterClass] {
  /// How many texts there are; 2^62 stands for more.
  var textCount: UInt64 {
    var product: UInt64 = 1
    for characters in self {
      let (result, overflow) = product.multipliedReportingOverflow(by: characters.count)
      product = overflow ? 1 << 62 : Swift.min(result, 1 << 62)
    }
    return product
  }
}
