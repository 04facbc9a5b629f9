/// The right side of a production, as `Grammar/thalweg.ebnf` describes its notation.
indirect enum GrammarRule: Sendable {
  case terminal(String)
  case reference(String)
  case range(Unicode.Scalar, Unicode.Scalar)
  case sequence([GrammarRule])
  case choice([GrammarRule], Branching)
  case optional(GrammarRule, Branching)
  case repetition(GrammarRule, Branching)
  case difference(GrammarRule, GrammarRule)
  case mark(Mark)
  case lookahead(not: [GrammarRule])

  enum Mark: String, Sendable {
    case free, ends, joined, margin
  }
}

/// A place where a derivation chooses; its ways are numbered from `first`.
struct Branching: Sendable {
  let first: Int
  let ways: Int
  let production: String
}

/// All productions of a grammar file.
struct Grammar: Sendable {
  static let newline = "NEWLINE"
  let start: String
  let productions: [String: GrammarRule]
  let names: [String]
  /// One entry for each way of each branching: the production it stands in.
  let ways: [String]

  func isLexical(_ name: String) -> Bool { name.first?.isLowercase == true }

  subscript(name: String) -> GrammarRule { productions[name] ?? .sequence([]) }

  /// The texts of a rule that is a choice of terminals, through references.
  func words(of rule: GrammarRule) -> Set<String> {
    switch rule {
    case .terminal(let text): [text]
    case .reference(let name): words(of: self[name])
    case .choice(let rules, _), .sequence(let rules): rules.reduce(into: []) { $0.formUnion(words(of: $1)) }
    default: []
    }
  }

  /// What a lexical production excludes.
  func words(ofDifference name: String) -> Set<String> {
    if case .difference(_, let excluded) = self[name] { words(of: excluded) } else { [] }
  }

  /// The quoted words of the syntactic part that are not reserved: names everywhere else.
  var contextualWords: [String] {
    var found: Set<String> = []
    func visit(_ rule: GrammarRule) {
      switch rule {
      case .terminal(let text): if text.first?.isLetter == true { found.insert(text) }
      case .sequence(let rules), .choice(let rules, _): rules.forEach(visit)
      case .optional(let rule, _), .repetition(let rule, _): visit(rule)
      default: break
      }
    }
    for name in names where !isLexical(name) { visit(self[name]) }
    return found.subtracting(words(of: .reference("reserved_word"))).sorted()
  }

  /// Names that are used and not defined, names that nothing leads to from the start, and the branchings that
  /// derivations can reach: not those of what a rule excludes.
  var reach: (undefined: Set<String>, unreached: Set<String>, branchings: [Branching]) {
    var used: Set<String> = [start]
    var derived: Set<String> = []
    var branchings: [Branching] = []
    func visit(_ rule: GrammarRule) {
      switch rule {
      case .terminal, .range, .mark: break
      case .reference(let name):
        used.insert(name)
        if derived.insert(name).inserted { visit(self[name]) }
      case .sequence(let rules): rules.forEach(visit)
      case .choice(let rules, let branching):
        branchings.append(branching)
        rules.forEach(visit)
      case .optional(let rule, let branching), .repetition(let rule, let branching):
        branchings.append(branching)
        visit(rule)
      case .lookahead(let rules): rules.forEach(mention)
      case .difference(let rule, let excluded):
        visit(rule)
        mention(excluded)
      }
    }
    func mention(_ rule: GrammarRule) {
      if case .reference(let name) = rule { used.insert(name) }
    }
    visit(.reference(start))
    let known = Set(names).union([Grammar.newline])
    return (used.subtracting(known), known.subtracting(used), branchings)
  }
}
