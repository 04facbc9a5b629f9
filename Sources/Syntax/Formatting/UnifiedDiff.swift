/// The difference of two texts, line by line, as `diff -u` and `git` write it.
public enum UnifiedDiff {
  /// Lines of context around a change.
  private static let context = 3

  /// The changes from `old` to `new` under the name `path`; empty where they are the same.
  public static func text(from old: [UInt8], to new: [UInt8], path: String) -> String {
    if old == new { return "" }
    let old = lines(of: old)
    let new = lines(of: new)
    let changes = LineMatcher.changes(from: old, to: new)
    var result = "--- a/\(path)\n+++ b/\(path)\n"
    var index = 0
    while index < changes.count {
      var end = index + 1
      while end < changes.count,
        changes[end].old.lowerBound - changes[end - 1].old.upperBound <= 2 * context
      {
        end += 1
      }
      append(hunk: changes[index..<end], from: old, to: new, &result)
      index = end
    }
    return result
  }

  /// Lines with their line breaks.
  private static func lines(of text: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = 0
    for index in text.indices where text[index] == UInt8(ascii: "\n") {
      lines.append(text[start...index])
      start = index + 1
    }
    if start < text.count { lines.append(text[start...]) }
    return lines
  }

  private static func append(
    hunk: ArraySlice<LineMatcher.Change>, from old: [ArraySlice<UInt8>], to new: [ArraySlice<UInt8>],
    _ result: inout String
  ) {
    guard let first = hunk.first, let last = hunk.last else { return }
    let lead = min(context, first.old.lowerBound)
    let trail = min(context, old.count - last.old.upperBound)
    let oldRange = first.old.lowerBound - lead..<last.old.upperBound + trail
    let newRange = first.new.lowerBound - lead..<last.new.upperBound + trail
    result += "@@ -\(label(oldRange)) +\(label(newRange)) @@\n"
    var position = oldRange.lowerBound
    for change in hunk {
      for line in old[position..<change.old.lowerBound] { append(" ", line, &result) }
      for line in old[change.old] { append("-", line, &result) }
      for line in new[change.new] { append("+", line, &result) }
      position = change.old.upperBound
    }
    for line in old[position..<oldRange.upperBound] { append(" ", line, &result) }
  }

  private static func label(_ range: Range<Int>) -> String {
    let start = range.isEmpty ? range.lowerBound : range.lowerBound + 1
    return range.count == 1 ? "\(start)" : "\(start),\(range.count)"
  }

  private static func append(_ sign: String, _ line: ArraySlice<UInt8>, _ result: inout String) {
    result += sign
    if line.last == UInt8(ascii: "\n") {
      result += String(decoding: line.dropLast(), as: UTF8.self) + "\n"
    } else {
      result += String(decoding: line, as: UTF8.self) + "\n\\ No newline at end of file\n"
    }
  }
}
