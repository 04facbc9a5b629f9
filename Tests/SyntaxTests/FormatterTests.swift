import Diagnosing
import Syntax
import Testing

/// Formatting changes neither what a program means nor what is formatted already, and loses no comment.
struct FormatterTests {
  @Test(arguments: Corpus.examples)
  func `an example keeps its meaning and its comments`(path: String) throws {
    try expectFaithful(Corpus.bytes(ofExample: path))
  }

  @Test(arguments: Corpus.cases)
  func `a case keeps its meaning and its comments`(name: String) throws {
    try expectFaithful(Corpus.bytes(ofCase: name))
  }

  @Test func `every derived program keeps its meaning and its comments`() throws {
    var failures = 0
    for text in try GrammarFile.texts.get() where failures < 5 {
      if let problem = problem(with: Array(text.utf8)) {
        failures += 1
        Issue.record("\(problem)")
      }
    }
  }

  @Test(arguments: ResilienceTests.towers.indices)
  func `what nests deeply is formatted all the same`(index: Int) throws {
    let tower = ResilienceTests.towers[index]
    let value =
      String(repeating: tower.open, count: 120) + tower.inner + String(repeating: tower.close, count: 120)
    try expectFaithful(Array("fn deep() -> Int { \(value) }\n".utf8))
  }

  @Test func `a file with syntax errors is left alone`() {
    let text = "fn  f( -> Int { 1 }\n"
    #expect(format(parse(text)) == Array(text.utf8))
  }

  private func expectFaithful(_ bytes: [UInt8]) throws {
    let problem = problem(with: bytes)
    #expect(problem == nil, "\(problem ?? "")")
  }

  /// What formatting does to a text that it must not do.
  private func problem(with bytes: [UInt8]) -> String? {
    let parsed = parse(bytes: bytes)
    if parsed.diagnostics.hasErrors { return format(parsed) == bytes ? nil : "a broken file was changed" }
    let once = format(parsed)
    let formatted = parse(bytes: once)
    func report(_ what: String) -> String {
      "\(what)\n--- written\n\(String(decoding: bytes, as: UTF8.self))\n--- formatted\n\(String(decoding: once, as: UTF8.self))"
    }
    if formatted.report != "" { return report("formatting broke the syntax: \(formatted.report)") }
    if tokens(formatted) != tokens(parsed) { return report("the tokens differ") }
    if outline(formatted.program) != outline(parsed.program) { return report("the meaning differs") }
    if comments(formatted).sorted() != comments(parsed).sorted() { return report("the comments differ") }
    if importsComeFirst(parsed), comments(formatted) != comments(parsed) { return report("comments moved") }
    let twice = format(formatted)
    if twice != once {
      return report("formatting again changes it")
        + "\n--- again\n\(UnifiedDiff.text(from: once, to: twice, path: "again"))"
    }
    return layoutProblem(in: once).map(report)
  }

  /// Lines end without blanks, no two blank lines follow each other, and the last line is ended.
  private func layoutProblem(in text: [UInt8]) -> String? {
    if text.isEmpty { return nil }
    if text.last != UInt8(ascii: "\n") { return "the last line has no end" }
    let outside = parse(bytes: text).tree
    for token in outside.tokens.indices {
      var newlines = 0
      for piece in outside.token(token).trivia {
        switch piece.kind {
        case .newline: newlines += 1
        case .space: continue
        case .comment, .documentation: newlines = 0
        }
        if newlines > 2 { return "two blank lines follow each other" }
      }
    }
    return nil
  }

  /// The texts of all tokens but commas, with those of imports first.
  private func tokens(_ parsed: ParsedFile) -> [String] {
    let declarations = Array(parsed.tree.root.children)
    let imports = declarations.filter { $0.kind == .importDeclaration }
    let others = declarations.filter { $0.kind != .importDeclaration }
    return (imports + others).flatMap { declaration in
      declaration.tokenRange.map { parsed.tree.token($0) }.filter { $0.kind != .comma }
        .map { $0.text.replacing("\r\n", with: "\n") }
    }
  }

  private func comments(_ parsed: ParsedFile) -> [String] {
    parsed.tree.tokens.indices.flatMap { index in
      parsed.tree.token(index).trivia.filter { $0.kind == .comment || $0.kind == .documentation }.map {
        String(decoding: parsed.file.bytes[$0.range], as: UTF8.self).trimmingEnd
      }
    }
  }

  private func importsComeFirst(_ parsed: ParsedFile) -> Bool {
    let kinds = parsed.tree.root.children.map { $0.kind == .importDeclaration }
    return !zip(kinds, kinds.dropFirst()).contains { !$0 && $1 }
  }
}

extension String {
  fileprivate var trimmingEnd: String {
    var text = self[...]
    while let last = text.unicodeScalars.last, last == " " || last == "\t" || last == "\r" {
      text.unicodeScalars.removeLast()
    }
    return String(text)
  }
}
