import Columns

/// Numbers as people read them.
public enum Figures {
  /// `1,204,511`.
  public static func count(_ number: Int64) -> String {
    let digits = String(number.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return number < 0 ? "-\(text)" : text
  }

  /// `1 row`, `2,000 rows`.
  public static func rows(_ number: Int64) -> String { "\(count(number)) \(number == 1 ? "row" : "rows")" }

  /// `12ms`, `3.4s`, `2m05s`, `1h02m`, `2d07h`.
  public static func duration(_ seconds: Double) -> String {
    let seconds = max(seconds, 0)
    if seconds < 0.9995 { return "\(Int((seconds * 1000).rounded()))ms" }
    if seconds < 59.95 {
      let tenths = Int((seconds * 10).rounded())
      return "\(tenths / 10).\(tenths % 10)s"
    }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return "\(whole / 60)m\(padded(whole % 60))s" }
    let hours = whole / 3600
    if hours < 48 { return "\(hours)h\(padded(whole / 60 % 60))m" }
    return "\(hours / 24)d\(padded(hours % 24))h"
  }

  /// Microseconds as a program has them: `20m`, `1500ms`.
  static func limit(_ microseconds: Int64) -> String {
    ScalarText.string { ScalarText.writeDuration(microseconds, to: $0) }
  }

  /// `87us`, `1.2ms`, `340ms`, and longer ones as `duration` has them.
  public static func latency(_ seconds: Double) -> String {
    let microseconds = Int((max(seconds, 0) * 1e6).rounded())
    if microseconds < 1000 { return "\(microseconds)us" }
    guard microseconds < 100_000 else { return duration(seconds) }
    let tenths = (microseconds + 50) / 100
    return "\(tenths / 10).\(tenths % 10)ms"
  }

  /// `812 B`, `3.4 KiB`, `1.2 GiB`.
  public static func size(_ bytes: Int64) -> String {
    var tenths = bytes * 10
    for unit in ["B", "KiB", "MiB", "GiB"] {
      if tenths < 10_240 { return unit == "B" ? "\(bytes) B" : "\(tenths / 10).\(tenths % 10) \(unit)" }
      tenths /= 1024
    }
    return "\(tenths / 10).\(tenths % 10) TiB"
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  /// Columns under their headings; those named in `right` are aligned at the right.
  public static func table(_ headings: [String], _ rows: [[String]], right: Set<Int>) -> String {
    let all = headings.isEmpty ? rows : [headings] + rows
    let count = all.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in all.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return all.map { row in
      let cells = row.enumerated().map { index, cell in
        let padding = String(repeating: " ", count: widths[index] - cell.count)
        return right.contains(index) ? padding + cell : cell + padding
      }
      let line = cells.joined(separator: "  ")
      return line.lastIndex { $0 != " " }.map { String(line[...$0]) } ?? ""
    }.joined(separator: "\n") + "\n"
  }
}
