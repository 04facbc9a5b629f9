import RegularExpressions

/// Texts that match a pattern, and every other pattern that holds.
struct PatternSampler: Sendable {
  /// Throws of the dice before a text that is known to match is taken.
  private static let attempts = 64

  private let pattern: Pattern
  private let expressions: [RegularExpression]
  /// A text that matches.
  private let known: String

  init(
    _ first: RegularExpression, all expressions: [RegularExpression], field: String
  ) throws(SynthesisProblem) {
    pattern = try Pattern(first, of: field)
    self.expressions = expressions
    for identity in 0..<16 as Range<UInt64> {
      var dice = Dice(salt: 0, identity: identity)
      if let text = Self.text(pattern, expressions, &dice) {
        known = text
        return
      }
    }
    throw SynthesisProblem(
      field, "no text was found that matches the `@pattern` of `\(field)`",
      help: "a `@one_of` names the texts themselves")
  }

  func sample(_ dice: inout Dice) -> String { Self.text(pattern, expressions, &dice) ?? known }

  private static func text(
    _ pattern: Pattern, _ expressions: [RegularExpression], _ dice: inout Dice
  ) -> String? {
    for _ in 0..<attempts {
      var text = ""
      pattern.append(to: &text.unicodeScalars, &dice)
      if expressions.allSatisfy({ $0.matches(text) }) { return text }
    }
    return nil
  }
}

/// The different texts that match patterns, or many of them.
struct PatternDomain: Sendable {
  /// A pattern with at most so many texts is written out.
  private static let most = 20_000

  let count: UInt64
  private let texts: [String]
  private let form: [CharacterClass]
  private let shuffle: Shuffle

  init(_ expressions: [RegularExpression], field: String) throws(SynthesisProblem) {
    let pattern = try Pattern(expressions[0], of: field)
    if let all = pattern.texts(limit: Self.most) {
      texts = Set(all).filter { text in expressions.allSatisfy { $0.matches(text) } }.sorted()
      form = []
      count = UInt64(texts.count)
    } else {
      texts = []
      form = pattern.widestForm
      count = form.textCount
    }
    shuffle = Shuffle(count)
    for index in 0..<min(count, 64) where !expressions.allSatisfy({ $0.matches(self[index]) }) {
      throw SynthesisProblem(
        field, "different texts that match the `@pattern` of the key `\(field)` were not found",
        help: "a simpler pattern, or one pattern alone, can be fulfilled")
    }
  }

  subscript(index: UInt64) -> String {
    var rest = shuffle[index]
    if !texts.isEmpty { return texts[Int(rest)] }
    var text = ""
    for characters in form {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: characters.count)
      text.unicodeScalars.append(characters[digit])
      rest = quotient
    }
    return text
  }
}

extension Pattern {
  fileprivate init(_ expression: RegularExpression, of field: String) throws(SynthesisProblem) {
    do throws(UnknownSyntax) { self = try PatternParser.parse(expression.source) } catch {
      throw SynthesisProblem(
        field, "no text can be made for `\(error.part)` in the `@pattern` of `\(field)`",
        help: "a class such as `[a-z]` can be fulfilled")
    }
  }
}
