/// Tells whether tokens are a program, by Earley's algorithm over the grammar itself.
struct Recognizer {
  private enum Symbol {
    case rule(Int)
    case terminal(Terminal)
    case not(Set<String>)
    /// The body of a rule is complete.
    case end(Int)
  }

  private enum Terminal: Hashable {
    case quoted(String)
    case lexical(String)
    /// The "<" of type arguments.
    case angle(isJoined: Bool)
  }

  /// A place in a body and where its rule began.
  private struct Item: Hashable {
    let place: Int
    let origin: Int
  }

  private let grammar: Grammar
  private let reserved: Set<String>
  /// All bodies of all rules, one behind the other.
  private var code: [Symbol] = []
  private var bodies: [[Int]] = []
  private var rules: [String: Int] = [:]
  private var isNullable: [Bool] = []

  init(_ grammar: Grammar) {
    self.grammar = grammar
    reserved = grammar.words(of: .reference("reserved_word"))
    for name in grammar.names where !grammar.isLexical(name) { rules[name] = newRule() }
    for name in grammar.names where !grammar.isLexical(name) {
      if let rule = rules[name] { add(rule, symbols(of: grammar[name])) }
    }
    isNullable = [Bool](repeating: false, count: bodies.count)
    while let rule = bodies.indices.first(where: {
      !isNullable[$0] && bodies[$0].contains(where: isEmptyBody)
    }) {
      isNullable[rule] = true
    }
  }

  private func isEmptyBody(_ start: Int) -> Bool {
    for symbol in code[start...] {
      switch symbol {
      case .end: return true
      case .not: continue
      case .rule(let rule): if !isNullable[rule] { return false }
      case .terminal: return false
      }
    }
    return true
  }

  private mutating func newRule() -> Int {
    bodies.append([])
    return bodies.count - 1
  }

  private mutating func add(_ rule: Int, _ symbols: [Symbol]) {
    bodies[rule].append(code.count)
    code.append(contentsOf: symbols)
    code.append(.end(rule))
  }

  private mutating func symbols(of rule: GrammarRule) -> [Symbol] {
    switch rule {
    case .terminal(let text): return [.terminal(.quoted(text))]
    case .reference(let name):
      if name == Grammar.newline || grammar.isLexical(name) { return [.terminal(.lexical(name))] }
      return rules[name].map { [.rule($0)] } ?? []
    case .sequence(let parts):
      var marks: Set<GrammarRule.Mark> = []
      return parts.flatMap { part -> [Symbol] in
        if case .mark(let mark) = part {
          marks.insert(mark)
          return []
        }
        defer { marks = [] }
        if case .terminal("<") = part, marks.contains(.free) {
          return [.terminal(.angle(isJoined: marks.contains(.joined)))]
        }
        return symbols(of: part)
      }
    case .choice(let parts, _):
      let choice = newRule()
      for part in parts { add(choice, symbols(of: part)) }
      return [.rule(choice)]
    case .optional(let part, _):
      let option = newRule()
      add(option, symbols(of: part))
      add(option, [])
      return [.rule(option)]
    case .repetition(let part, _):
      let repetition = newRule()
      add(repetition, [.rule(repetition)] + symbols(of: part))
      add(repetition, [])
      return [.rule(repetition)]
    case .lookahead(let excluded):
      return [.not(excluded.reduce(into: []) { $0.formUnion(grammar.words(of: $1)) })]
    case .range, .difference, .mark: return []
    }
  }

  /// All terminals that a token stands for.
  private func terminals(of token: DerivedToken) -> Set<Terminal> {
    let production = token.production ?? (token.isWord && !reserved.contains(token.text) ? "name" : nil)
    switch production {
    case nil where token.text == "<":
      return [.angle(isJoined: false), token.isJoined ? .angle(isJoined: true) : .quoted("<")]
    case nil where reserved.contains(token.text): return [.quoted(token.text), .lexical("reserved_word")]
    case nil: return [.quoted(token.text)]
    case "name", "pattern_name":
      let excluded = grammar.words(ofDifference: "pattern_name")
      let terminals: Set<Terminal> = [.lexical("name"), .quoted(token.text)]
      return excluded.contains(token.text) ? terminals : terminals.union([.lexical("pattern_name")])
    case "plain_string": return [.lexical("plain_string"), .lexical("string")]
    case "string" where !token.text.hasInterpolation: return [.lexical("plain_string"), .lexical("string")]
    case let production?: return [.lexical(production)]
    }
  }

  func accepts(_ tokens: [DerivedToken]) -> Bool {
    guard let start = rules[grammar.start] else { return false }
    var items = bodies[start].map { Item(place: $0, origin: 0) }
    // For each position, the items before a rule, by that rule.
    var waiting: [[Int: [Item]]] = []
    for position in 0...tokens.count {
      let token = position < tokens.count ? tokens[position] : nil
      let terminals = token.map(terminals) ?? []
      let isName = token.map { $0.isName } ?? false
      var known = Set(items)
      var next: [Item] = []
      var isPredicted: Set<Int> = []
      waiting.append([:])
      func add(_ item: Item) {
        if known.insert(item).inserted { items.append(item) }
      }
      var index = 0
      while index < items.count {
        let item = items[index]
        let moved = Item(place: item.place + 1, origin: item.origin)
        index += 1
        switch code[item.place] {
        case .end(let rule):
          for item in waiting[item.origin][rule] ?? [] {
            add(Item(place: item.place + 1, origin: item.origin))
          }
        case .rule(let rule):
          waiting[position][rule, default: []].append(item)
          if isPredicted.insert(rule).inserted {
            for body in bodies[rule] { add(Item(place: body, origin: position)) }
          }
          if isNullable[rule] { add(moved) }
        case .not(let words):
          if !isName || !words.contains(token?.text ?? "") { add(moved) }
        case .terminal(let terminal):
          if terminals.contains(terminal) { next.append(moved) }
        }
      }
      if position == tokens.count {
        return items.contains {
          if case .end(start) = code[$0.place] { $0.origin == 0 } else { false }
        }
      }
      if next.isEmpty { return false }
      items = next
    }
    return false
  }
}

extension String {
  /// Whether an unescaped brace opens in a string literal.
  fileprivate var hasInterpolation: Bool {
    var isEscaped = false
    for byte in utf8 {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "{") {
        return true
      }
    }
    return false
  }
}
