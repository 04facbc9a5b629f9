import Diagnosing
import Syntax

/// `base.name` or `base.name(arguments)` where `base` is a group: `g`, `g.where(p)`, `g.window`.
public struct GroupUse: Sendable {
  /// The number under which the group's name is bound in the scope.
  public let group: Int
  /// What stands before the last point.
  public let base: Expression
  /// What stands behind it.
  public let member: Identifier
  /// The arguments of a call; nil without parentheses.
  public let arguments: [Argument]?
  /// The whole expression.
  public let span: Span
}

/// Answers for the groups of aggregates: the flow checker registers the aggregate and gives the
/// expression that stands for its value.
public protocol GroupResolver: AnyObject {
  /// The value of a use of a group; reports what does not fit to `checker`.
  func resolve(
    _ use: GroupUse, in scope: Scope, expecting: Type?, checker: ExpressionChecker
  ) -> TypedExpression
}
