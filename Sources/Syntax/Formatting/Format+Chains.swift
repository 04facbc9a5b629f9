extension Formatter {
  /// A step of a chain such as `orders.filter(f).map(g)`.
  private enum Link {
    case member(SyntaxNode)
    case call(SyntaxNode)
    case index(SyntaxNode)

    /// Whether a comment stands between the point and the name.
    var hasInnerComment: Bool {
      if case .member(let node) = self { node.lastToken?.hasCommentsBefore ?? false } else { false }
    }
  }

  /// A chain of calls breaks before each `.name(`, all or none: when it is too long and has two or more, or
  /// when one of them starts a line already.
  mutating func chain(_ node: SyntaxNode) {
    var links: [Link] = []
    var head = node
    chain: while let base = head.firstChild {
      switch head.kind {
      case .memberExpression: links.append(.member(head))
      case .callExpression: links.append(.call(head))
      case .indexExpression: links.append(.index(head))
      default: break chain
      }
      head = base
    }
    if links.isEmpty { return spaced(node) }
    links.reverse()

    var breaks: Set<Int> = []
    var isBroken = false
    for (index, link) in links.enumerated() {
      guard case .member(let member) = link, index + 1 < links.count, case .call = links[index + 1],
        !(index == 0 && isNamespace(head))
      else { continue }
      breaks.insert(index)
      if let dot = member.tokens.first, dot.startsLine { isBroken = true }
    }
    let mayBreak = breaks.count > 1 || isBroken
    out.open()
    if isBroken { out.breakGroups() }
    self.node(head)
    if mayBreak { out.indent() }
    for (index, link) in links.enumerated() {
      if mayBreak, breaks.contains(index) {
        out.line(.nothing)
      } else if index == 0, head.lastToken?.kind == .integer, link.hasInnerComment {
        // A point at the end of a number would belong to it.
        out.space()
      }
      self.link(link)
    }
    if mayBreak { out.outdent() }
    out.close()
  }

  /// `json.parse(x)` is one name, so to speak.
  private func isNamespace(_ node: SyntaxNode) -> Bool {
    node.kind == .nameExpression && node.firstToken?.text == "json"
  }

  private mutating func link(_ link: Link) {
    switch link {
    case .member(let node), .index(let node), .call(let node):
      for element in node.elements.dropFirst() { self.element(element) }
    }
  }

  /// Operands of operators that bind alike, broken before each operator, all or none.
  mutating func binary(_ node: SyntaxNode) {
    guard let kind = node.operatorToken?.kind else { return spaced(node) }
    if kind == .range || kind == .halfOpenRange { return range(node) }
    var operands: [SyntaxNode] = []
    var operators: [SyntaxToken] = []
    let level = kind.precedence
    var current = node
    while current.kind == .binaryExpression, let sign = current.operatorToken, sign.kind.precedence == level,
      let left = current.firstChild, let right = current.lastChild
    {
      operators.append(sign)
      if kind.isRightAssociative {
        operands.append(left)
        current = right
      } else {
        operands.append(right)
        current = left
      }
    }
    operands.append(current)
    if !kind.isRightAssociative {
      operands.reverse()
      operators.reverse()
    }
    if operands.count == 2, operators[0].kind == .equalEqual, operands[1].kind == .listExpression {
      // The brackets of a list break by themselves: `expect report == [`.
      spaced(node)
      return
    }
    out.open()
    self.node(operands[0])
    out.indent()
    for (sign, operand) in zip(operators, operands.dropFirst()) {
      out.line(.space)
      out.token(sign)
      out.space()
      self.node(operand)
    }
    out.outdent()
    out.close()
  }

  /// `1..4`; `.. .case` keeps its dots apart.
  private mutating func range(_ node: SyntaxNode) {
    for (index, element) in node.elements.enumerated() {
      if index == 2, element.firstToken?.kind == .dot { out.space() }
      self.element(element)
    }
  }
}

extension SyntaxNode {
  /// The first of its child nodes.
  fileprivate var firstChild: SyntaxNode? { children.first { _ in true } }

  fileprivate var lastChild: SyntaxNode? {
    var last: SyntaxNode?
    for child in children { last = child }
    return last
  }

  fileprivate var operatorToken: SyntaxToken? { tokens.first }
}

extension TokenKind {
  /// How tightly a binary operator binds; nil for what is none.
  fileprivate var precedence: Int? {
    switch self {
    case .star, .slash, .percent: 7
    case .plus, .minus: 6
    case .range, .halfOpenRange: 5
    case .coalesce: 4
    case .equalEqual, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .inKeyword: 3
    case .andAnd: 2
    case .orOr: 1
    case .elseKeyword: 0
    default: nil
    }
  }

  fileprivate var isRightAssociative: Bool { self == .coalesce || self == .elseKeyword }
}
