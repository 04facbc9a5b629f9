/// What a derivation has to know to come to an end: how deep the shortest derivation of each production is, in
/// general and on a single line.
struct GrammarMeasures {
  static let endless = 1_000_000
  private let grammar: Grammar
  private var depths: [String: Int] = [:]
  private var inlineDepths: [String: Int] = [:]

  init(_ grammar: Grammar) {
    self.grammar = grammar
    var changed = true
    while changed {
      changed = false
      for name in grammar.names {
        for inline in [false, true] {
          let depth = self.depth(of: grammar[name], inline: inline) + 1
          if depth < self.depth(of: .reference(name), inline: inline) {
            if inline { inlineDepths[name] = depth } else { depths[name] = depth }
            changed = true
          }
        }
      }
    }
  }

  /// The depth of the shortest derivation of a rule; `endless` where there is none (without a line break).
  func depth(of rule: GrammarRule, inline: Bool) -> Int {
    switch rule {
    case .terminal(let text): text == "\n" && inline ? GrammarMeasures.endless : 0
    case .range, .mark, .lookahead, .optional, .repetition: 0
    case .reference(Grammar.newline): inline ? GrammarMeasures.endless : 0
    case .reference(let name): (inline ? inlineDepths : depths)[name] ?? GrammarMeasures.endless
    case .sequence(let rules): rules.map { depth(of: $0, inline: inline) }.max() ?? 0
    case .choice(let rules, _): rules.map { depth(of: $0, inline: inline) }.min() ?? 0
    case .difference(let rule, _): depth(of: rule, inline: inline)
    }
  }
}
