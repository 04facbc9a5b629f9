import Diagnosing

extension [Diagnostic] {
  /// One finding for a name that is missing, however often it is used: the others are labels of the first, so that
  /// one mistake is told once.
  func gathered() -> [Diagnostic] {
    var first: [MissingName: Int] = [:]
    var others: [Int: [Diagnostic]] = [:]
    var result: [Diagnostic] = []
    for diagnostic in self {
      guard MissingName.codes.contains(diagnostic.code) else {
        result.append(diagnostic)
        continue
      }
      let name = MissingName(diagnostic)
      if let index = first[name] {
        others[index, default: []].append(diagnostic)
      } else {
        first[name] = result.count
        result.append(diagnostic)
      }
    }
    for (index, more) in others { result[index] = result[index].gathering(more) }
    return result
  }
}

/// What makes two findings about a missing name one.
private struct MissingName: Hashable {
  let file: FileID
  let code: Code
  let message: String

  static let codes: Set<Code> = [
    .unknownName, .unknownType, .unknownMember, .unknownCase, .unknownAnnotation,
  ]

  init(_ diagnostic: Diagnostic) {
    file = diagnostic.span.file
    code = diagnostic.code
    message = diagnostic.message
  }
}

extension Diagnostic {
  private static let mostPlaces = 4

  /// This finding, with the places of the same elsewhere.
  fileprivate func gathering(_ others: [Diagnostic]) -> Diagnostic {
    var places = others.prefix(Self.mostPlaces).map { Label($0.span, "also here") }
    if others.count > Self.mostPlaces, let last = places.popLast() {
      places.append(Label(last.span, "here, and in \(others.count - Self.mostPlaces) more places"))
    }
    let fixes = self.fixes.map { fix in
      let same = others.flatMap(\.fixes).filter { $0.title == fix.title }
      return Fix(fix.title, isSafe: fix.isSafe, edits: fix.edits + same.flatMap(\.edits))
    }
    return Diagnostic(
      code, message, at: span, label: label, labels: labels + places, help: help, fixes: fixes,
      severity: severity)
  }
}
