import Diagnosing

/// Lays out tokens with the comments around them. A comment stays between the two tokens it stands between,
/// but for commas: one before a comma comes to stand behind it.
///
/// A comment on the line of the token before it goes out with that token; any other comment gets lines of its
/// own before the token after it.
struct Typesetter {
  let tree: SyntaxTree
  private(set) var layout = Layout()
  /// Comments that go out before the next text or line.
  private var waiting: [WaitingComment] = []
  /// How the line goes on where a comment was the last thing written.
  private var lineEnd: LineEnd?
  private var wantsSpace = false
  private var wantsBlank = false
  /// For each token whether the comments before it have been taken.
  private var isCollected: [Bool]
  /// Comments before this offset have been laid out as the file's header.
  private var headerEnd = 0

  private struct WaitingComment {
    let range: Range<Int>
    let isTrailing: Bool
    let hasBlankBefore: Bool
  }

  private enum LineEnd {
    /// At the indentation of the comment.
    case aligned
    /// One step further in: nothing else would break the line here.
    case continued
  }

  init(tree: SyntaxTree) {
    self.tree = tree
    isCollected = [Bool](repeating: false, count: tree.tokens.count)
  }

  // MARK: Groups and breaks

  mutating func open() { layout.open() }

  mutating func close() { layout.close() }

  mutating func indent() { layout.append(.indent(1)) }

  mutating func outdent() { layout.append(.indent(-1)) }

  /// The open groups can not stay on one line.
  mutating func breakGroups() { layout.breakGroups() }

  /// A place where the line breaks if its group does.
  mutating func line(_ flat: Layout.Flat, keepsBlank: Bool = false) {
    appendLine(Layout.Line(flat: flat, keepsBlank: keepsBlank))
  }

  /// A place where the line breaks.
  mutating func newLine(keepsBlank: Bool = true, hasBlank: Bool = false) {
    appendLine(Layout.Line(flat: .nothing, keepsBlank: keepsBlank, isHard: true, hasBlank: hasBlank))
  }

  private mutating func appendLine(_ line: Layout.Line) {
    let ownLines = waiting.drop { $0.isTrailing }
    waiting.removeLast(ownLines.count)
    flush()
    var line = line
    line.isHard = line.isHard || lineEnd != nil || !ownLines.isEmpty
    lineEnd = nil
    wantsSpace = false
    layout.append(.line(line))
    waiting.append(contentsOf: ownLines)
    flush()
  }

  /// A space before the next text, should it stand on this line.
  mutating func space() { wantsSpace = true }

  /// Text of a group that has broken.
  mutating func whenBroken(_ text: StaticString) { layout.append(.whenBroken(text)) }

  // MARK: Tokens

  mutating func token(_ token: SyntaxToken) { verbatim(from: token, through: token) }

  /// The bytes from one token to another as they are.
  mutating func verbatim(from first: SyntaxToken, through last: SyntaxToken) {
    collectComments(before: first)
    flush()
    if let lineEnd {
      breakLine(lineEnd, blank: wantsBlank)
    } else if layout.isAtLine {
      if wantsBlank { layout.blankBeforeLastLine() }
    } else if wantsSpace {
      layout.append(.text(" "))
    }
    lineEnd = nil
    wantsBlank = false
    wantsSpace = false
    layout.append(.source(first.byteRange.lowerBound..<last.byteRange.upperBound))
    collectComment(after: last, isTrailing: true)
  }

  /// A comma, which may not be in the source: it is written or not, the comments around it wait. It comes
  /// before those that end the line.
  mutating func comma(_ token: SyntaxToken?, isWritten: Bool) {
    if isWritten { layout.append(.text(",")) }
    guard let token else { return }
    collectComments(before: token)
    wantsBlank = false
    collectComment(after: token, isTrailing: waiting.isEmpty)
  }

  /// The comments on lines of their own before a closing bracket, as lines of what it closes.
  mutating func comments(beforeClosing token: SyntaxToken) {
    collectComments(before: token)
    wantsBlank = false
    if waiting.contains(where: { !$0.isTrailing }) { newLine() }
  }

  /// The comments at the start of the file that a blank line parts from its first declaration.
  mutating func fileHeader() {
    guard let last = tree.token(0).trivia.lastBlankLine else { return }
    collectComments(before: tree.token(0), upTo: last)
    headerEnd = last
    isCollected[0] = false
    flush()
    newLine(hasBlank: true)
  }

  /// The comments at the end of the file.
  mutating func endOfFile(_ token: SyntaxToken) {
    newLine()
    collectComments(before: token)
    flush()
  }

  // MARK: Comments

  /// Queues the comments on lines of their own before a token, and notes a blank line before it.
  private mutating func collectComments(before token: SyntaxToken, upTo limit: Int = .max) {
    guard !isCollected[token.index] else { return }
    isCollected[token.index] = true
    guard token.startsLine else { return }
    var newlines = token.index == 0 ? 1 : 0
    for piece in token.trivia where piece.range.lowerBound < limit {
      switch piece.kind {
      case .newline: newlines += 1
      case .space: break
      case .comment, .documentation:
        if newlines > 0, piece.range.lowerBound >= headerEnd {
          waiting.append(WaitingComment(range: piece.range, isTrailing: false, hasBlankBefore: newlines > 1))
        }
        newlines = 0
      }
    }
    wantsBlank = newlines > 1
  }

  /// Queues the comment on the line of a token.
  private mutating func collectComment(after token: SyntaxToken, isTrailing: Bool) {
    guard token.index + 1 < tree.tokens.count else { return }
    for piece in tree.token(token.index + 1).trivia {
      switch piece.kind {
      case .space: continue
      case .newline: return
      case .comment, .documentation:
        waiting.append(WaitingComment(range: piece.range, isTrailing: isTrailing, hasBlankBefore: false))
        return
      }
    }
  }

  private mutating func flush() {
    for comment in waiting {
      if comment.isTrailing {
        layout.append(.text(" "))
        lineEnd = .continued
      } else if layout.isAtLine {
        layout.hardenLastLine(blank: comment.hasBlankBefore)
        lineEnd = .aligned
      } else {
        let end = lineEnd ?? .continued
        breakLine(end, blank: comment.hasBlankBefore)
        lineEnd = end
      }
      layout.append(.comment(comment.range))
      layout.breakGroups()
    }
    waiting.removeAll(keepingCapacity: true)
  }

  private mutating func breakLine(_ end: LineEnd, blank: Bool) {
    let line = Layout.Operation.line(
      Layout.Line(flat: .nothing, keepsBlank: true, isHard: true, hasBlank: blank && end == .aligned))
    switch end {
    case .aligned: layout.append(line)
    case .continued:
      layout.append(.indent(1))
      layout.append(line)
      layout.append(.indent(-1))
    }
  }

  // MARK: Declarations

  /// The number of operations so far, to look back to.
  var mark: Int { layout.operations.count }

  /// Whether all since a mark stands on one line.
  func isOneLine(since mark: Int) -> Bool { layout.isOneLine(from: mark, source: tree.file.bytes) }

  /// Sets a blank line at the line that was laid out at a mark.
  mutating func setBlankLine(at mark: Int) { layout.setBlank(at: mark) }

  func printed() -> [UInt8] { layout.print(tree.file.bytes) }
}

extension [Trivia] {
  /// Where the last blank line begins that has a comment before it.
  fileprivate var lastBlankLine: Int? {
    var newlines = 0
    var hasComment = false
    var found: Int?
    for piece in self {
      switch piece.kind {
      case .newline:
        newlines += 1
        if newlines == 2, hasComment { found = piece.range.lowerBound }
      case .space: break
      case .comment, .documentation:
        hasComment = true
        newlines = 0
      }
    }
    return found
  }
}
