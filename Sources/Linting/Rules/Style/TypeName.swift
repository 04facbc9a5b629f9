import Diagnosing
import Syntax

extension Rule {
  static let typeName = Rule(
    "L971", "type-name", .style,
    "a type's name that is not in upper camel case",
    """
    Records, enums and types are written `InUpperCamelCase`, as the built-in types are, without underscores.
    """,
    bad: """
      record Order_Line { id: Int, amount: Int }
      """,
    good: """
      record OrderLine { id: Int, amount: Int }
      """,
    checks: [
      .declaration { declaration, context in
        let name: Identifier
        switch declaration.kind {
        case .record(let syntax): name = syntax.name
        case .enumeration(let syntax): name = syntax.name
        case .distinctType(let syntax): name = syntax.name
        default: return
        }
        let letters = name.text.utf8
        let isShouting = letters.count > 3 && !letters.contains { 97...122 ~= $0 }
        guard letters.contains(UInt8(ascii: "_")) || isShouting else { return }
        let wanted = name.text.split(separator: "_").map { word in
          let rest = isShouting ? word.dropFirst().lowercased() : String(word.dropFirst())
          return word.prefix(1).uppercased() + rest
        }.joined()
        context.report(
          "`\(name.text)` is not in upper camel case", at: name.span, label: "`\(wanted)` is",
          help: "rename it here and where it is used")
      }
    ])
}
