import Semantics

extension Connector {
  /// The path as written.
  var path: TypedExpression? {
    constants.first
  }
}
