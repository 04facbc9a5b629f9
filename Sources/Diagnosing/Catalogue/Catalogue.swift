/// What `thalweg explain` tells about a code.
public struct CatalogueEntry: Sendable {
  /// What the examples are.
  public enum Example: Sendable {
    /// Programs: `check` tells the bad one from the good one.
    case program
    /// Commands, or what happens when a program meets its data: `check` finds nothing in them.
    case command
    /// Project files: reading them tells the bad one from the good one.
    case settings
  }

  /// The permanent code.
  public let code: Code
  /// The finding in a few words.
  public let title: String
  /// Why it is a finding, and what to do.
  public let explanation: String
  /// What the examples are.
  public let example: Example
  /// A small program that gives exactly this code. Where it takes several files, each begins with a line
  /// `// file: name.thal`.
  public let bad: String
  /// The same program, mended.
  public let good: String

  /// Made by the families' files, and by the lint rules.
  package init(
    _ code: Code, _ title: String, _ explanation: String, example: Example = .program, bad: String,
    good: String
  ) {
    self.code = code
    self.title = title
    self.explanation = explanation
    self.example = example
    self.bad = bad
    self.good = good
  }
}

/// All codes. A code is permanent: it is never given another meaning, never used again.
public enum Catalogue {
  /// Every entry, by code.
  public static let entries: [CatalogueEntry] =
    [
      parsing, names, types, failure, runFaults, modes, times, services, jobs, graph, configuration,
      projectFile,
      connectors,
      labels, secrets, tasks,
      runs, statements, flows, tests, states,
    ].flatMap(\.self).sorted { $0.code.text < $1.code.text }

  /// The entry of a code as the user writes it, in any case.
  public static func entry(_ text: String) -> CatalogueEntry? {
    let wanted = text.uppercased()
    return entries.first { $0.code.text == wanted }
  }
}
