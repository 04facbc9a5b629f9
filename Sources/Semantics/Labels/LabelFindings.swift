import Diagnosing

/// An expression and a label that it may not carry.
struct LabelPlace: Hashable, Sendable {
  let span: Span
  let label: String

  init(_ span: Span, _ label: String) {
    self.span = span
    self.label = label
  }
}

/// What was found about labels, each leak once.
struct LabelFindings: Sendable {
  private(set) var diagnostics: [Diagnostic] = []
  private(set) var places: Set<LabelPlace> = []

  /// Reports a leak, unless this label was reported at this place.
  mutating func report(_ diagnostic: Diagnostic, label: String) {
    if places.insert(LabelPlace(diagnostic.span, label)).inserted { diagnostics.append(diagnostic) }
  }
}
