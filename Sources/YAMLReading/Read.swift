import Diagnosing

/// The most that is read of a file, so that a hostile one costs nothing.
enum Limits {
  /// Bytes.
  static let size = 1 << 20
  /// Levels of nesting.
  static let depth = 32
  /// Values and keys.
  static let nodes = 50_000
}

/// Reads a YAML file into nodes with their places; never fails.
public func readYAML(_ file: SourceFile) -> YAMLDocument {
  if file.bytes.count > Limits.size {
    return YAMLDocument(root: nil, diagnostics: [.tooLong(file.id, limit: Limits.size)])
  }
  if let problem = TextProblem.first(in: file.bytes) {
    return YAMLDocument(root: nil, diagnostics: [.text(problem, in: file.id)])
  }
  return file.bytes.withUnsafeBufferPointer { bytes in
    guard let events = EventReader(bytes) else {
      let problem = EventProblem(
        problem: "there is no memory left", place: 0, context: nil, contextPlace: 0)
      return YAMLDocument(root: nil, diagnostics: [.syntax(problem, in: file)])
    }
    var composer = Composer(file)
    let root = composer.document(events)
    return YAMLDocument(root: root, diagnostics: composer.diagnostics.inSourceOrder)
  }
}
