import Diagnosing
import Syntax

/// How a token is to be seen: what an editor must tell apart.
enum Colour: String, Sendable, CaseIterable {
  case comment, string, number, type, keyword, constant, name, sign
}

/// A place in a file whose colour is known from the compiler's own parser.
struct ColouredPlace: Sendable {
  /// From 1.
  let line: Int
  /// From 1, in Unicode scalars.
  let column: Int
  let text: String
  let colour: Colour
  /// Whether it stands inside a string.
  let isInterpolated: Bool
}

/// The colours of a program: of each token its first character, of each comment too.
func colouredPlaces(_ path: String, _ bytes: [UInt8]) -> [ColouredPlace] {
  var sources = SourceMap()
  let file = sources.add(path: path, bytes: bytes)
  let tree = parse(file).tree
  let keywords = keywordTokens(of: tree)
  var places: [ColouredPlace] = []
  var openStrings = 0
  func add(_ range: Range<Int>, _ colour: Colour) {
    let position = file.position(of: UInt32(range.lowerBound))
    places.append(
      ColouredPlace(
        line: position.line, column: position.column,
        text: String(decoding: bytes[range], as: UTF8.self), colour: colour,
        isInterpolated: openStrings > 0))
  }
  for index in tree.tokens.indices {
    let token = tree.token(index)
    for piece in token.trivia where piece.kind == .comment || piece.kind == .documentation {
      add(piece.range, .comment)
    }
    guard token.kind != .endOfFile else { continue }
    // Any word may be the name of a field or argument.
    let isMember = index > 0 && [.dot, .questionDot].contains(tree.tokens[index - 1].kind)
    let isLabel = index + 1 < tree.tokens.count && tree.tokens[index + 1].kind == .colon
    let isWord = token.kind.colour == .keyword || token.kind.colour == .constant
    let colour = isWord && (isMember || isLabel) ? .name : token.kind.colour
    add(token.byteRange, keywords.contains(index) ? .keyword : colour)
    if token.kind == .stringHead { openStrings += 1 }
    if token.kind == .stringTail { openStrings -= 1 }
  }
  return places
}

extension TokenKind {
  fileprivate var colour: Colour {
    switch self {
    case .name: .name
    case .typeName: .type
    case .ifKeyword, .elseKeyword, .matchKeyword, .forKeyword, .inKeyword, .letKeyword, .fnKeyword,
      .tryKeyword, .failKeyword, .rowKeyword:
      .keyword
    case .trueKeyword, .falseKeyword, .noneKeyword: .constant
    case .integer, .number, .duration, .size: .number
    case .string, .stringHead, .regex: .string
    case .stringMiddle, .stringTail: .sign
    default: .sign
    }
  }
}

/// The tokens that are keywords because of where they stand: the word that a declaration, statement or clause
/// begins with.
private func keywordTokens(of tree: SyntaxTree) -> Set<Int> {
  let declarations: [NodeKind] = [
    .importDeclaration, .recordDeclaration, .enumDeclaration, .typeDeclaration, .labelDeclaration,
    .functionDeclaration, .taskDeclaration, .pipelineDeclaration, .testDeclaration, .fromStatement,
    .intoStatement, .checkStatement, .discardStatement, .replyStatement, .runStatement, .givenStatement,
    .expectStatement, .expectFlowStatement, .taskClause,
  ]
  var found: Set<Int> = []
  var open = [tree.root]
  while let node = open.popLast() {
    open += Array(node.children)
    guard declarations.contains(node.kind) else { continue }
    for token in node.tokens {
      found.insert(token.index)
      if String(decoding: token.bytes, as: UTF8.self) != "declassify" { break }
    }
  }
  return found
}
