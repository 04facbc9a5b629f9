import Diagnosing
import Syntax

extension Rule {
  static let plainRegex = Rule(
    "L939", "plain-regex", .performance, mending: .safe,
    "a regular expression without anything regular",
    """
    `matches` with an expression that is plain text compares the whole string with that text. `==` does the same, \
    faster, and shows it.
    """,
    bad: """
      fn is_open(status: String) -> Bool { status.matches(re"open") }
      """,
    good: """
      fn is_open(status: String) -> Bool { status == "open" }
      """,
    checks: [
      .method(["matches"]) { call, context in
        guard let argument = call.onlyArgument, case .regex(let source) = argument.kind, !source.isEmpty,
          source.utf8.allSatisfy(\.isPlain)
        else { return }
        let text = "\(context.text(call.receiver.span)) == \"\(source)\""
        context.report(
          "this expression is plain text", at: argument.span, label: "nothing in it varies",
          fixes: [
            Fix("compare with `==`", isSafe: true, edits: [context.grouped(text, replacing: call.span)])
          ])
      }
    ])
}

extension UInt8 {
  /// Stands for itself in a regular expression and in a string.
  fileprivate var isPlain: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: " "), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "@"):
      true
    default: false
    }
  }
}
