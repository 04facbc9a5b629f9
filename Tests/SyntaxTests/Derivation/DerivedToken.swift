/// A token of a derived program, with what the grammar's marks say about it.
struct DerivedToken {
  /// The text; empty for NEWLINE.
  var text: String
  /// The lexical production it was derived from; nil for a quoted terminal.
  var production: String?
  /// `#ends`.
  var isMarkedEnd = false
  /// `#free`.
  var opensFreely = false
  /// `#joined`.
  var isJoined = false

  static let newline = DerivedToken(text: "", production: Grammar.newline)

  var isNewline: Bool { production == Grammar.newline }

  /// Whether quoted terminals of the grammar may match it.
  var isName: Bool { ["name", "pattern_name"].contains(production ?? "name") }

  var isWord: Bool { text.first.map { $0.isLetter || $0 == "_" } ?? false }

  /// Letters, digits, and the quotes that make letters before them a literal.
  var startsLikeWord: Bool {
    text.first.map { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "\"" } ?? false
  }

  var endsLikeWord: Bool { text.last.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false }

  private static let reservedThatEnd: Set<String> = ["true", "false", "none", "fail"]
  private static let continuations: Set<String> = [
    ".", "?.", "<-", "else", "*", "/", "%", "+", "-", "..", "..<", "??", "==", "!=", "<", "<=", ">", ">=",
    "in",
    "&&", "||",
  ]

  /// Whether a statement can end here: the second condition of the grammar's head.
  func canEnd(_ reserved: Set<String>) -> Bool {
    if isMarkedEnd || production != nil { return true }
    if isWord { return !reserved.contains(text) || DerivedToken.reservedThatEnd.contains(text) }
    return [")", "]", "}"].contains(text)
  }

  /// Whether it goes on with what stands before: the third condition.
  func goesOn(before next: DerivedToken?) -> Bool {
    guard production == nil, !isMarkedEnd, !opensFreely, DerivedToken.continuations.contains(text) else {
      return false
    }
    return !(isWord && next?.text == ":")
  }
}

extension [DerivedToken] {
  /// Without the NEWLINE tokens that are none by the conditions of the grammar's head.
  func normalized(_ reserved: Set<String>) -> [DerivedToken] {
    var result: [DerivedToken] = []
    var brackets: [Bool] = []
    for (index, token) in enumerated() {
      if token.isNewline {
        let following = self[(index + 1)...].filter { !$0.isNewline }.prefix(2)
        guard let previous = result.last, !previous.isNewline, previous.canEnd(reserved),
          brackets.last != true,
          let next = following.first, !next.goesOn(before: following.dropFirst().first)
        else { continue }
      } else if token.production == nil {
        switch token.text {
        case "(", "[": brackets.append(true)
        case "{": brackets.append(token.opensFreely)
        case "<" where token.opensFreely: brackets.append(true)
        case ")", "]", "}": _ = brackets.popLast()
        case ">" where token.isMarkedEnd: _ = brackets.popLast()
        default: break
        }
      }
      result.append(token)
    }
    return result
  }
}
