import Diagnosing
import Syntax

extension ExpressionChecker {
  /// Checks an expression inside another, under the covers that stand around.
  public func check(_ expression: Expression, in scope: Scope, expecting type: Type?) -> TypedExpression {
    poison(expression.span)
  }

  /// The parameters and the body of a lambda; reports an expression that is none, or has other than
  /// `count` parameters.
  public func lambdaParts(_ expression: Expression, count: Int) -> (names: [Identifier], body: Expression)? {
    if case .lambda(let names, let body) = expression.kind, names.count == count { return (names, body) }
    return nil
  }

  /// The type that is written; reports what it can't be and gives `.error` then.
  public func resolve(_ syntax: TypeSyntax) -> Type { .error }

  /// The type that is written where a flow may be meant: `Table<T>`, `Stream<T>`, `Request<T>`, `Flow<T>`.
  public func resolveSignature(_ syntax: TypeSyntax) -> SignatureType { .value(resolve(syntax)) }
}
