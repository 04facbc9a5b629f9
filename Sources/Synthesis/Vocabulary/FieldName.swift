/// A field's name, and what texts fit it.
struct FieldName: Sendable {
  /// In lower case.
  let words: [String]
  /// The last word, which mostly says what the value is.
  let last: String

  init(_ name: String) {
    var words: [String] = []
    var word = ""
    var wasLower = false
    for scalar in name.unicodeScalars {
      let isUpper = ("A"..."Z").contains(scalar)
      let isPart = isUpper || ("a"..."z").contains(scalar) || scalar.value > 0x7F
      if !isPart || (isUpper && wasLower) {
        if !word.isEmpty { words.append(word) }
        word = ""
      }
      if isPart { word += String(scalar).lowercased() }
      wasLower = isPart && !isUpper
    }
    if !word.isEmpty { words.append(word) }
    self.words = words
    last = words.last ?? ""
  }

  /// A text that fits.
  func text(_ dice: inout Dice) -> String {
    switch last {
    case "email", "mail":
      return "\(person(&dice, separator: ".").lowercased())@\(dice.pick(Vocabulary.domains))"
    case "name", "customer", "author", "owner", "person":
      if words.contains("first") || words.contains("given") { return dice.pick(Vocabulary.firstNames) }
      if words.contains("last") || words.contains("family") { return dice.pick(Vocabulary.lastNames) }
      if let thing = words.dropLast().last, let names = Vocabulary.lists[thing] { return dice.pick(names) }
      return person(&dice, separator: " ")
    case "user", "username", "login", "nick":
      return "\(dice.pick(Vocabulary.firstNames).lowercased())\(dice.below(100))"
    case "id", "key", "code", "sku", "token", "number", "ref", "reference": return code(&dice)
    case "phone", "tel", "fax", "mobile": return "+00 \(100 + dice.below(900)) \(1000 + dice.below(9000))"
    case "url", "link", "website", "uri":
      return "https://\(dice.pick(Vocabulary.domains))/\(dice.pick(Vocabulary.words))"
    case "street", "address": return "\(dice.pick(Vocabulary.streets)) \(1 + dice.below(120))"
    case "zip", "postcode": return "\(10_000 + dice.below(90_000))"
    case "ip": return "192.0.2.\(dice.below(256))"
    case "text", "note", "notes", "comment", "description", "message", "title", "subject", "body", "summary":
      return phrase(&dice, words: 3 + dice.below(5))
    default: return dice.pick(Vocabulary.lists[last] ?? Vocabulary.words)
    }
  }

  /// The text number `index` of a sequence in which none comes twice.
  func text(at index: UInt64) -> String {
    var dice = Dice(salt: Dice.salt(0, last), identity: index)
    switch last {
    case "email", "mail":
      return "\(person(&dice, separator: ".").lowercased()).\(index + 1)@\(dice.pick(Vocabulary.domains))"
    case "id", "key", "code", "sku", "token", "number", "ref", "reference":
      return "\(words.count > 1 ? words[words.count - 2] : last)-\(index + 1)"
    default: return "\(text(&dice)) \(index + 1)"
    }
  }

  private func person(_ dice: inout Dice, separator: String) -> String {
    let first = dice.pick(Vocabulary.firstNames)
    return "\(first)\(separator)\(dice.pick(Vocabulary.lastNames))"
  }

  private func code(_ dice: inout Dice) -> String {
    var text = ""
    for _ in 0..<3 { text.unicodeScalars.append(Unicode.Scalar(UInt8(65 + dice.below(26)))) }
    return "\(text)-\(100 + dice.below(900))"
  }

  private func phrase(_ dice: inout Dice, words: UInt64) -> String {
    (0..<words).map { _ in dice.pick(Vocabulary.words) }.joined(separator: " ")
  }
}
