import Diagnosing
import Settings

extension Profile {
  /// What a run under this profile would need and no release has yet: nothing is read and ignored.
  func refusals(_ settings: Settings, isSubmitted: Bool) -> [Diagnostic] {
    var refusals: [Diagnostic] = []
    if let backend, let kind = settings.backend(backend.value)?.kind, kind.value != .local {
      refusals.append(
        .notBuilt(
          "the backend `\(backend.value)` of kind `\(kind.value.rawValue)` is", at: backend.span,
          because: Label(kind.span, "its kind")))
    }
    if let pool, !isSubmitted { refusals.append(.poolOfWorkers(pool)) }
    return refusals
  }
}

extension Diagnostic {
  fileprivate static func poolOfWorkers(_ pool: Spanned<String>) -> Diagnostic {
    Diagnostic(
      .backendLacks, "the pool `\(pool.value)` has slots on workers, and this run is started here",
      at: pool.span,
      label: "holds what is submitted", help: "`thalweg submit` hands it to workers; or name another profile")
  }

  fileprivate static func notBuilt(_ what: String, at span: Span, because label: Label? = nil) -> Diagnostic {
    Diagnostic(
      .backendLacks, "\(what) not built yet", at: span, label: "not built yet",
      labels: label.map { [$0] } ?? [],
      help: "this release runs pipelines here: leave it out of the profile, or name another profile")
  }
}
