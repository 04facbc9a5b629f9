/// Derives random programs from a grammar. It prefers ways that it has taken seldom, and takes the shortest way
/// out when a program has become deep or long.
struct Deriver {
  /// Bounds: deeper or longer than this a derivation takes the shortest way out.
  struct Size {
    let depth: Int
    let tokens: Int
  }

  /// Ways that are taken more often than others, so that programs do not consist of `try try for`.
  private static let usual = ["Expression": 2]

  let grammar: Grammar
  private let measures: GrammarMeasures
  private let contextualWords: [String]
  private let reserved: Set<String>
  private var random: SeededGenerator

  /// How often each way of each branching was taken.
  private(set) var uses: [Int]
  private var taken: [Int] = []
  private var tokens: [DerivedToken] = []
  private var marks: Set<GrammarRule.Mark> = []
  /// Whether no line break may come: inside an interpolation.
  private var isInline: Bool { nesting > 0 }
  /// How many interpolations stand around.
  private var nesting = 0
  private var margin = ""
  /// What the next token may not be, and whether one was that.
  private var excluded: Set<String> = []
  private var isSpoilt = false
  /// How many tokens there may be before the shortest way out is taken: here, and in the whole program.
  private var longest = 0
  private var room = 0

  init(_ grammar: Grammar, seed: UInt64) {
    self.grammar = grammar
    measures = GrammarMeasures(grammar)
    contextualWords = grammar.contextualWords
    reserved = grammar.words(of: .reference("reserved_word"))
    random = SeededGenerator(seed: seed)
    uses = [Int](repeating: 0, count: grammar.ways.count)
  }

  /// A program, from the grammar's first production.
  mutating func program(of size: Size) -> [DerivedToken] {
    longest = size.tokens
    room = size.tokens
    repeat {
      tokens = []
      taken = []
      excluded = []
      isSpoilt = false
      derive(.reference(grammar.start), size.depth)
    } while tokens.isEmpty && size.tokens > 0 || isSpoilt
    for way in taken { uses[way] += 1 }
    return tokens
  }

  /// The ways that no program has taken yet, as production and number.
  var untaken: [String] {
    grammar.reach.branchings.flatMap { branching in
      (0..<branching.ways).filter { uses[branching.first + $0] == 0 }.map {
        "\(branching.production): branching \(branching.first), way \($0 + 1) of \(branching.ways)"
      }
    }
  }

  // MARK: Syntactic rules

  private mutating func derive(_ rule: GrammarRule, _ depth: Int) {
    switch rule {
    case .terminal(let text): append(DerivedToken(text: text))
    case .reference(Grammar.newline):
      excluded = []
      tokens.append(.newline)
    case .reference(let name) where grammar.isLexical(name):
      append(DerivedToken(text: spell(name), production: production(of: name)))
    case .reference(let name):
      let outer = longest
      // So that one expression does not take all the room of a program, nor leave none to a loop's body.
      switch name {
      case "Expression", "Operand": longest = min(longest, tokens.count + 3 + random.below(40))
      case "LoopBody": longest = max(longest, min(tokens.count + 30, room))
      default: break
      }
      derive(grammar[name], depth - 1)
      longest = outer
    case .sequence(let rules): sequence(rules[...], depth)
    case .choice(let rules, let branching): derive(rules[choose(rules, branching, depth)], depth)
    case .optional(let rule, let branching): if goesOn(rule, branching, depth) { derive(rule, depth) }
    case .repetition(let rule, let branching):
      var count = 0
      while goesOn(rule, branching, depth), count < 4 {
        derive(rule, depth)
        count += 1
      }
    case .mark(let mark): marks.insert(mark)
    case .lookahead: sequence([rule], depth)
    case .range, .difference: break
    }
  }

  private mutating func append(_ token: DerivedToken) {
    var token = token
    token.isMarkedEnd = marks.contains(.ends)
    token.opensFreely = marks.contains(.free)
    token.isJoined = marks.contains(.joined)
    marks = []
    if excluded.contains(token.text) { isSpoilt = true }
    excluded = []
    tokens.append(token)
  }

  /// `word` and `reserved_word` give names and words, not literals.
  private func production(of name: String) -> String? { name == "reserved_word" ? nil : name }

  private mutating func sequence(_ rules: ArraySlice<GrammarRule>, _ depth: Int) {
    for (index, rule) in zip(rules.indices, rules) {
      guard case .lookahead(let excluded) = rule else {
        derive(rule, depth)
        continue
      }
      let words = excluded.reduce(into: Set<String>()) { $0.formUnion(grammar.words(of: $1)) }
      let state = (tokens.count, taken.count)
      for attempt in 0... {
        sequence(rules[(index + 1)...], attempt < 8 ? depth : 0)
        if state.0 == tokens.count { self.excluded.formUnion(words) }
        guard state.0 < tokens.count, words.contains(tokens[state.0].text) else { return }
        tokens.removeLast(tokens.count - state.0)
        taken.removeLast(taken.count - state.1)
      }
    }
  }

  // MARK: Choices

  private mutating func choose(_ rules: [GrammarRule], _ branching: Branching, _ depth: Int) -> Int {
    let depths = rules.map { measures.depth(of: $0, inline: isInline) }
    let least = depths.min() ?? 0
    let budget = (tokens.count > longest ? least : max(depth, least)) + 3
    let possible = rules.indices.filter { depths[$0] <= budget }
    let seldom = possible.min { used(branching, $0) < used(branching, $1) } ?? 0
    let isNew = used(branching, seldom) < 3
    if let usual = Deriver.usual[branching.production], !isNew, !random.oneIn(4), possible.contains(usual) {
      taken.append(branching.first + usual)
      return usual
    }
    let choice =
      tokens.count <= longest && random.oneIn(isNew ? 2 : 4) ? seldom : possible[random.below(possible.count)]
    taken.append(branching.first + choice)
    return choice
  }

  private mutating func goesOn(_ rule: GrammarRule, _ branching: Branching, _ depth: Int) -> Bool {
    let isPossible = measures.depth(of: rule, inline: isInline) < max(depth, 1) && tokens.count <= longest
    let goesOn = isPossible && random.below(10) < (used(branching, 0) < 3 ? 8 : 5)
    taken.append(branching.first + (goesOn ? 0 : 1))
    return goesOn
  }

  private func used(_ branching: Branching, _ way: Int) -> Int { uses[branching.first + way] }

  // MARK: Lexical rules

  private mutating func spell(_ name: String) -> String {
    if name == "name" || name == "pattern_name", random.oneIn(6),
      let word = contextualWords.randomElement(using: &random)
    {
      return word
    }
    margin = String(repeating: " ", count: random.below(4))
    return spell(.reference(name))
  }

  private mutating func spell(_ rule: GrammarRule) -> String {
    switch rule {
    case .terminal(let text): return text
    case .reference(let name) where grammar.isLexical(name): return spell(grammar[name])
    case .reference(let name): return interpolated(name)
    case .range(let first, let last): return String(scalar(from: first, to: last))
    case .sequence(let rules): return rules.reduce(into: "") { $0 += spell($1) }
    case .choice(let rules, let branching):
      return spell(rules[choose(rules, branching, nesting < 2 ? 100 : 1)])
    case .optional(let rule, let branching):
      let goesOn = measures.depth(of: rule, inline: isInline) < GrammarMeasures.endless && random.oneIn(2)
      taken.append(branching.first + (goesOn ? 0 : 1))
      return goesOn ? spell(rule) : ""
    case .repetition(let rule, let branching):
      var text = ""
      while measures.depth(of: rule, inline: isInline) < GrammarMeasures.endless, !random.oneIn(3),
        text.utf8.count < (branching.production == "digits" ? 5 : 12)
      {
        text += spell(rule)
        taken.append(branching.first)
      }
      taken.append(branching.first + 1)
      return text
    case .difference(let rule, let excluded):
      let words = grammar.words(of: excluded)
      while true {
        let text = spell(rule)
        if !words.contains(text) { return text }
      }
    case .mark: return margin
    case .lookahead: return ""
    }
  }

  private mutating func scalar(from first: Unicode.Scalar, to last: Unicode.Scalar) -> Unicode.Scalar {
    let upper = random.oneIn(4) ? last.value : min(last.value, 0x7E)
    while true {
      let value = UInt32.random(in: first.value...upper, using: &random)
      if let scalar = Unicode.Scalar(value), value != 0x7F { return scalar }
    }
  }

  /// The expression of an interpolation, on one line.
  private mutating func interpolated(_ name: String) -> String {
    let outer = (tokens, longest, margin, marks, excluded)
    (tokens, longest, marks, excluded) = ([], 12, [], [])
    nesting += 1
    derive(.reference(name), 30)
    nesting -= 1
    let text = Rendering.onOneLine(tokens, &random)
    (tokens, longest, margin, marks, excluded) = outer
    return text
  }
}

extension SeededGenerator {
  /// True once in `n` times.
  mutating func oneIn(_ n: Int) -> Bool { below(n) == 0 }

  /// From 0 to before `n`.
  mutating func below(_ n: Int) -> Int { Int.random(in: 0..<n, using: &self) }
}
