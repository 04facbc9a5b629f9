import Diagnosing
import Syntax

extension Rule {
  static let todoComment = Rule(
    "L975", "todo-comment", .style, level: .note,
    "a comment that something is still to do",
    """
    `TODO`, `FIXME` and `XXX` in a comment say that the program is not finished. Finish it, or put the matter where \
    work is planned, and say here how things are.
    """,
    bad: """
      // TODO: round to cents
      fn half(price: Decimal) -> Decimal { price * 0.5 }
      """,
    good: """
      // Not rounded: the sum is.
      fn half(price: Decimal) -> Decimal { price * 0.5 }
      """,
    checks: [
      .file { context in
        let bytes = context.parsed.file.bytes
        for word in words {
          var index = 0
          while let start = bytes[index...].firstIndex(of: word[0]) {
            index = start + 1
            let end = start + word.count
            guard end <= bytes.count, bytes[start..<end].elementsEqual(word),
              end == bytes.count || !bytes[end].isWordByte, start == 0 || !bytes[start - 1].isWordByte,
              context.isInComment(start)
            else { continue }
            context.report(
              "something is still to do here", at: context.span(UInt32(start), UInt32(end)),
              label: "not finished",
              help: "do it, or put it where work is planned")
          }
        }
      }
    ])

  private static let words = ["TODO", "FIXME", "XXX"].map { Array($0.utf8) }
}

extension FileContext {
  /// Whether a byte lies between two tokens: in a comment, if it is a letter.
  fileprivate func isInComment(_ offset: Int) -> Bool {
    let tokens = parsed.tree.tokens
    var low = 0
    var high = tokens.count - 1
    while low < high {
      let middle = (low + high) / 2
      if Int(tokens[middle].end) <= offset { low = middle + 1 } else { high = middle }
    }
    return offset < Int(tokens[low].start)
  }
}

extension UInt8 {
  fileprivate var isWordByte: Bool {
    97...122 ~= self || 65...90 ~= self || 48...57 ~= self || self == UInt8(ascii: "_")
  }
}
