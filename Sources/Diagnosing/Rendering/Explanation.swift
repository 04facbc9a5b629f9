extension CatalogueEntry {
  /// What `thalweg explain` prints: the title, why it is a finding, an example of it, and the same mended.
  public var text: String {
    """
    \(code): \(title)

    \(Self.wrapped(explanation))

    This gives \(code):

    \(Self.indented(bad))

    This does not:

    \(Self.indented(good))

    """
  }

  private static let width = 88

  /// Paragraphs in lines of one width; indented lines stay as they are.
  private static func wrapped(_ text: String) -> String {
    var lines: [String] = []
    var paragraph = ""
    func close() {
      if !paragraph.isEmpty { lines.append(paragraph) }
      paragraph = ""
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty || line.hasPrefix(" ") {
        close()
        lines.append(String(line))
        continue
      }
      for word in line.split(separator: " ") {
        if !paragraph.isEmpty, paragraph.count + 1 + word.count > width { close() }
        paragraph += paragraph.isEmpty ? String(word) : " \(word)"
      }
    }
    close()
    return lines.joined(separator: "\n")
  }

  private static func indented(_ example: String) -> String {
    example.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "    \($0)" }
      .joined(separator: "\n")
  }
}
