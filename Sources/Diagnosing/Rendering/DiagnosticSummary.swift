/// How much was found: "2 errors, 1 warning in 1 file".
public struct DiagnosticSummary: Hashable, Sendable, CustomStringConvertible {
  /// Number of errors.
  public let errors: Int
  /// Number of warnings.
  public let warnings: Int
  /// Number of files that were looked at.
  public let files: Int

  /// Counts `diagnostics`, found in `files` files.
  public init(_ diagnostics: some Sequence<Diagnostic>, files: Int) {
    var errors = 0
    var warnings = 0
    for diagnostic in diagnostics {
      switch diagnostic.severity {
      case .error: errors += 1
      case .warning: warnings += 1
      case .note: break
      }
    }
    self.errors = errors
    self.warnings = warnings
    self.files = files
  }

  /// One line for people.
  public var description: String {
    var parts: [String] = []
    if errors > 0 { parts.append(Self.count(errors, "error")) }
    if warnings > 0 { parts.append(Self.count(warnings, "warning")) }
    let found = parts.isEmpty ? "no errors" : parts.joined(separator: ", ")
    return "\(found) in \(Self.count(files, "file"))"
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}
