import Diagnosing
import Testing
import YAMLReading

/// Whatever a file holds, reading ends, in nodes or in diagnostics whose places lie in it.
struct HostileTests {
  private func codes(_ bytes: [UInt8]) -> [String] {
    let document = readYAML(source(bytes))
    for diagnostic in document.diagnostics {
      for span in [diagnostic.span] + diagnostic.labels.map(\.span) {
        #expect(span.start <= span.end && span.end <= bytes.count, "\(diagnostic.message)")
      }
    }
    let whole = Span(FileID(0), 0, UInt32(bytes.count))
    if let root = document.root { #expect(root.isWellPlaced(within: whole)) }
    return document.diagnostics.map(\.code.text)
  }

  private func codes(_ text: String) -> [String] { codes(Array(text.utf8)) }

  @Test(arguments: ["[", "{", "- ", "? ", "{a: ", "[[{a: "])
  func `deep nesting is refused`(opener: String) {
    #expect(codes(String(repeating: opener, count: 40)) == ["C853"])
    #expect(codes(String(repeating: opener, count: 1_000_000 / opener.utf8.count)) == ["C853"])
  }

  @Test func `deep nesting by indentation is refused`() {
    let text = (0..<1000).map { "\(String(repeating: " ", count: $0))a:\n" }.joined()
    #expect(codes(text) == ["C853"])
  }

  @Test func `thirty levels are read`() {
    #expect(codes(String(repeating: "[", count: 30) + String(repeating: "]", count: 30)) == [])
  }

  @Test func `an alias bomb is told at its anchors and not unfolded`() {
    var text = "a: &a [lol]\n"
    for (name, before) in zip("bcdefghij", "abcdefghi") {
      let aliases = Array(repeating: "*\(before)", count: 9).joined(separator: ", ")
      text += "\(name): &\(name) [\(aliases)]\n"
    }
    #expect(codes(text) == Array(repeating: "C854", count: 10))
  }

  @Test func `an alias of itself is told`() {
    #expect(codes("&a [*a]") == ["C854"])
    #expect(codes("a: &a { b: *a }") == ["C854"])
  }

  @Test func `more than a mebibyte is refused`() {
    #expect(codes(Array(repeating: UInt8(ascii: "a"), count: 1 << 20)) == [])
    #expect(codes(Array(repeating: UInt8(ascii: "a"), count: 1 << 20 + 1)) == ["C853"])
  }

  @Test func `too many values are refused`() {
    #expect(codes(String(repeating: "- a\n", count: 49_999)) == [])
    #expect(codes(String(repeating: "- a\n", count: 50_000)) == ["C853"])
  }

  @Test(
    arguments: [
      [0xFF], [0x61, 0x3A, 0x20, 0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x9A], [0xC0, 0x80], [0xED, 0xA0, 0x80],
      [0x80],
      [0xF5, 0x80, 0x80, 0x80], [0xFF, 0xFE, 0x61, 0x00], [0xE0, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80],
      [0x00],
      [0x61, 0x1B], [0xC2, 0x80], [0x61, 0xEF, 0xBB, 0xBF],
    ] as [[UInt8]])
  func `what is no text is refused where it stands`(bytes: [UInt8]) { #expect(codes(bytes) == ["C852"]) }

  @Test(arguments: [
    "\t", "\ta: 1", "a:\n\tb: 1", "a: [\n\t1]", "- a\n\t- b", "a: 'x\n\ty'", "|\n\tx", "a: |\n \tx\n",
  ])
  func `tabs are read or refused`(text: String) {
    #expect(Set(codes(text)).isSubset(of: ["C851"]))
  }

  @Test func `random bytes of a mebibyte`() {
    var random = Random(seed: 1)
    #expect(codes((0..<1 << 20).map { _ in UInt8(truncatingIfNeeded: random.next()) }) == ["C852"])
    // Printable ones get past the first look.
    for seed in 2...4 {
      var random = Random(seed: UInt64(seed))
      let signs = Array("ab: -?[]{},&*!|>'\"%@#\\\n  \n".utf8)
      _ = codes((0..<1 << 20).map { _ in signs[Int(random.next() % UInt64(signs.count))] })
    }
  }

  @Test func `short random texts of the signs of YAML`() {
    let signs = [
      "a", "b", ": ", "- ", "? ", "[", "]", "{", "}", ", ", "&x ", "*x ", "!t ", "|\n", ">\n", "'", "\"",
      "\n", "  ", "\n  ", "\t", "#", "ä", "\\", "---\n", "...\n", "%YAML 1.2\n", "<<", "~",
    ]
    for seed in 1...4000 {
      var random = Random(seed: UInt64(seed))
      let count = Int(random.next() % 24)
      _ = codes((0..<count).map { _ in signs[Int(random.next() % UInt64(signs.count))] }.joined())
    }
  }

  @Test func `every prefix of a document`() {
    let text = Array(
      "ä: [b, 'c', \"d\\u00e4\"]\n? e\n: |\n  f\n  g\n# h\n&i j: *i\n...\n---\nk: {l: !m n}\n".utf8)
    for end in 0...text.count { _ = codes(Array(text[..<end])) }
  }
}

/// The same numbers on every machine.
struct Random {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
