import Diagnosing
import Foundation
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
  /// Replaces the file by its formatted text, at once: whoever reads it sees one or the other.
  public func save(_ invocation: Invocation) throws(Refusal) {
    // A link stays a link to the file that is replaced.
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let staged = "\(target).thalweg-fmt-\(getpid())"
    var status = stat()
    let mode = stat(target, &status) == 0 ? status.st_mode & 0o7777 : 0o644
    let descriptor = open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw unwritable(errno, invocation) }
    fchmod(descriptor, mode)
    var start = 0
    var failure: Int32 = 0
    formatted.withUnsafeBytes { bytes in
      while start < bytes.count, failure == 0, let base = bytes.baseAddress {
        let count = write(descriptor, base + start, bytes.count - start)
        if count >= 0 { start += count } else if errno != EINTR { failure = errno }
      }
    }
    if close(descriptor) != 0, failure == 0 { failure = errno }
    if failure == 0, rename(staged, target) != 0 { failure = errno }
    guard failure == 0 else {
      unlink(staged)
      throw unwritable(failure, invocation)
    }
  }

  private func unwritable(_ number: Int32, _ invocation: Invocation) -> Refusal {
    Refusal(
      .unreadableFile, "`\(path)` can't be written: \(String(cString: strerror(number)))", at: path,
      of: invocation,
      label: "left as it is")
  }
}
