import Diagnosing

extension Diagnostic {
  /// `what` reads "tasks are", "`Stream` is".
  static func notBuilt(_ what: String, at span: Span) -> Diagnostic {
    Diagnostic(.notBuilt, "\(what) not built yet", at: span, label: "not built yet")
  }
}
