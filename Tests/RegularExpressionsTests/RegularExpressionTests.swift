import RegularExpressions
import Testing

@Suite struct RegularExpressionTests {
  @Test(arguments: [
    ("a+", "aaa", true), ("a+", "aab", false), ("", "", true), ("", "a", false), ("[0-9]{3}", "123", true),
    ("ä.ö", "äüö", true), ("a|ab", "ab", true), ("(?i)abc", "ABC", true), ("a\nb", "a\nb", true),
  ])
  func `a whole match covers all of the text`(_ source: String, _ text: String, _ expected: Bool) throws {
    #expect(try RegularExpression(source).matches(text) == expected)
  }

  @Test func `the first match and later ones are found by byte offset`() throws {
    let expression = try RegularExpression("[0-9]+")
    let bytes = Array("ä 12 b 345".utf8)
    try bytes.withUnsafeBufferPointer { text in
      let first = try #require(expression.firstMatch(in: text))
      #expect(first == 3..<5)
      #expect(expression.firstMatch(in: text, from: first.upperBound) == 8..<11)
      #expect(expression.firstMatch(in: text, from: 11) == nil)
      #expect(expression.firstMatch(in: text, from: 99) == nil)
    }
  }

  @Test func `an empty match has an empty range`() throws {
    let expression = try RegularExpression("x*")
    #expect(expression.firstMatch(in: UnsafeBufferPointer(start: nil, count: 0)) == 0..<0)
  }

  @Test func `groups that took no part are absent, empty ones are not`() throws {
    let expression = try RegularExpression("(a)|(b)(c*)")
    #expect(expression.groupCount == 3)
    Array("xb".utf8).withUnsafeBufferPointer { text in
      #expect(expression.captures(in: text) == [nil, 1..<2, 2..<2])
    }
    Array("x".utf8).withUnsafeBufferPointer { text in #expect(expression.captures(in: text) == nil) }
  }

  @Test func `many groups are captured, too`() throws {
    let expression = try RegularExpression(String(repeating: "(.)", count: 40))
    let text = Array(repeating: UInt8(ascii: "z"), count: 40)
    text.withUnsafeBufferPointer { text in
      #expect(expression.captures(in: text) == (0..<40).map { $0..<($0 + 1) })
    }
  }

  @Test(arguments: [
    ("a(b", "missing ): `a(b`"), ("[z-a]", "invalid character class range: `z-a`"),
    ("*", "no argument for repetition operator: `*`"), ("a\\", "trailing \\"),
    ("(?=a)", "invalid perl operator: `(?=`"),
    ("a{2000}", "invalid repetition size: `{2000}`"), ("\\1", "invalid escape sequence: `\\1`"),
  ])
  func `a problem is named with the part it is in`(_ source: String, _ expected: String) {
    #expect(RegularExpression.problem(in: source) == expected)
    #expect(throws: RegularExpressionProblem.self) { try RegularExpression(source) }
  }

  @Test func `what compiles has no problem`() {
    #expect(RegularExpression.problem(in: "^[A-Z]{3}-\\d+$") == nil)
  }

  @Test func `text that is not UTF-8 does no harm`() throws {
    let expression = try RegularExpression("a.b")
    [UInt8]([0x61, 0xFF, 0x62]).withUnsafeBufferPointer { text in #expect(!expression.matches(text)) }
  }

  @Test func `patterns as long as a program's are matched in linear time`() throws {
    let expression = try RegularExpression("(a*)*b")
    let text = Array(repeating: UInt8(ascii: "a"), count: 100_000)
    text.withUnsafeBufferPointer { text in #expect(!expression.matches(text)) }
  }
}
