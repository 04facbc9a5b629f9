import Diagnosing
import Syntax
import Testing

/// Whatever the input: no crash, no endless loop, a lossless tree, and findings that lie in the file.
struct ResilienceTests {
  private func check(_ bytes: [UInt8], _ what: @autoclosure () -> String) {
    let parsed = parse(bytes: bytes)
    if let flaw = flaw(of: parsed) {
      Issue.record("\(flaw), \(what()):\n\(String(decoding: bytes, as: UTF8.self))")
    }
    for diagnostic in parsed.diagnostics {
      let spans = [diagnostic.span] + diagnostic.labels.map(\.span)
      let fits = spans.allSatisfy { $0.start <= $0.end && Int($0.end) <= bytes.count }
      if !fits || diagnostic.message.isEmpty {
        Issue.record("\(diagnostic) lies outside of the file, \(what())")
      }
    }
  }

  @Test(arguments: Corpus.cases)
  func `every prefix of a case parses`(name: String) throws {
    let bytes = try Corpus.bytes(ofCase: name)
    for token in parse(bytes: bytes).tree.tokens {
      check(Array(bytes[..<Int(token.start)]), "the first \(token.start) bytes of \(name)")
    }
  }

  @Test func `every prefix of an example parses`() throws {
    for path in Corpus.examples {
      let bytes = try Corpus.bytes(ofExample: path)
      for token in parse(bytes: bytes).tree.tokens {
        check(Array(bytes[..<Int(token.end)]), "the first \(token.end) bytes of \(path)")
      }
    }
  }

  @Test(arguments: 0..<8)
  func `files with changed bytes parse`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let marks = Array("(){}[]<>\"'\\.,:;=|&!?@#\n\r\t -+*/_aZ09\u{0}".utf8) + [0xFF, 0xC3, 0xE2]
    let files = try Corpus.everything()
    for _ in 0..<40 {
      var bytes = files.randomElement(using: &random) ?? []
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let mark = marks.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = mark
        case 1: bytes.insert(mark, at: place)
        default: bytes.remove(at: place)
        }
      }
      check(bytes, "seed \(seed)")
    }
  }

  @Test(arguments: 0..<8)
  func `files with changed tokens parse`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed &+ 1_000)
    let files = try Corpus.everything()
    for _ in 0..<40 {
      let file = files.randomElement(using: &random) ?? []
      let tree = parse(bytes: file).tree
      var texts = tree.tokens.map { Array(file[Int($0.start)..<Int($0.end)]) }
      for _ in 0..<Int.random(in: 1...4, using: &random) where texts.count > 2 {
        let place = Int.random(in: 0..<texts.count - 1, using: &random)
        let other = Int.random(in: 0..<texts.count - 1, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: texts[place] = texts[other]
        case 1: texts.insert(texts[other], at: place)
        case 2: texts.swapAt(place, other)
        default: texts.remove(at: place)
        }
      }
      let lines = Int.random(in: 0..<2, using: &random) == 0
      let separator = lines ? UInt8(ascii: "\n") : UInt8(ascii: " ")
      check(Array(texts.joined(separator: [separator])), "seed \(seed)")
    }
  }

  @Test(arguments: 0..<4)
  func `soups of tokens parse`(seed: UInt64) {
    var random = SeededGenerator(seed: seed &+ 2_000)
    let words = [
      "fn", "f", "(", ")", "{", "}", "[", "]", "<", ">", ",", ":", ".", "?.", "??", "?", "!", "=", "==", "->",
      "<-",
      "let", "if", "else", "match", "for", "in", "try", "fail", "row", "none", "record", "A", "x", "pipeline",
      "task",
      "from", "into", "check", "test", "\"s\"", "\"{", "}\"", "\"\"\"", "re\"", "1", "1.5", "10s", "|", "|>",
      "@", "..",
      "...", "\n", "\n", "//", "///", ";", "'", "and", "run", "expect", "given", "enum", "type", "label",
      "import",
    ]
    for _ in 0..<150 {
      let count = Int.random(in: 1...60, using: &random)
      let text = (0..<count).map { _ in words.randomElement(using: &random) ?? "" }.joined(separator: " ")
      check(Array(text.utf8), "seed \(seed)")
    }
  }

  @Test(arguments: [
    "'", "' ", "; ", "/*", "#\n", "\"", "\"{", "\"\"\"\n", "\"\"\"\nfn a\n", "re\"", "\u{201E}", "\u{A0}",
    "@a\n", "@a(",
    "{\n", "}\n", "(\n", "let a = ", "a, ", "(a, ", "x.", "x<A", "fn f(\n", "record A\n", "from a: T = b\n",
    "if a {", "a ? b : ",
    "match a { b -> ", "\"a {b\n", "task t() -> A {\n", "enum A {\n", "\\", "\u{E9}", "\u{0}",
  ])
  func `long runs of one text parse`(text: String) {
    for start in ["", "fn f() -> Int {\n  ", "pipeline p {\n  "] {
      check(Array((start + String(repeating: text, count: 3_000)).utf8), "runs of \(text)")
    }
  }

  /// Ways to nest or chain without end: what opens a level, what is innermost, what closes it.
  static let towers: [(open: String, inner: String, close: String)] = [
    ("(", "1", ")"), ("[", "1", "]"), ("{ ", "1", " }"), ("-", "1", ""), ("!", "a", ""), ("try ", "a", ""),
    ("x -> ", "a", ""), ("f(", "1", ")"), ("a[", "1", "]"), ("", "a", ".b"), ("", "a", "()"),
    ("", "a", "[0]"),
    ("1 + ", "1", ""), ("1 * ", "1", ""), ("a && ", "b", ""), ("a ?? ", "b", ""), ("a else ", "b", ""),
    ("if a { 1 } else ", "{ 1 }", ""), ("if a { ", "1", " } else { 2 }"), ("match a { else -> ", "1", " }"),
    ("row { a: ", "1", " }"), ("A { a: ", "1", " }"), ("\"{", "1", "}\""), ("for a in b { ", "a", " }"),
    ("[a: ", "1", "]"), ("a <", " b", ""), ("a as ", "b", ""), ("a |> ", "b", ""), ("a ? ", "b", " : c"),
    ("json.parse<List<A>>(", "x", ")"), ("not ", "a", ""), ("a and ", "b", ""), ("((", "1", ")"),
    ("(]", "1", "[)"),
  ]

  @Test(arguments: towers.indices)
  func `deep nesting is reported and nothing overflows`(index: Int) {
    let tower = ResilienceTests.towers[index]
    for (count, closes) in [(200, true), (8_000, true), (8_000, false)] {
      let text =
        "fn deep() -> Int {\n  " + String(repeating: tower.open, count: count) + tower.inner
        + (closes ? String(repeating: tower.close, count: count) : "") + "\n}\nfn next() -> Int { 1 }\n"
      let parsed = parse(text)
      #expect(flaw(of: parsed) == nil)
      #expect(parsed.program.declarations.count == 2)
      if count > 1_000, closes || tower.close.isEmpty { #expect(parsed.diagnostics.count >= 1) }
      #expect(parsed.diagnostics.count <= count * 3)
    }
  }

  @Test(arguments: [
    ("List<", ">"), ("a.", ""), ("A?", ""), ("?", ""), ("@a ", ""), ("[", "]"), ("(", ")"),
  ])
  func `deep types are reported and nothing overflows`(open: String, close: String) {
    let text =
      "record A {\n  a: " + String(repeating: open, count: 8_000) + "Int"
      + String(repeating: close, count: 8_000)
      + "\n}\nfn next() -> Int { 1 }\n"
    let parsed = parse(text)
    #expect(flaw(of: parsed) == nil)
    #expect(parsed.program.declarations.count == 2)
  }
}
