import Syntax
import Testing

struct UnifiedDiffTests {
  private func diff(_ old: String, _ new: String) -> String {
    UnifiedDiff.text(from: Array(old.utf8), to: Array(new.utf8), path: "a.thal")
  }

  @Test func `equal texts have no difference`() {
    #expect(diff("a\nb\n", "a\nb\n") == "")
    #expect(diff("", "") == "")
  }

  @Test func `a changed line stands between three lines of context`() {
    let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n"
    let new = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"
    let expected = """
      --- a/a.thal
      +++ b/a.thal
      @@ -2,7 +2,7 @@
       2
       3
       4
      -5
      +five
       6
       7
       8

      """
    #expect(diff(old, new) == expected)
  }

  @Test func `changes far apart stand in hunks of their own`() {
    let lines = (1...30).map { "\($0)\n" }
    let new = lines.map { $0 == "3\n" ? "" : $0 == "28\n" ? "28\nnew\n" : $0 }
    let text = diff(lines.joined(), new.joined())
    #expect(
      text.contains(
        "@@ -1,6 +1,5 @@\n 1\n 2\n-3\n 4\n 5\n 6\n@@ -26,5 +25,6 @@\n 26\n 27\n 28\n+new\n 29\n 30\n"))
  }

  @Test func `a missing end of the last line is said`() {
    #expect(
      diff("a", "a\n") == "--- a/a.thal\n+++ b/a.thal\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n")
  }

  @Test func `an empty side has no lines`() {
    #expect(diff("", "a\n") == "--- a/a.thal\n+++ b/a.thal\n@@ -0,0 +1 @@\n+a\n")
    #expect(diff("a\n", "") == "--- a/a.thal\n+++ b/a.thal\n@@ -1 +0,0 @@\n-a\n")
  }

  @Test(arguments: 0..<40)
  func `the old text with the difference applied is the new one`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    // Few different lines, so that hardly any is unique, or many.
    let kinds = seed % 2 == 0 ? 4 : 1000
    func line() -> String { "line \(random.below(kinds))\n" }
    let old = (0..<random.below(seed % 10 == 9 ? 900 : 40)).map { _ in line() }
    var new = old
    for _ in 0..<random.below(12) {
      let index = random.below(new.count + 1)
      if random.oneIn(2) || index == new.count {
        new.insert(line(), at: index)
      } else {
        new.remove(at: index)
      }
    }
    if seed % 5 == 0 { new.shuffle(using: &random) }
    #expect(patched(old, with: diff(old.joined(), new.joined())) == new)
  }

  /// What applying a difference gives; empty where it does not fit.
  private func patched(_ old: [String], with diff: String) -> [String] {
    if diff.isEmpty { return old }
    var result: [String] = []
    var position = 0
    for line in diff.split(separator: "\n").dropFirst(2) {
      if line.hasPrefix("@@") {
        let numbers = line.dropFirst(4).split { !"0123456789".contains($0) }.compactMap { Int($0) }
        let isEmpty = line.dropFirst(4).prefix { $0 != " " }.hasSuffix(",0")
        let start = isEmpty ? numbers[0] : numbers[0] - 1
        result += old[position..<start]
        position = start
        continue
      }
      let text = line.dropFirst() + "\n"
      if line.hasPrefix("+") {
        result.append(String(text))
        continue
      }
      guard position < old.count, old[position] == text else { return [] }
      if line.hasPrefix(" ") { result.append(old[position]) }
      position += 1
    }
    return result + old[position...]
  }
}
