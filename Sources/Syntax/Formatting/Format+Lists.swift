import Diagnosing

extension Formatter {
  /// How a bracketed list looks.
  struct ListStyle {
    /// Whether its items end at commas, on one line and on many; else at line breaks, where it breaks.
    let hasCommas: Bool
    /// What stands inside the brackets where it does not break.
    let padding: Layout.Flat
    /// Whether a line break behind the opening bracket stays.
    let keepsBreak: Bool

    static let entries = ListStyle(hasCommas: false, padding: .space, keepsBreak: true)
    static let braces = ListStyle(hasCommas: true, padding: .space, keepsBreak: true)
    static let brackets = ListStyle(hasCommas: true, padding: .nothing, keepsBreak: true)
    static let parentheses = ListStyle(hasCommas: true, padding: .nothing, keepsBreak: false)
  }

  /// The items of a bracketed list, each with the comma behind it.
  private struct Items {
    let opener: SyntaxToken
    let closer: SyntaxToken
    var items: [(element: SyntaxElement, comma: SyntaxToken?)] = []

    init?(_ node: SyntaxNode) {
      guard let opener = node.firstToken, let closer = node.lastToken, opener.index < closer.index else {
        return nil
      }
      self.opener = opener
      self.closer = closer
      for element in node.elements {
        guard let token = element.token else {
          items.append((element, nil))
          continue
        }
        if token.kind == .comma, !items.isEmpty {
          items[items.count - 1].comma = token
        } else if token.index != opener.index, token.index != closer.index {
          items.append((element, nil))
        }
      }
    }
  }

  /// A list on one line, or an item a line.
  mutating func list(_ node: SyntaxNode, _ style: ListStyle) {
    guard let list = Items(node) else { return spaced(node) }
    guard !list.items.isEmpty else { return empty(list.opener, list.closer) }
    out.open()
    out.token(list.opener)
    if style.keepsBreak, tree.token(list.opener.index + 1).startsLine { out.breakGroups() }
    out.indent()
    out.line(style.padding)
    for (index, item) in list.items.enumerated() {
      let isLast = index + 1 == list.items.count
      self.element(item.element)
      if style.hasCommas, isLast { out.whenBroken(",") }
      out.comma(item.comma, isWritten: style.hasCommas && !isLast)
      if !isLast { out.line(style.hasCommas ? .space : .commaAndSpace, keepsBlank: true) }
    }
    out.comments(beforeClosing: list.closer)
    out.outdent()
    out.line(style.padding)
    out.token(list.closer)
    out.close()
  }

  /// Arguments; a single one that ends in a bracket of its own breaks there instead.
  mutating func arguments(_ node: SyntaxNode) {
    guard let list = Items(node), list.items.count == 1, case .node(let only) = list.items[0].element,
      endsInBracket(only), let first = only.firstToken,
      !([first, list.items[0].comma, list.closer].contains { $0?.hasCommentsBefore == true })
    else { return self.list(node, .parentheses) }
    out.token(list.opener)
    self.node(only)
    out.comma(list.items[0].comma, isWritten: false)
    out.token(list.closer)
  }

  private func endsInBracket(_ node: SyntaxNode) -> Bool {
    switch node.kind {
    case .initializerList, .listExpression, .mapExpression, .block, .matchExpression, .constructExpression,
      .rowExpression:
      return true
    case .argument, .lambdaExpression:
      var last: SyntaxNode?
      for child in node.children { last = child }
      return last.map(endsInBracket) ?? false
    case .literal: return node.firstToken?.bytes.contains(UInt8(ascii: "\n")) ?? false
    case .interpolatedString:
      guard let first = node.firstToken, let last = node.lastToken else { return false }
      return tree.file.bytes[first.byteRange.lowerBound..<last.byteRange.upperBound].contains(
        UInt8(ascii: "\n"))
    default: return false
    }
  }

  /// Statements, clauses, or bindings and an expression: one on a line. A single one may stay on the line of the
  /// braces. The group around it is the caller's.
  mutating func lines(_ node: SyntaxNode) {
    guard let list = Items(node) else { return spaced(node) }
    guard !list.items.isEmpty else { return empty(list.opener, list.closer) }
    out.token(list.opener)
    if list.items.count > 1 || tree.token(list.opener.index + 1).startsLine { out.breakGroups() }
    out.indent()
    out.line(.space)
    for (index, item) in list.items.enumerated() {
      if index > 0 { out.newLine() }
      self.element(item.element)
    }
    out.comments(beforeClosing: list.closer)
    out.outdent()
    out.line(.space)
    out.token(list.closer)
  }

  mutating func parenthesized(_ node: SyntaxNode) {
    guard let list = Items(node), list.items.count == 1 else { return spaced(node) }
    out.open()
    out.token(list.opener)
    out.indent()
    out.line(.nothing)
    element(list.items[0].element)
    out.comments(beforeClosing: list.closer)
    out.outdent()
    out.line(.nothing)
    out.token(list.closer)
    out.close()
  }

  private mutating func empty(_ opener: SyntaxToken, _ closer: SyntaxToken) {
    out.token(opener)
    if closer.hasCommentsBefore {
      out.indent()
      out.comments(beforeClosing: closer)
      out.outdent()
      out.newLine(keepsBlank: false)
    }
    out.token(closer)
  }

  mutating func element(_ element: SyntaxElement) {
    switch element {
    case .token(let token): out.token(token)
    case .node(let node): self.node(node)
    }
  }
}

extension SyntaxToken {
  /// Whether a comment stands between it and the token before.
  var hasCommentsBefore: Bool { trivia.contains { $0.kind == .comment || $0.kind == .documentation } }
}
