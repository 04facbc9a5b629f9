import RegularExpressions
import Testing

@testable import Synthesis

struct PatternTests {
  static let sources = [
    "[A-Z]{3}", "a|bc|", "\\d{4}-\\d{2}", "(foo|bar)+[^,]*", "(?i)abc", "(?P<x>\\w+)@\\w+\\.(com|net)",
    "\\Q.*\\E?",
    "[[:upper:]][[:^digit:]]", "[\\]^-]", "a{2,4}b{3,}c{,2}", "\\x41\\x{e9}\\101", "x*?y+?", "[^a-z]",
    "\\p{Lu}\\PL",
    "^\\Aab\\z$", "\\bword\\b", ".", "[a-]", "((a|b)c?){2}", "\\p{Greek}+", "\\.\\/\\-", "{", "a{", "(?:)x",
    "\\S\\D\\W",
  ]

  @Test(arguments: sources)
  func `every text made from a pattern matches it`(source: String) throws {
    let expression = try RegularExpression(source)
    let sampler = try PatternSampler(expression, all: [expression], field: "f")
    for identity in 0..<200 as Range<UInt64> {
      var dice = Dice(salt: 1, identity: identity)
      let text = sampler.sample(&dice)
      #expect(expression.matches(text), "\(text.debugDescription)")
    }
  }

  @Test(arguments: sources)
  func `the texts of a key match its pattern and are different`(source: String) throws {
    let expression = try RegularExpression(source)
    let domain = try PatternDomain([expression], field: "f")
    let texts = (0..<min(domain.count, 5000)).map { domain[$0] }
    #expect(Set(texts).count == texts.count)
    for text in texts { #expect(expression.matches(text), "\(text.debugDescription)") }
  }

  @Test(arguments: [("[ab]{2}", 4), ("a|a|b", 2), ("(a?){2}", 3), ("[0-9]", 10), ("x", 1), ("(a|b)?c", 3)])
  func `all texts of a small pattern are found`(source: String, count: Int) throws {
    #expect(try PatternDomain([RegularExpression(source)], field: "f").count == UInt64(count))
  }

  @Test func `what can't be made is said`() throws {
    let thai = try RegularExpression("\\p{Thai}+")
    #expect(throws: SynthesisProblem.self) { try PatternSampler(thai, all: [thai], field: "f") }
    let never = try RegularExpression("a\\bb")
    #expect(throws: SynthesisProblem.self) { try PatternSampler(never, all: [never], field: "f") }
  }
}
