import Diagnosing

/// What parsing gives, for any input: parsing never fails.
public struct ParsedFile: Sendable {
  /// The text.
  public let file: SourceFile
  /// Every byte of it, in structure.
  public let tree: SyntaxTree
  /// What the checker reads.
  public let program: Program
  /// In source order.
  public let diagnostics: [Diagnostic]
}
