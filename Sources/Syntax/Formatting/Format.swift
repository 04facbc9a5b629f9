import Diagnosing

/// The text in the one format: what it means stays the same, every comment is kept, and formatting it again
/// changes nothing. A file with syntax errors comes back as it is.
public func format(_ parsed: ParsedFile) -> [UInt8] {
  if parsed.diagnostics.hasErrors { return parsed.file.bytes }
  var formatter = Formatter(tree: parsed.tree)
  return formatter.format()
}

/// Walks the tree and hands tokens and the places where lines may break to the typesetter.
struct Formatter {
  let tree: SyntaxTree
  var out: Typesetter

  init(tree: SyntaxTree) {
    self.tree = tree
    out = Typesetter(tree: tree)
  }

  /// Imports come first. A blank line parts any two declarations, unless both are imports or stand on one line.
  mutating func format() -> [UInt8] {
    out.newLine()
    out.fileHeader()
    let declarations = Array(tree.root.children)
    let imports = declarations.filter { $0.kind == .importDeclaration }
    let others = declarations.filter { $0.kind != .importDeclaration }
    var previousIsOneLine = true
    for (index, declaration) in (imports + others).enumerated() {
      let start = out.mark
      node(declaration)
      let isOneLine = out.isOneLine(since: start)
      if index == imports.count || index > imports.count && !(previousIsOneLine && isOneLine) {
        out.setBlankLine(at: start - 1)
      }
      previousIsOneLine = isOneLine
      out.newLine()
    }
    if let end = tree.tokens.indices.last { out.endOfFile(tree.token(end)) }
    return out.printed()
  }

  mutating func node(_ node: SyntaxNode) {
    switch node.kind {
    case .fieldList, .enumCaseList, .importNames, .checkClauseList, .optionList: list(node, .entries)
    case .initializerList, .matchArmList: list(node, .braces)
    case .listExpression, .mapExpression: list(node, .brackets)
    case .parameterList, .lambdaParameters: list(node, .parentheses)
    case .argumentList: arguments(node)
    case .statementBlock, .taskBody, .block:
      out.open()
      lines(node)
      out.close()
    case .ifExpression, .ifStatement:
      out.open()
      conditional(node)
      out.close()
    case .memberExpression, .callExpression, .indexExpression: chain(node)
    case .binaryExpression: binary(node)
    case .parenthesizedExpression: parenthesized(node)
    case .interpolatedString:
      if let first = node.firstToken, let last = node.lastToken { out.verbatim(from: first, through: last) }
    case .intoStatement: into(node)
    default: spaced(node)
    }
  }

  /// The parts of a node one after the other, with spaces where they belong.
  mutating func spaced(_ node: SyntaxNode) { spaced(Array(node.elements), of: node.kind) }

  mutating func spaced(_ elements: [SyntaxElement], of kind: NodeKind) {
    for (index, element) in elements.enumerated() {
      if index > 0, isSpaced(elements[index - 1], element, in: kind) { out.space() }
      switch element {
      case .token(let token) where token.kind == .comma:
        out.comma(token, isWritten: !elements.isLast(index, but: .greater))
      case .token(let token): out.token(token)
      case .node(let child):
        self.node(child)
        if child.kind == .annotation, index + 1 < elements.count, standsAlone(in: kind) {
          out.newLine(keepsBlank: false)
        }
      }
    }
  }

  /// Whether annotations in a node of this kind stand on the lines before it.
  private func standsAlone(in kind: NodeKind) -> Bool {
    switch kind {
    case .recordDeclaration, .fromStatement, .intoStatement, .letStatement: true
    default: false
    }
  }

  private func isSpaced(_ left: SyntaxElement, _ right: SyntaxElement, in kind: NodeKind) -> Bool {
    switch kind {
    case .annotation, .enumCaseExpression, .pattern, .namedType, .optionalType, .unaryExpression: return false
    default: break
    }
    switch right {
    case .token(let token):
      switch token.kind {
      case .comma, .colon, .exclamation: return false
      case .greater: return kind != .typeArguments
      default: break
      }
    case .node(let node):
      if [.parameterList, .argumentList, .typeArguments].contains(node.kind) { return false }
    }
    if case .token(let token) = left {
      if token.kind == .ellipsis || (token.kind == .less && kind == .typeArguments) { return false }
    }
    return true
  }

  /// `into name = connector <- flow`: the arrow starts a line where both do not fit on one.
  mutating func into(_ node: SyntaxNode) {
    let elements = Array(node.elements)
    let arrow = elements.firstIndex { $0.token?.kind == .leftArrow } ?? elements.endIndex
    spaced(Array(elements[..<arrow]), of: node.kind)
    guard arrow < elements.endIndex else { return }
    out.open()
    out.indent()
    out.line(.space)
    spaced(Array(elements[arrow...]), of: node.kind)
    out.outdent()
    out.close()
  }

  /// `if`, its condition and its blocks: these stay on one line or break all together.
  mutating func conditional(_ node: SyntaxNode) {
    for (index, element) in node.elements.enumerated() {
      if index > 0 { out.space() }
      switch element {
      case .token(let token): out.token(token)
      case .node(let child):
        switch child.kind {
        case .block, .statementBlock: lines(child)
        case .ifExpression, .ifStatement: conditional(child)
        default: self.node(child)
        }
      }
    }
  }
}

extension SyntaxElement {
  /// The token, where it is one.
  var token: SyntaxToken? {
    if case .token(let token) = self { token } else { nil }
  }

  /// The first token at or below it.
  var firstToken: SyntaxToken? {
    switch self {
    case .token(let token): token
    case .node(let node): node.firstToken
    }
  }
}

extension [SyntaxElement] {
  /// Whether only a token of `kind` follows the element at `index`.
  fileprivate func isLast(_ index: Int, but kind: TokenKind) -> Bool {
    index + 2 == count && self[index + 1].token?.kind == kind
  }
}
