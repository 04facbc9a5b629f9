import Diagnosing
import Syntax

/// The comments `// thalweg:allow L904 reason` of one file: each stands on a line of its own above what it is
/// about, and takes the findings of a rule there away.
struct Suppressions {
  /// The rules about suppressions themselves, where they are on.
  struct Severities: Sendable {
    let byCode: [Code: Severity]

    init(_ rules: [Rule], levels: LintLevels) {
      byCode = Dictionary(
        rules.compactMap { rule in levels[rule].severity.map { (rule.code, $0) } },
        uniquingKeysWith: { first, _ in first })
    }
  }

  /// One comment.
  private struct Comment {
    let span: Span
    /// The code as written, with its place; nil where there is none.
    let code: Identifier?
    let reason: String
    /// What it stands above; nil where it stands above nothing.
    let target: Span?
  }

  private static let marker = Array("thalweg:allow".utf8)
  private let parsed: ParsedFile
  private var comments: [Comment] = []

  init(in parsed: ParsedFile) {
    self.parsed = parsed
    for start in Self.occurrences(in: parsed.file.bytes) {
      if let comment = comment(at: start) { comments.append(comment) }
    }
  }

  // MARK: Reading

  /// Where the marker begins behind `//` and blanks.
  private static func occurrences(in bytes: [UInt8]) -> [Int] {
    var found: [Int] = []
    var index = 0
    while let colon = bytes[index...].firstIndex(of: UInt8(ascii: ":")) {
      index = colon + 1
      let start = colon - 7
      guard start >= 2, start + marker.count <= bytes.count,
        bytes[start..<start + marker.count].elementsEqual(marker)
      else { continue }
      var slash = start - 1
      while slash > 1, bytes[slash] == UInt8(ascii: " ") { slash -= 1 }
      if slash >= 1, bytes[slash] == UInt8(ascii: "/"), bytes[slash - 1] == UInt8(ascii: "/") {
        found.append(start)
      }
    }
    return found
  }

  private func comment(at start: Int) -> Comment? {
    let bytes = parsed.file.bytes
    // The first token behind the marker; in a string or a documentation the marker means nothing.
    let tokens = parsed.tree.tokens
    var low = 0
    var high = tokens.count - 1
    while low < high {
      let middle = (low + high) / 2
      if Int(tokens[middle].end) <= start { low = middle + 1 } else { high = middle }
    }
    let next = parsed.tree.token(low)
    guard let piece = next.trivia.first(where: { $0.range.contains(start) }), piece.kind == .comment else {
      return nil
    }
    var end = piece.range.upperBound
    while end > start, bytes[end - 1] == UInt8(ascii: " ") || bytes[end - 1] == UInt8(ascii: "\r") {
      end -= 1
    }
    let words = bytes[(start + Self.marker.count)..<end].split(separator: UInt8(ascii: " "))
    let code = words.first.map {
      Identifier(
        String(decoding: $0, as: UTF8.self),
        Span(parsed.file.id, UInt32($0.startIndex), UInt32($0.endIndex)))
    }
    let reason = words.dropFirst().map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    let line = parsed.file.position(of: UInt32(start)).line
    let isAlone = parsed.file.line(line).drop { $0 == " " || $0 == "\t" }.hasPrefix("//")
    return Comment(
      span: Span(parsed.file.id, UInt32(piece.range.lowerBound), UInt32(end)), code: code, reason: reason,
      target: isAlone ? target(from: low) : nil)
  }

  /// The declaration, statement, field or clause that starts with a token.
  private func target(from token: Int) -> Span? { parsed.tree.suppressible(from: token)?.span }

  // MARK: Applying

  /// Takes the findings away that comments allow, and tells of the comments that allow nothing.
  func applied(to findings: [Diagnostic], _ rules: Severities) -> LintReport {
    guard !comments.isEmpty else { return LintReport(findings: findings, suppressed: []) }
    var kept: [Diagnostic] = []
    var suppressed: [SuppressedFinding] = []
    var used: Set<Int> = []
    for finding in findings {
      let match = comments.firstIndex { comment in
        guard let target = comment.target, comment.code?.text.uppercased() == finding.code.text else {
          return false
        }
        return target.start <= finding.span.start && finding.span.end <= target.end
      }
      if let match {
        used.insert(match)
        suppressed.append(SuppressedFinding(finding, .inSource, reason: comments[match].reason))
      } else {
        kept.append(finding)
      }
    }
    for (index, comment) in comments.enumerated() {
      guard let found = finding(about: comment, isUsed: used.contains(index)),
        let severity = rules.byCode[found.code]
      else { continue }
      kept.append(found.with(severity))
    }
    return LintReport(findings: kept, suppressed: suppressed)
  }

  private func finding(about comment: Comment, isUsed: Bool) -> Diagnostic? {
    guard let code = comment.code else { return .allowWithoutCode(at: comment.span) }
    guard let rule = Rules.rule(code.text), rule.code.text == code.text.uppercased() else {
      return .unknownAllow(code)
    }
    guard comment.target != nil else { return .allowAboveNothing(comment.span) }
    guard isUsed else { return .uselessAllow(rule, comment.span, removing: line(of: comment.span)) }
    return comment.reason.isEmpty ? .allowWithoutReason(rule, at: comment.span) : nil
  }

  /// The whole line of a comment that stands alone, with its break.
  private func line(of span: Span) -> Span {
    let bytes = parsed.file.bytes
    var start = Int(span.start)
    while start > 0, bytes[start - 1] != UInt8(ascii: "\n") { start -= 1 }
    let end = bytes[Int(span.end)...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
    return Span(span.file, UInt32(start), UInt32(end))
  }
}

extension Diagnostic {
  func with(_ severity: Severity) -> Diagnostic {
    Diagnostic(
      code, message, at: span, label: label, labels: labels, help: help, fixes: fixes, severity: severity)
  }
}
