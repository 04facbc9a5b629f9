import Diagnosing
import Semantics
import Syntax

/// One file while the rules look at it: what is known of it, and what was found. Used by one thread at a time.
final class FileContext {
  /// The text, the tree, the abstract syntax.
  let parsed: ParsedFile
  /// The names at the top level.
  let module: Module
  /// The checked bodies of the file.
  let bodies: FileBodies
  /// The names that the file uses and does not bind itself.
  var uses = FileUses()
  /// The declaration that is being walked.
  var declaration: Declaration?
  /// The names that are bound where the walk is, the innermost last.
  var bindings: [Binding] = []
  /// What was found, each with its rule as an index of `Dispatch.rules`.
  private(set) var findings: [(rule: Int, diagnostic: Diagnostic)] = []
  /// The rule whose check is under way.
  var rule = 0
  /// The checks that the file is given to.
  let dispatch: Dispatch
  private let severities: [Severity]
  private let codes: [Code]

  init(
    _ parsed: ParsedFile, _ module: Module, _ bodies: FileBodies, _ dispatch: Dispatch, _ levels: LintLevels
  ) {
    self.parsed = parsed
    self.module = module
    self.bodies = bodies
    self.dispatch = dispatch
    severities = dispatch.rules.map { levels[$0].severity ?? .note }
    codes = dispatch.rules.map(\.code)
  }

  /// Reports a finding of the rule whose check is under way.
  func report(
    _ message: String, at span: Span, label: String = "", labels: [Label] = [], help: String? = nil,
    fixes: [Fix] = []
  ) {
    findings.append(
      (
        rule,
        Diagnostic(
          codes[rule], message, at: span, label: label, labels: labels, help: help, fixes: fixes,
          severity: severities[rule])
      ))
  }

  /// What a name is bound to by `let`, where the walk is.
  func value(of name: String) -> Expression? {
    guard let binding = bindings.last(where: { $0.name.text == name }), binding.isSingle else { return nil }
    return binding.value
  }

  /// The receivers of a chain of calls, the nearest first, through names that `let` binds.
  func links(before call: MethodCall) -> [MethodCall] {
    var links: [MethodCall] = []
    var next = call.receiver
    while links.count < 64 {
      if let link = next.method {
        links.append(link)
        next = link.receiver
      } else if let name = next.name, let value = value(of: name) {
        next = value
      } else {
        break
      }
    }
    return links
  }

  /// The text of a span of the file.
  func text(_ span: Span) -> String { parsed.file.text(span) }

  /// Whether two stretches of the file say the same, but for white space. What an expression says it always
  /// means: functions are pure.
  func sameText(_ left: Span, _ right: Span) -> Bool {
    let bytes = parsed.file.bytes
    var i = Int(left.start)
    var j = Int(right.start)
    while true {
      while i < Int(left.end), bytes[i].isBlank { i += 1 }
      while j < Int(right.end), bytes[j].isBlank { j += 1 }
      if i >= Int(left.end) || j >= Int(right.end) { return i >= Int(left.end) && j >= Int(right.end) }
      if bytes[i] != bytes[j] { return false }
      i += 1
      j += 1
    }
  }

  /// Whether a comment stands between two offsets: what would be lost if they were replaced.
  func hasComment(_ start: UInt32, _ end: UInt32) -> Bool {
    let bytes = parsed.file.bytes
    guard start < end else { return false }
    return (Int(start)..<Int(end) - 1).contains {
      bytes[$0] == UInt8(ascii: "/") && bytes[$0 + 1] == UInt8(ascii: "/")
    }
  }

  /// Whether a comment stands on the line of an offset or on the lines right above: above the statement or the
  /// link of a chain that the offset belongs to.
  func hasCommentAbove(_ offset: UInt32) -> Bool {
    var number = parsed.file.position(of: offset).line
    func hasComment() -> Bool { number > 0 && parsed.file.line(number).contains("//") }
    if hasComment() { return true }
    // Lines of one chain or call belong together: the comment stands above the first.
    while number > 0, let first = parsed.file.line(number).first(where: { $0 != " " && $0 != "\t" }),
      first == "." || first == ")"
    {
      number -= 1
      if hasComment() { return true }
    }
    number -= 1
    return hasComment()
  }

  /// An edit that puts an expression of operators in the place of one that bound more tightly: in parentheses,
  /// unless it stands alone between brackets or commas.
  func grouped(_ text: String, replacing span: Span) -> Edit {
    let bytes = parsed.file.bytes
    var before = Int(span.start) - 1
    while before >= 0, bytes[before].isBlank { before -= 1 }
    var after = Int(span.end)
    while after < bytes.count, bytes[after].isBlank { after += 1 }
    let opens = before >= 0 && [UInt8]("{([,".utf8).contains(bytes[before])
    let isBody = before > 0 && bytes[before] == UInt8(ascii: ">") && bytes[before - 1] == UInt8(ascii: "-")
    let closes = after < bytes.count && [UInt8]("})],".utf8).contains(bytes[after])
    return Edit(span, (opens || isBody) && closes ? text : "(\(text))")
  }

  /// A span with the rest of its last line, where nothing else stands there.
  func wholeLines(of span: Span) -> Span {
    let bytes = parsed.file.bytes
    var end = Int(span.end)
    while end < bytes.count, bytes[end].isBlank {
      end += 1
      if bytes[end - 1] == UInt8(ascii: "\n") { return self.span(span.start, UInt32(end)) }
    }
    return end == bytes.count ? self.span(span.start, UInt32(end)) : span
  }

  /// A span of the file.
  func span(_ start: UInt32, _ end: UInt32) -> Span { Span(parsed.file.id, start, end) }
}

extension UInt8 {
  fileprivate var isBlank: Bool {
    self == UInt8(ascii: " ") || self == UInt8(ascii: "\n") || self == UInt8(ascii: "\r")
      || self == UInt8(ascii: "\t")
  }
}
