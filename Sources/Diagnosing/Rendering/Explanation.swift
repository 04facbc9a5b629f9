extension CatalogueEntry {
  /// What `thalweg explain` prints: the title, why it is a finding, an example of it, and the same mended.
  public var text: String {
    """
    \(code): \(title)

    \(explanation)

    This gives \(code):

    \(Self.indented(bad))

    This does not:

    \(Self.indented(good))

    """
  }

  private static func indented(_ example: String) -> String {
    example.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "    \($0)" }
      .joined(separator: "\n")
  }
}
