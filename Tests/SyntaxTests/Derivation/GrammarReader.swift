/// What is wrong in a grammar file, and on which line.
struct GrammarError: Error, CustomStringConvertible {
  let description: String
}

/// Reads the notation that the head of `Grammar/thalweg.ebnf` describes.
struct GrammarReader {
  private enum Token: Equatable {
    case name(String)
    case quoted(String)
    case mark(String)
    case symbol(String)
  }

  private var tokens: [(token: Token, line: Int)] = []
  private var position = 0
  private var ways: [String] = []
  private var production = ""

  static func read(_ text: String) throws -> Grammar {
    var reader = GrammarReader()
    try reader.split(Array(text.unicodeScalars))
    return try reader.grammar()
  }

  private mutating func split(_ text: [Unicode.Scalar]) throws {
    var index = 0
    var line = 1
    func starts(with prefix: String) -> Bool {
      text[index...].prefix(prefix.unicodeScalars.count).elementsEqual(prefix.unicodeScalars)
    }
    func run(_ accept: (Unicode.Scalar) -> Bool) -> String {
      var word = String.UnicodeScalarView()
      while index < text.count, accept(text[index]) {
        word.append(text[index])
        index += 1
      }
      return String(word)
    }
    while index < text.count {
      let scalar = text[index]
      if scalar == "\n" { line += 1 }
      if scalar.properties.isWhitespace {
        index += 1
      } else if starts(with: "(*") {
        var depth = 0
        repeat {
          if starts(with: "(*") { depth += 1 }
          if starts(with: "*)") { depth -= 1 }
          if text[index] == "\n" { line += 1 }
          index += 1
        } while depth > 0 && index < text.count
        index += 1
      } else if scalar == "\"" || scalar == "'" {
        index += 1
        let word = run { $0 != scalar && $0 != "\n" }
        guard index < text.count, text[index] == scalar else {
          throw GrammarError(description: "line \(line): a quote is not closed")
        }
        index += 1
        tokens.append((.quoted(word), line))
      } else if starts(with: "U+") {
        index += 2
        let digits = run { $0.properties.isASCIIHexDigit }
        guard let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
          throw GrammarError(description: "line \(line): U+\(digits) is no character")
        }
        tokens.append((.quoted(String(scalar)), line))
      } else if scalar == "#" {
        index += 1
        tokens.append((.mark(run { $0.properties.isAlphabetic }), line))
      } else if scalar.properties.isAlphabetic {
        tokens.append(
          (.name(run { $0.properties.isAlphabetic || $0 == "_" || ("0"..."9").contains($0) }), line))
      } else if starts(with: "..") {
        index += 2
        tokens.append((.symbol(".."), line))
      } else {
        index += 1
        tokens.append((.symbol(String(scalar)), line))
      }
    }
  }

  private mutating func grammar() throws -> Grammar {
    var productions: [String: GrammarRule] = [:]
    var names: [String] = []
    while position < tokens.count {
      guard case .name(let name) = tokens[position].token else {
        throw unexpected("the name of a production")
      }
      position += 1
      production = name
      try take("=")
      let rule = try choice()
      try take(";")
      guard productions.updateValue(rule, forKey: name) == nil else {
        throw GrammarError(description: "`\(name)` has two productions")
      }
      names.append(name)
    }
    guard let start = names.first else { throw GrammarError(description: "the grammar is empty") }
    return Grammar(start: start, productions: productions, names: names, ways: ways)
  }

  private mutating func branching(_ count: Int) -> Branching {
    let first = ways.count
    ways.append(contentsOf: repeatElement(production, count: count))
    return Branching(first: first, ways: count, production: production)
  }

  private mutating func choice() throws -> GrammarRule {
    var alternatives = [try sequence()]
    while next(is: "|") {
      position += 1
      alternatives.append(try sequence())
    }
    return alternatives.count == 1 ? alternatives[0] : .choice(alternatives, branching(alternatives.count))
  }

  private mutating func sequence() throws -> GrammarRule {
    var parts: [GrammarRule] = []
    while position < tokens.count, !["|", ")", "]", "}", ";"].contains(where: { next(is: $0) }) {
      let part = try primary()
      if next(is: "-") {
        position += 1
        parts.append(.difference(part, try primary()))
      } else {
        parts.append(part)
      }
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func primary() throws -> GrammarRule {
    guard position < tokens.count else { throw unexpected("a rule") }
    let token = tokens[position].token
    position += 1
    switch token {
    case .name(let name): return .reference(name)
    case .quoted(let text):
      guard next(is: "..") else { return .terminal(text) }
      position += 1
      guard position < tokens.count, case .quoted(let upper) = tokens[position].token,
        let first = text.unicodeScalars.first, let last = upper.unicodeScalars.first
      else { throw unexpected("the last character of a range") }
      position += 1
      return .range(first, last)
    case .mark("not"):
      try take("(")
      var rules: [GrammarRule] = []
      while !next(is: ")") { rules.append(try primary()) }
      try take(")")
      return .lookahead(not: rules)
    case .mark(let name):
      guard let mark = GrammarRule.Mark(rawValue: name) else { throw unexpected("a mark") }
      return .mark(mark)
    case .symbol("("):
      let rule = try choice()
      try take(")")
      return rule
    case .symbol("["):
      let rule = try choice()
      try take("]")
      return .optional(rule, branching(2))
    case .symbol("{"):
      let rule = try choice()
      try take("}")
      return .repetition(rule, branching(2))
    case .symbol:
      position -= 1
      throw unexpected("a rule")
    }
  }

  private func next(is symbol: String) -> Bool {
    position < tokens.count && tokens[position].token == .symbol(symbol)
  }

  private mutating func take(_ symbol: String) throws {
    guard next(is: symbol) else { throw unexpected("`\(symbol)`") }
    position += 1
  }

  private func unexpected(_ wanted: String) -> GrammarError {
    guard position < tokens.count else {
      return GrammarError(description: "the file ends where \(wanted) should be")
    }
    return GrammarError(
      description: "line \(tokens[position].line): expected \(wanted), found \(tokens[position].token)")
  }
}
