import Diagnosing
import Syntax

/// The names that the statements of a pipeline bind, and what each statement uses: to tell a flow that is used
/// too early from one that does not exist, and a cycle from both.
struct StatementOrder {
  private var bound: [String: (index: Int, name: Identifier)] = [:]
  private let statements: [Statement]
  private var places: [Span: Int] = [:]
  /// The statement that is being checked.
  private(set) var current = 0

  init(_ statements: [Statement]) {
    self.statements = statements
    for (index, statement) in statements.enumerated() {
      places[statement.span] = index
      switch statement.kind {
      case .from(let name, _, _): add(name, index)
      case .bind(let names, _, _): for name in names { add(name, index) }
      default: break
      }
    }
  }

  private mutating func add(_ name: Identifier, _ index: Int) {
    if bound[name.text] == nil { bound[name.text] = (index, name) }
  }

  /// Goes on to a statement; those inside others are a part of these.
  mutating func enter(_ statement: Statement) { current = places[statement.span] ?? current }

  /// The name as this or a later statement binds it.
  func later(_ name: String) -> Identifier? {
    bound[name].flatMap { $0.index >= current ? $0.name : nil }
  }

  /// Whether the statement that binds the name needs the current one.
  func needsCurrent(_ name: String) -> Bool {
    var seen: Set<Int> = []
    var open = bound[name].map { [$0.index] } ?? []
    while let index = open.popLast() {
      if index == current { return true }
      guard seen.insert(index).inserted else { continue }
      statements[index].visitNames { name in
        if let needed = bound[name.text] { open.append(needed.index) }
      }
    }
    return false
  }
}

extension FlowChecker {
  /// Whether nothing that stands before has the name, and this or a later statement binds it.
  func isBoundLater(_ name: Identifier) -> Bool {
    scope.lookup(name.text) == nil && checker.module.symbols[name.text] == nil
      && pipeline?.order.later(name.text) != nil
  }

  /// Reports a use before the statement.
  func reportEarlyUse(_ name: Identifier) {
    guard let pipeline, let later = pipeline.order.later(name.text) else { return }
    self.pipeline?.usedEarly.insert(name.text)
    report(
      pipeline.order.needsCurrent(name.text)
        ? .flowCycle(name, bound: later.span) : .usedBefore(name, bound: later.span))
  }
}
