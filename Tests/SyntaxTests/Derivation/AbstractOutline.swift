import Diagnosing
import Syntax

/// A program's abstract syntax as text, without places: two programs that differ in nothing else mean the same.
/// Imports come first, as their order among other declarations means nothing.
func outline(_ program: Program) -> String {
  let imports = program.declarations.filter(\.isImport)
  let others = program.declarations.filter { !$0.isImport }
  var text = ""
  for declaration in imports + others {
    describe(declaration, &text)
    text += "\n"
  }
  return text
}

extension Declaration {
  fileprivate var isImport: Bool {
    if case .importing = kind { true } else { false }
  }
}

private func describe(_ value: Any, _ text: inout String) {
  if value is Span || value is Span? { return }
  let mirror = Mirror(reflecting: value)
  if mirror.children.isEmpty {
    text += "\(value)"
    return
  }
  text += "("
  for (index, child) in mirror.children.enumerated() {
    if index > 0 { text += " " }
    if let label = child.label { text += label + ":" }
    describe(child.value, &text)
  }
  text += ")"
}
