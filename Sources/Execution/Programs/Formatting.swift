import Diagnosing
import Syntax

/// Programs and their texts in the one format.
public struct Formatting {
  /// One program that could be read.
  public struct File: Sendable {
    /// Its path as it was named; `-` for standard input.
    public let path: String
    /// The text as it is.
    public let original: [UInt8]
    /// The text in the format.
    public let formatted: [UInt8]

    /// Whether the two differ.
    public var isChanged: Bool { original != formatted }
    /// Whether it came from standard input.
    public var isStandardInput: Bool { path == ProgramFinder.standardInput }
    /// The changes, line by line.
    public var diff: String {
      UnifiedDiff.text(from: original, to: formatted, path: isStandardInput ? "<stdin>" : path)
    }
  }

  /// The programs without syntax errors.
  public private(set) var files: [File] = []
  /// The syntax errors of the others, which are left as they are.
  public private(set) var diagnostics: [Diagnostic] = []
  /// The texts of all.
  public private(set) var sources = SourceMap()

  /// Reads and formats the programs at `paths`.
  public init(_ paths: [String], _ invocation: Invocation) throws(Refusal) {
    let finder = ProgramFinder(invocation)
    for path in try finder.programs(at: paths) {
      let shown = path == ProgramFinder.standardInput ? "<stdin>" : path
      let file = sources.add(path: shown, bytes: try finder.read(path))
      let parsed = parse(file)
      if parsed.diagnostics.hasErrors {
        diagnostics += parsed.diagnostics
      } else {
        files.append(File(path: path, original: file.bytes, formatted: format(parsed)))
      }
    }
  }
}

extension Formatting.File {
  /// Replaces the file by its formatted text.
  public func save(_ invocation: Invocation) throws(Refusal) {
    try ProgramFinder(invocation).replace(path, with: formatted)
  }
}
