import Diagnosing
import Syntax

extension Rule {
  static let wideRecord = Rule(
    "L973", "wide-record", .style, level: .note,
    "a record with very many fields",
    """
    A source may hold more columns than its record, and those are not read. A record of more than 40 fields mostly \
    names what nobody uses, or holds several things that could be records of their own.
    """,
    bad: "record Wide {\n\(fields(41))\n}",
    good: "record Narrow {\n\(fields(40))\n}",
    checks: [
      .declaration { declaration, context in
        guard case .record(let record) = declaration.kind, record.fields.count > most else { return }
        context.report(
          "`\(record.name.text)` has \(record.fields.count) fields", at: record.name.span,
          label: "hard to take in",
          help: "leave out what is not used, or group fields into records of their own")
      }
    ])

  private static let most = 40

  private static func fields(_ count: Int) -> String {
    stride(from: 1, through: count, by: 7).map { start in
      "  " + (start...min(start + 6, count)).map { "f\($0): Int" }.joined(separator: ", ")
    }.joined(separator: "\n")
  }
}
