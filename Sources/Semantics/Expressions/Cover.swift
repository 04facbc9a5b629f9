/// Where a failure goes from the place that is checked, and so what covers are legal there.
public enum Cover: Sendable {
  /// Nowhere: only `else` covers (a `fn` without `!`, an operator's lambda in a flow function without `!`).
  case none
  /// A pipeline statement or an operator's lambda in one: `try` fails the run.
  case statement
  /// A function `-> T!`: `try` hands the failure to the caller.
  case function
  /// The body of a `try_map` lambda, which covers everything in it: `try` is an error.
  case tryMap

  /// Whether `try` may stand here.
  public var allowsTry: Bool { self == .statement || self == .function }
}
