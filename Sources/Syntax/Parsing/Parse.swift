import Diagnosing

/// What parsing gives, for any input: parsing never fails.
public struct ParsedFile: Sendable {
  /// The text.
  public let file: SourceFile
  /// Every byte of it, in structure.
  public let tree: SyntaxTree
  /// What the checker reads.
  public let program: Program
  /// In source order.
  public let diagnostics: [Diagnostic]
}

/// Reads a file into its tree and abstract syntax, with all that is wrong in it.
public func parse(_ file: SourceFile) -> ParsedFile {
  let (lexer, parser, program) = file.bytes.withUnsafeBufferPointer { bytes in
    var lexer = Lexer(file: file.id, bytes: bytes)
    lexer.run()
    let starts = declarationStarts(lexer)
    let (parser, program) = lexer.tokens.withUnsafeBufferPointer { tokens in
      var parser = Parser(file: file, bytes: bytes, tokens: tokens)
      let program = parser.program(starts: starts)
      return (parser, program)
    }
    return (lexer, parser, program)
  }
  let tree = SyntaxTree(file: file, tokens: lexer.tokens, nodes: preorder(parser.nodes))
  var diagnostics = lexer.diagnostics
  diagnostics.append(contentsOf: parser.diagnostics)
  return ParsedFile(
    file: file, tree: tree, program: program,
    diagnostics: diagnostics.count > 1 ? diagnostics.inSourceOrder : diagnostics)
}

/// The tokens that start a declaration: a declaration's keyword, first on its line, with a name on the same;
/// or the first annotation on the lines before.
private func declarationStarts(_ lexer: Lexer) -> [Int] {
  let tokens = lexer.tokens
  var starts: [Int] = []
  for word in lexer.declarationWords {
    let next = tokens[word + 1]
    guard !next.startsLine, starts.last ?? -1 < word else { continue }
    let isStart =
      switch tokens[word].word {
      case .importing, .test: next.kind == .string || next.kind == .stringHead || next.kind == .badLiteral
      case .declassify: next.kind == .fnKeyword || next.word == .task
      default: next.kind == .name || next.kind == .typeName
      }
    if isStart { starts.append(annotated(tokens, word, after: starts.last ?? -1)) }
  }
  return starts
}

/// The first of the annotations before a declaration, each of which starts a line.
private func annotated(_ tokens: [Token], _ word: Int, after last: Int) -> Int {
  var start = word
  while let annotation = annotation(tokens, before: start, after: last), tokens[annotation].startsLine {
    start = annotation
  }
  return start
}

/// Where the annotation begins that ends right before a token: `@name` or `@name(...)`.
private func annotation(_ tokens: [Token], before end: Int, after last: Int) -> Int? {
  var index = end - 1
  if index > last, tokens[index].kind == .rightParenthesis {
    var open = 0
    repeat {
      switch tokens[index].kind {
      case .rightParenthesis, .rightBracket, .rightBrace: open += 1
      case .leftParenthesis, .leftBracket, .leftBrace: open -= 1
      default: break
      }
      index -= 1
    } while open > 0 && index > last
  }
  guard index - 1 > last, Parser.isWord(tokens[index].kind), tokens[index - 1].kind == .at else { return nil }
  return index - 1
}

/// Nodes in preorder, given them in postorder.
private func preorder(_ nodes: [SyntaxTree.Node]) -> [SyntaxTree.Node] {
  [SyntaxTree.Node](unsafeUninitializedCapacity: nodes.count) { result, count in
    guard let target = result.baseAddress else { return }
    // From the last node to the first, a node stands as many places behind its first descendant as it has
    // ancestors: `open` holds where the subtrees around the current node begin.
    var open: [Int] = []
    var index = nodes.count - 1
    while index >= 0 {
      while let begin = open.last, begin > index { open.removeLast() }
      let begin = index + 1 - Int(nodes[index].size)
      (target + begin + open.count).initialize(to: nodes[index])
      open.append(begin)
      index -= 1
    }
    count = nodes.count
  }
}
