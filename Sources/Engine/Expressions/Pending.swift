import Columns
import Diagnosing
import Semantics
extension ExpressionContext {
  func jsonParse(_ value: Step, _ type: Type, _ span: Span) -> Step { preconditionFailure() }
  func jsonEncode(_ value: Step, _ type: Type, _ span: Span) -> Step { preconditionFailure() }
}
