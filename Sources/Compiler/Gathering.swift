import Diagnosing

extension [Diagnostic] {
  /// One finding for what is wrong at one place and seen at many: the others are labels of the first, so that one
  /// mistake is told once.
  func gathered() -> [Diagnostic] {
    merging { diagnostic in
      Self.repeatable.contains(diagnostic.code)
        ? Cause(file: diagnostic.span.file, code: diagnostic.code, what: diagnostic.message) : nil
    }
    .gatheringMembers()
  }

  /// A missing name, or a flow of another type, is told with the same words wherever it is used.
  private static let repeatable: Set<Code> = [
    .unknownName, .unknownType, .unknownMember, .unknownCase, .unknownAnnotation, .flowType,
  ]

  /// When many members of one type are missing, it is the type that is wrong.
  private func gatheringMembers() -> [Diagnostic] {
    func cause(_ diagnostic: Diagnostic) -> Cause? {
      guard diagnostic.code == .unknownMember, let end = diagnostic.message.firstRange(of: " has no ") else {
        return nil
      }
      let owner = String(diagnostic.message[..<end.lowerBound])
      return Cause(file: diagnostic.span.file, code: diagnostic.code, what: owner)
    }
    var counts: [Cause: Int] = [:]
    for diagnostic in self { if let cause = cause(diagnostic) { counts[cause, default: 0] += 1 } }
    if counts.values.allSatisfy({ $0 <= 3 }) { return self }
    return merging { diagnostic in cause(diagnostic).flatMap { counts[$0, default: 0] > 3 ? $0 : nil } }
  }

  private func merging(by cause: (Diagnostic) -> Cause?) -> [Diagnostic] {
    var first: [Cause: Int] = [:]
    var others: [Int: [Diagnostic]] = [:]
    var result: [Diagnostic] = []
    for diagnostic in self {
      guard let cause = cause(diagnostic) else {
        result.append(diagnostic)
        continue
      }
      if let index = first[cause] {
        others[index, default: []].append(diagnostic)
      } else {
        first[cause] = result.count
        result.append(diagnostic)
      }
    }
    for (index, more) in others { result[index] = result[index].gathering(more) }
    return result
  }
}

/// What makes several findings one.
private struct Cause: Hashable {
  let file: FileID
  let code: Code
  let what: String
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
