import Compiler
import Diagnosing
import Linting
import Testing

struct LevelTests {
  private static let program = """
    fn same(a: Float, b: Float) -> Bool { a == b }

    """

  @Test(arguments: [("L907", LintLevel.error), ("float-equality", .note), ("l907", .warning)])
  func `settings change the level of a rule by its code or name`(rule: String, level: LintLevel) async {
    let linted = await Linted(Self.program, levels: LintLevels([rule: level]))
    #expect(linted.findings.map(\.severity.rawValue) == [level.rawValue])
  }

  @Test func `a rule that is off finds nothing`() async {
    let linted = await Linted(Self.program, levels: LintLevels(["L907": .off]))
    #expect(linted.lines == [])
  }

  @Test func `a comment that allows a rule that is off is useless`() async {
    let program = "// thalweg:allow L907 both are copies\n" + Self.program
    let linted = await Linted(program, levels: LintLevels(["L907": .off]))
    #expect(linted.findings.map(\.code.text) == ["L902"])
  }

  @Test func `rules leave a file with an error alone, and look at the others`() async {
    let linted = await Linted(
      ["a.thal": Self.program, "b.thal": "fn wrong(a: Float) -> Bool { a == a + \"x\" }\n\(Self.program)"])
    #expect(linted.report.findings.map { linted.compilation.sources[$0.span.file].path } == ["a.thal"])
    #expect(linted.compilation.diagnostics.count == 1)
  }

  @Test func `rules look only at the files that are named`() async {
    let files = [
      "a.thal": "import \"./b.thal\" { same }\nfn both(x: Float) -> Bool { same(x, 1) }\n",
      "b.thal": Self.program,
    ]
    let one = await Linted(files, entries: ["a.thal"])
    #expect(one.lines == [])
    let both = await Linted(files)
    #expect(both.findings.map(\.code.text) == ["L907"])
  }
}
