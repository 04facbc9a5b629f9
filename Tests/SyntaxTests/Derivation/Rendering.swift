/// Writes derived tokens as text: with spaces, comments and line breaks between them wherever the head of the
/// grammar allows them.
struct Rendering {
  private let reserved: Set<String>
  private var random: SeededGenerator
  private var text = ""
  private var lineBreak = "\n"

  init(_ grammar: Grammar, seed: UInt64) {
    reserved = grammar.words(of: .reference("reserved_word"))
    random = SeededGenerator(seed: seed)
  }

  /// With no more between the tokens than has to be, and a line break for each NEWLINE.
  static func plainly(_ tokens: [DerivedToken]) -> String {
    var text = ""
    var previous: DerivedToken?
    for token in tokens {
      let isJoined = token.isJoined && !(previous?.endsLikeWord == true && token.startsLikeWord)
      text += token.isNewline ? "\n" : isJoined ? token.text : " " + token.text
      previous = token
    }
    return text
  }

  static func onOneLine(_ tokens: [DerivedToken], _ random: inout SeededGenerator) -> String {
    var text = ""
    var previous: DerivedToken?
    for (index, token) in tokens.enumerated() {
      if let previous,
        needsSpace(previous, token, tokens[(index + 1)...]) || (!token.isJoined && random.oneIn(2))
      {
        text += " "
      }
      text += token.text
      previous = token
    }
    return text
  }

  /// With whatever may stand between them.
  mutating func freely(_ tokens: [DerivedToken]) -> String {
    text = ""
    lineBreak = random.oneIn(4) ? "\r\n" : "\n"
    var brackets: [Bool] = []
    var previous: DerivedToken?
    var isNewLine = false
    if random.oneIn(3) { gap(breaks: true) }
    for (index, token) in tokens.enumerated() {
      if token.isNewline {
        isNewLine = true
        continue
      }
      if let previous {
        let next = index + 1 < tokens.count ? tokens[index + 1] : nil
        if isNewLine {
          newLine()
        } else if !token.isJoined {
          let mayBreak = brackets.last == true || !previous.canEnd(reserved) || token.goesOn(before: next)
          gap(breaks: mayBreak, needed: Rendering.needsSpace(previous, token, tokens[(index + 1)...]))
        }
      }
      isNewLine = false
      text += token.text
      switch token.text {
      case "(", "[": brackets.append(true)
      case "{": brackets.append(token.opensFreely)
      case "<" where token.opensFreely: brackets.append(true)
      case ")", "]", "}": brackets.removeLast()
      case ">" where token.isMarkedEnd: brackets.removeLast()
      default: break
      }
      previous = token
    }
    if random.oneIn(2) { newLine() }
    if random.oneIn(8) { text += comment() }
    return text
  }

  /// Whether two tokens would be read as others were they written together.
  private static func needsSpace(
    _ left: DerivedToken, _ right: DerivedToken, _ following: ArraySlice<DerivedToken>
  ) -> Bool {
    if right.isJoined { return false }
    if left.endsLikeWord && right.startsLikeWord { return true }
    // A point right behind a number belongs to it, one right behind a statement's word makes that a name.
    if right.text == ".", left.production == "integer" || (left.production == nil && left.isWord) {
      return true
    }
    if left.isWord && right.text == "<" && following.startsType { return true }
    let operators: Set<Character> = Set("+-*/%<>=!&|?.:@")
    guard let last = left.text.last, let first = right.text.first else { return false }
    return operators.contains(last) && operators.contains(first)
  }

  private mutating func gap(breaks: Bool, needed: Bool = false) {
    switch random.below(10) {
    case 0 where breaks: newLine()
    case 1 where breaks && random.oneIn(3):
      text += " " + comment() + lineBreak
    case 2..<6: text += " "
    case 6: text += "  \t"
    default: if needed { text += " " }
    }
  }

  /// A line break, with comments and blank lines around it or not.
  private mutating func newLine() {
    if random.oneIn(6) { text += " " + comment() }
    text += lineBreak
    while random.oneIn(4) {
      text += String(repeating: " ", count: random.below(5))
      if random.oneIn(2) { text += comment() }
      text += lineBreak
    }
    text += String(repeating: " ", count: random.below(5))
  }

  private mutating func comment() -> String {
    ["// a comment", "//", "/// documentation", "//// \"{ (", "// é ✓  ", "// thalweg:allow L904 reason"]
      .randomElement(using: &random) ?? "//"
  }
}

extension ArraySlice<DerivedToken> {
  /// Whether a type may start here, as far as a lexer can tell: `Name` or `module.Name`.
  fileprivate var startsType: Bool {
    guard let first else { return false }
    if first.text.first?.isUppercase == true { return true }
    let path = prefix(3).map(\.text)
    return first.isWord && path.count == 3 && path[1] == "." && path[2].first?.isUppercase == true
  }
}
