import Columns
import Diagnosing
import Semantics
extension Context {
  func list(_ elements: [TypedExpression], _ type: Type) -> Node { preconditionFailure() }
  func construct(_ elements: [TypedExpression], _ type: Type) -> Node { preconditionFailure() }
  func map(_ entries: [(key: TypedExpression, value: TypedExpression)], _ type: Type) -> Node {
    preconditionFailure()
  }
  func not(_ value: Node) -> Node { preconditionFailure() }
  func negate(_ value: Node, _ type: Type, _ span: Span) -> Node { preconditionFailure() }
  func binary(
    _ symbol: TypedOperator, _ left: TypedExpression, _ right: TypedExpression, _ expression: TypedExpression
  ) -> Node { preconditionFailure() }
  func builtin(
    _ builtin: Builtin, _ arguments: [TypedExpression], _ lambdas: [TypedLambda],
    _ expression: TypedExpression
  ) -> Node { preconditionFailure() }
  func interpolation(_ parts: [TypedExpression]) -> Node { preconditionFailure() }
  func range(_ a: Node, _ b: Node, isInclusive: Bool, _ span: Span) -> Node { preconditionFailure() }
}
func equalRows(_ a: Datum, _ b: Datum, _ count: Int) -> Bitmap { preconditionFailure() }
