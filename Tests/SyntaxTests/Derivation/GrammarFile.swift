import Foundation

/// The grammar of this package, and programs that it derives.
enum GrammarFile {
  static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let grammar = Result {
    try GrammarReader.read(
      String(contentsOf: root.appendingPathComponent("Grammar/thalweg.ebnf"), encoding: .utf8))
  }

  /// Programs that take every way of every production, and the ways they miss, if any.
  static let derivation = Result {
    var deriver = Deriver(try grammar.get(), seed: 1)
    var programs: [[DerivedToken]] = []
    while programs.count < 1000 || (!deriver.untaken.isEmpty && programs.count < 8000) {
      for round in 0..<100 {
        programs.append(deriver.program(of: Deriver.Size(depth: 30 + round % 60, tokens: round % 20 * 10)))
      }
    }
    return (programs: programs, untaken: deriver.untaken)
  }

  /// The same as texts, with anything between the tokens that may stand there.
  static let texts = Result {
    var rendering = Rendering(try grammar.get(), seed: 1)
    return try derivation.get().programs.map { rendering.freely($0) }
  }
}
