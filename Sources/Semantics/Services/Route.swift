import Diagnosing
import Syntax

/// The path of a request: `/orders/{id}`. What stands in braces is taken from the path of each call.
struct Route {
  /// The path as written.
  private(set) var path = ""
  /// The names in braces, in order.
  private(set) var names: [Identifier] = []
  /// What is wrong with it.
  private(set) var problems: [Diagnostic] = []

  init(_ expression: Expression) {
    guard case .string(let parts) = expression.kind else {
      if case .error = expression.kind { return }
      problems.append(.routeWanted(at: expression.span))
      return
    }
    for (index, part) in parts.enumerated() {
      switch part {
      case .text(let text):
        if index > 0, !text.hasPrefix("/") { problem(.routeSegment(at: expression.span)) }
        if index + 1 < parts.count, !text.hasSuffix("/") { problem(.routeSegment(at: expression.span)) }
        path += text
      case .interpolation(let value):
        guard case .name(let name) = value.kind else {
          problem(.routeExpression(at: value.span))
          continue
        }
        if let first = names.first(where: { $0.text == name.text }) {
          problem(.routeNameTwice(name, first: first.span))
        }
        names.append(name)
        path += "{\(name.text)}"
      }
    }
    if !path.hasPrefix("/") {
      problem(.routeStart(path, at: expression.span))
    } else if let mark = path.first(where: { $0 == "?" || $0 == "#" || $0 == " " }) {
      problem(.routeMark(mark, at: expression.span))
    } else if path.contains("//") {
      problem(.routeSegment(at: expression.span))
    }
  }

  /// One mistake, one diagnostic.
  private mutating func problem(_ diagnostic: Diagnostic) {
    if problems.isEmpty { problems.append(diagnostic) }
  }
}
