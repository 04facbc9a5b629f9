import Diagnosing

/// What the checker knows about covers at a place.
struct Coverage {
  /// Where failures go that are not covered inside the expression.
  let context: Cover
  /// Whether a cover inside the expression stands around.
  var isCovered = false
  /// The fallible operations seen under the innermost cover.
  var failures = 0

  init(context: Cover) {
    self.context = context
  }
}
