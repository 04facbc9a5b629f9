import Dataflow
import Diagnosing
import Semantics

/// What the expressions of operators need of a backend beyond evaluating: calls of tasks, and secrets to hash
/// with. Functions are followed into their bodies.
struct ExpressionNeeds {
  /// The name among the operators, and where it is needed; with the task that is called.
  typealias Need = (name: String, span: Span, task: TypedTask?)

  private(set) var found: [Need] = []
  private var seen: Set<ObjectIdentifier> = []

  init(_ operation: Operation) {
    operation.forEachExpression { look($0) }
    switch operation {
    case .source(let source): source.connector.constants.forEach { look($0) }
    case .sink(let sink): sink.connector.constants.forEach { look($0) }
    default: break
    }
  }

  private mutating func look(_ expression: TypedExpression) {
    expression.visit { part in
      switch part.kind {
      case .task(let task, _): found.append(("task", part.span, task))
      case .builtin(.hash, _, _): found.append(("hash", part.span, nil))
      case .call(let function, _):
        if seen.insert(ObjectIdentifier(function)).inserted, let body = function.body { look(body) }
      default: break
      }
    }
  }
}
