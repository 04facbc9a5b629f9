import Diagnosing
import Syntax

/// A name that a body binds.
struct Binding {
  /// How it is bound.
  enum Kind {
    /// A parameter of a function, task or pipeline.
    case parameter
    /// A parameter of a lambda.
    case lambdaParameter
    /// `let` of a block.
    case value
    /// `let` or `from` of a pipeline or test: a flow that is not consumed is an error already.
    case statement
    /// The present value of `if let`, or of a pattern.
    case present
    /// A variable of `for`.
    case element
  }

  let name: Identifier
  let kind: Kind
  /// Whether calls write its name: a parameter with a default.
  var isNamedByCalls = false
  /// Whether only one value is given by its statement.
  var isSingle = true
  /// What it is bound to, where that is one expression.
  var value: Expression?
  /// Where it is used.
  var uses: [Span] = []
  /// The binding of the same declaration that it hides.
  var hidden: Span?
}
