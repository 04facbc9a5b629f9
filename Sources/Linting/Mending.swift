import Diagnosing

/// The edits of a report's fixes that go together.
public struct Mending: Sendable {
  /// By file, in source order; none overlap.
  public private(set) var edits: [FileID: [Edit]] = [:]
  /// Number of findings that they mend.
  public private(set) var count = 0

  /// Takes the first fix with edits of each finding, in order: the safe ones, and the others where `unsafe`.
  /// A fix that overlaps one taken before is left for a later round, as is one that touches `frozen` files.
  public init(_ findings: [Diagnostic], unsafe: Bool, frozen: Set<FileID> = []) {
    for finding in findings {
      guard let fix = finding.fixes.first(where: { !$0.edits.isEmpty && ($0.isSafe || unsafe) }),
        !fix.edits.contains(where: { frozen.contains($0.span.file) || overlaps($0) })
      else { continue }
      for edit in fix.edits { edits[edit.span.file, default: []].append(edit) }
      count += 1
    }
    for file in edits.keys {
      edits[file]?.sort { ($0.span.start, $0.span.end) < ($1.span.start, $1.span.end) }
    }
  }

  private func overlaps(_ edit: Edit) -> Bool {
    edits[edit.span.file]?.contains { other in
      // Two insertions at one place overlap too: their order would be chance.
      edit.span.start < other.span.end && other.span.start < edit.span.end
        || edit.span.start == other.span.start
        || edit.span.end == other.span.end
    } ?? false
  }

  /// A file's bytes with its edits applied.
  public func applied(to file: SourceFile) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    for edit in edits[file.id] ?? [] {
      result += file.bytes[position..<Int(edit.span.start)]
      result += edit.text.utf8
      position = Int(edit.span.end)
    }
    return result + file.bytes[position...]
  }
}
