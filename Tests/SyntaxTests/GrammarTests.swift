import Diagnosing
import Syntax
import Testing

/// The grammar file and the parser say the same.
struct GrammarTests {
  let grammar: Grammar

  init() throws { grammar = try GrammarFile.grammar.get() }

  @Test func `every name is defined and reached`() {
    let reach = grammar.reach
    #expect(reach.undefined.isEmpty)
    #expect(reach.unreached == ["space", "comment", "documentation"])
  }

  @Test func `the derived programs take every way of every production`() throws {
    #expect(try GrammarFile.derivation.get().untaken == [])
  }

  @Test func `the parser accepts every derived program and keeps its bytes`() throws {
    var failures = 0
    for text in try GrammarFile.texts.get() {
      let parsed = parse(text)
      if parsed.report != "" || flaw(of: parsed) != nil, failures < 10 {
        failures += 1
        Issue.record("\(parsed.report)\n\(text)")
      }
    }
  }

  /// A program with one token dropped, doubled, or swapped with the next: the parser has nothing to say exactly
  /// if the grammar still derives it.
  @Test func `parser and grammar judge broken programs alike`() throws {
    let recognizer = Recognizer(grammar)
    let reserved = grammar.words(of: .reference("reserved_word"))
    var random = SeededGenerator(seed: 3)
    var failures = 0
    for program in try GrammarFile.derivation.get().programs.filter({ (3..<80).contains($0.count) }).prefix(
      200)
    {
      for _ in 0..<2 {
        let tokens = mutated(program, &random)
        let text = Rendering.plainly(tokens)
        let parsed = parse(text)
        #expect(flaw(of: parsed) == nil)
        let isDerived = recognizer.accepts(tokens.normalized(reserved))
        if isDerived != parsed.diagnostics.isEmpty, failures < 10 {
          failures += 1
          Issue.record(
            "the grammar \(isDerived ? "derives" : "does not derive") this:\n\(text)\n\(parsed.report)")
        }
      }
    }
  }

  private func mutated(_ tokens: [DerivedToken], _ random: inout SeededGenerator) -> [DerivedToken] {
    var tokens = tokens
    let index = random.below(tokens.count - 1)
    switch random.below(3) {
    case 0: tokens.remove(at: index)
    case 1: tokens.insert(tokens[index], at: index)
    default: tokens.swapAt(index, index + 1)
    }
    return tokens
  }
}
