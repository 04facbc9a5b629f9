import Diagnosing

/// The lossless tree of one file: all its tokens, and nodes over ranges of them in preorder. Whatever the
/// input, the tokens with the trivia between them are the file, byte for byte.
public final class SyntaxTree: Sendable {
  /// One node: it covers the tokens from `first` to before `end`; its descendants are the `size - 1`
  /// nodes behind it.
  struct Node: Sendable {
    let kind: NodeKind
    let first: UInt32
    let end: UInt32
    let size: UInt32
  }

  /// The text.
  public let file: SourceFile
  /// In source order; the last is `endOfFile`.
  public let tokens: [Token]
  let nodes: [Node]

  init(file: SourceFile, tokens: [Token], nodes: [Node]) {
    self.file = file
    self.tokens = tokens
    self.nodes = nodes
  }

  /// The node of kind `file` that covers every token.
  public var root: SyntaxNode { SyntaxNode(tree: self, index: 0) }

  /// The largest declaration, statement, field, clause or parameter that starts with a token: what a comment
  /// above that token is about.
  package func suppressible(from token: Int) -> SyntaxNode? {
    // In preorder, first tokens never go back.
    var low = 0
    var high = nodes.count
    while low < high {
      let middle = (low + high) / 2
      if Int(nodes[middle].first) < token { low = middle + 1 } else { high = middle }
    }
    while low < nodes.count, Int(nodes[low].first) == token {
      let node = SyntaxNode(tree: self, index: low)
      if node.kind.hasCommentAbove, !node.tokenRange.isEmpty { return node }
      low += 1
    }
    return nil
  }

  /// The token at a position of `tokens`.
  public func token(_ index: Int) -> SyntaxToken { SyntaxToken(tree: self, index: index) }
}

/// A child of a node, in source order.
public enum SyntaxElement: Sendable {
  case node(SyntaxNode)
  case token(SyntaxToken)
}

/// A view of one node of a tree.
public struct SyntaxNode: Sendable {
  /// The tree it belongs to.
  public let tree: SyntaxTree
  let index: Int

  private var node: SyntaxTree.Node { tree.nodes[index] }

  /// What it is.
  public var kind: NodeKind { node.kind }

  /// Positions in `tree.tokens` of all tokens at or below it; empty where something is missing.
  public var tokenRange: Range<Int> { Int(node.first)..<Int(node.end) }

  /// The first token at or below it.
  public var firstToken: SyntaxToken? {
    tokenRange.isEmpty ? nil : tree.token(tokenRange.lowerBound)
  }

  /// The last token at or below it.
  public var lastToken: SyntaxToken? {
    tokenRange.isEmpty ? nil : tree.token(tokenRange.upperBound - 1)
  }

  /// Its child nodes, in order.
  public var children: SyntaxChildren {
    SyntaxChildren(tree: tree, position: index + 1, end: index + Int(node.size))
  }

  /// Its child nodes and its own tokens, in source order.
  public var elements: SyntaxElements { SyntaxElements(node: self) }

  /// Its own tokens, in order, without those of child nodes.
  public var tokens: [SyntaxToken] {
    elements.compactMap {
      if case .token(let token) = $0 { token } else { nil }
    }
  }

  /// The first child of a kind.
  public func child(_ kind: NodeKind) -> SyntaxNode? { children.first { $0.kind == kind } }

  /// The first of its own tokens of a kind.
  public func token(_ kind: TokenKind) -> SyntaxToken? { tokens.first { $0.kind == kind } }

  /// From the first byte of its first token to the last byte of its last.
  public var span: Span {
    guard let first = firstToken, let last = lastToken else {
      return tree.token(Int(node.first)).span.startPoint
    }
    return first.span.through(last.span)
  }
}

/// The child nodes of a node.
public struct SyntaxChildren: Sequence, IteratorProtocol {
  let tree: SyntaxTree
  var position: Int
  let end: Int

  /// The next child.
  public mutating func next() -> SyntaxNode? {
    guard position < end else { return nil }
    defer { position += Int(tree.nodes[position].size) }
    return SyntaxNode(tree: tree, index: position)
  }
}

/// The child nodes and own tokens of a node, in source order.
public struct SyntaxElements: Sequence, IteratorProtocol {
  private var children: SyntaxChildren
  private var pending: SyntaxNode?
  private var token: Int
  private let end: Int

  init(node: SyntaxNode) {
    children = node.children
    pending = children.next()
    token = node.tokenRange.lowerBound
    end = node.tokenRange.upperBound
  }

  /// The next element.
  public mutating func next() -> SyntaxElement? {
    if let child = pending, child.tokenRange.lowerBound <= token {
      token = child.tokenRange.upperBound
      pending = children.next()
      return .node(child)
    }
    guard token < end else { return nil }
    defer { token += 1 }
    return .token(SyntaxToken(tree: children.tree, index: token))
  }
}

/// A view of one token of a tree.
public struct SyntaxToken: Sendable {
  /// The tree it belongs to.
  public let tree: SyntaxTree
  /// Its position in `tree.tokens`.
  public let index: Int

  private var token: Token { tree.tokens[index] }

  /// What it is.
  public var kind: TokenKind { token.kind }

  /// Offsets of its bytes.
  public var byteRange: Range<Int> { Int(token.start)..<Int(token.end) }

  /// Its bytes.
  public var bytes: ArraySlice<UInt8> { tree.file.bytes[byteRange] }

  /// Its text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Where it stands.
  public var span: Span { Span(tree.file.id, token.start, token.end) }

  /// Whether a line break lies between it and the token before; true for the first of a file.
  public var startsLine: Bool { token.startsLine }

  /// Offsets of the trivia before it.
  public var triviaRange: Range<Int> {
    (index == 0 ? 0 : Int(tree.tokens[index - 1].end))..<Int(token.start)
  }

  /// What lies between the token before and this one, piece by piece.
  public var trivia: [Trivia] { Trivia.pieces(of: tree.file.bytes, in: triviaRange) }
}

extension NodeKind {
  /// Whether it stands on lines of its own, so that a comment above is about it.
  fileprivate var hasCommentAbove: Bool {
    switch self {
    case .importDeclaration, .recordDeclaration, .field, .enumDeclaration, .enumCase, .typeDeclaration,
      .labelDeclaration, .functionDeclaration, .taskDeclaration, .taskClause, .pipelineDeclaration,
      .testDeclaration, .parameter, .fromStatement, .intoStatement, .letStatement, .checkStatement,
      .checkClause,
      .discardStatement, .replyStatement, .runStatement, .givenStatement, .expectStatement,
      .expectFlowStatement, .ifStatement, .expressionStatement, .matchArm, .argument, .fieldInitializer:
      true
    default: false
    }
  }
}
