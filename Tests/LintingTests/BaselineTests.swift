import Compiler
import Diagnosing
import Linting
import Testing

struct BaselineTests {
  private static let program = """
    fn one(a: Float, b: Float) -> Bool { a == b }
    fn two(a: Float, b: Float) -> Bool { a != b }

    """

  private static func baseline(_ text: String) async -> Baseline {
    let linted = await Linted(text)
    return Baseline(of: linted.report.findings, in: linted.compilation.sources)
  }

  private static func left(_ text: String, _ baseline: Baseline) async -> LintReport {
    let linted = await Linted(text)
    return baseline.applied(to: linted.report, in: linted.compilation.sources)
  }

  @Test func `known findings are not told, and kept as suppressed`() async {
    let report = await Self.left(Self.program, await Self.baseline(Self.program))
    #expect(report.findings == [])
    #expect(report.suppressed.map(\.kind) == [.external, .external])
  }

  @Test func `lines may move and white space may change`() async {
    let baseline = await Self.baseline(Self.program)
    let moved = "\n// A comment.\n\n" + Self.program.replacing("a == b", with: "a   ==\n    b")
    #expect(await Self.left(moved, baseline).findings == [])
  }

  @Test func `a second equal finding is new`() async {
    let baseline = await Self.baseline(Self.program)
    let more = Self.program + "fn three(a: Float, b: Float) -> Bool { a == b }\n"
    #expect(await Self.left(more, baseline).findings.map(\.code.text) == ["L907"])
  }

  @Test func `a finding of other text, rule or file is new`() async {
    let baseline = await Self.baseline(Self.program)
    #expect(await Self.left(Self.program.replacing("a == b", with: "b == a"), baseline).findings.count == 1)
    #expect(await Self.left("// file: c.thal\n" + Self.program, baseline).findings.count == 2)
    let counts = baseline.counts.map {
      (Baseline.Key(code: "L908", path: $0.key.path, text: $0.key.text), $0.value)
    }
    let others = Baseline(Dictionary(uniqueKeysWithValues: counts))
    #expect(await Self.left(Self.program, others).findings.count == 2)
  }

  @Test func `the file lists findings in order, counted`() async {
    let twice = Self.program + "fn three(a: Float, b: Float) -> Bool { a == b }\n"
    #expect(
      await Self.baseline(twice).json.compact
        == #"{"version":1,"findings":[{"rule":"L907","path":"a.thal","text":"a != b","count":1},"#
        + #"{"rule":"L907","path":"a.thal","text":"a == b","count":2}]}"#)
  }
}
