import Diagnosing
import Syntax
import Testing

/// The bytes of a tree: its tokens in order, each behind its trivia.
func printed(_ node: SyntaxNode) -> [UInt8] {
  var bytes: [UInt8] = []
  func walk(_ node: SyntaxNode) {
    for element in node.elements {
      switch element {
      case .node(let child): walk(child)
      case .token(let token):
        bytes += node.tree.file.bytes[token.triviaRange]
        bytes += token.bytes
      }
    }
  }
  walk(node)
  return bytes
}

/// What is wrong with a tree; nil for a lossless one.
func flaw(of parsed: ParsedFile) -> String? {
  if printed(parsed.tree.root) != parsed.file.bytes { return "the tree does not print the file" }
  var next = 0
  func walk(_ node: SyntaxNode) -> String? {
    guard node.tokenRange.lowerBound >= next else { return "a node begins before its place" }
    for element in node.elements {
      switch element {
      case .node(let child):
        if child.tokenRange.lowerBound < node.tokenRange.lowerBound
          || child.tokenRange.upperBound > node.tokenRange.upperBound
        {
          return "\(child.kind) reaches out of \(node.kind)"
        }
        if let flaw = walk(child) { return flaw }
      case .token(let token):
        if token.index != next { return "token \(token.index) stands where \(next) belongs" }
        next += 1
      }
    }
    return nil
  }
  if let flaw = walk(parsed.tree.root) { return flaw }
  return next == parsed.tree.tokens.count ? nil : "tokens are left over"
}

struct TreeTests {
  @Test(arguments: Corpus.cases)
  func `a tree prints its file back byte for byte`(name: String) throws {
    #expect(try flaw(of: parse(bytes: Corpus.bytes(ofCase: name))) == nil)
  }

  @Test(arguments: Corpus.cases)
  func `the pieces of trivia cover what lies between tokens`(name: String) throws {
    let tree = try parse(bytes: Corpus.bytes(ofCase: name)).tree
    for index in tree.tokens.indices {
      let token = tree.token(index)
      var end = token.triviaRange.lowerBound
      for piece in token.trivia {
        #expect(piece.range.lowerBound == end && !piece.range.isEmpty)
        end = piece.range.upperBound
      }
      #expect(end == token.triviaRange.upperBound)
    }
  }

  @Test(arguments: [
    "", "\n", "\u{FEFF}fn a() -> Int { 1 }\r\n", "// only a comment", "\t\r\n \u{0}\u{0}", "\r", "\"",
    "\"\"\"", "\"{",
    "\"\"\"\n{\"", "re\"", "'", "'a", "/*", "/* a", "#", "}", ")", "{", "fn", "@", ".", "a.", "\"{\"{\"{",
    "}}}\"",
    "\u{201C}a\u{201D}", "fn \u{e4}() -> Int { 1 }", ";;;", "fn a( fn b(", "test \"{x}\" {",
    "import \"{x}\" as y",
  ])
  func `odd texts print back byte for byte`(text: String) {
    #expect(flaw(of: parse(text)) == nil)
  }

  @Test func `bytes that are not UTF-8 print back byte for byte`() {
    for bytes: [UInt8] in [
      [0xFF], [0xC3], [0xE2, 0x82], [0x22, 0xFF, 0x22], [0x2F, 0x2F, 0xFE], [0xF5, 0x80],
    ] {
      let parsed = parse(bytes: bytes)
      #expect(flaw(of: parsed) == nil)
      #expect(parsed.diagnostics.contains { $0.code == .invalidEncoding })
    }
  }

  @Test func `children and tokens of a node come in source order`() throws {
    let tree = parse("fn f(a: Int) -> Int { a + 1 }").tree
    let function = try #require(tree.root.child(.functionDeclaration))
    #expect(function.children.map(\.kind) == [.parameterList, .result, .block])
    #expect(function.tokens.map(\.text) == ["fn", "f"])
    let sum = try #require(function.child(.block)?.child(.binaryExpression))
    #expect(sum.children.map(\.kind) == [.nameExpression, .literal])
    #expect(sum.token(.plus)?.text == "+")
    #expect(tree.file.text(sum.span) == "a + 1")
    #expect(sum.firstToken?.text == "a")
    #expect(sum.lastToken?.text == "1")
  }

  @Test func `trivia falls into spaces, line breaks, comments and documentation`() throws {
    let text = "// one\r\n  /// two\n//// three\n\nfn f() -> Int { 1 }"
    let tree = parse(text).tree
    let first = try #require(tree.root.firstToken)
    #expect(
      first.trivia.map(\.kind) == [
        .comment, .newline, .space, .documentation, .newline, .comment, .newline, .newline,
      ])
    #expect(first.startsLine)
    #expect(first.trivia.map { tree.file.bytes[$0.range].count }.reduce(0, +) == first.triviaRange.count)
  }
}
