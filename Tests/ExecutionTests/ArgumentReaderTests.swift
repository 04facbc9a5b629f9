import Dataflow
import Diagnosing
import Execution
import Planning
import Semantics
import Testing

@Suite struct ArgumentReaderTests {
  private static let nowhere = Span(FileID(0), 0, 0)
  private static let status = EnumType(name: "Status", cases: ["paid", "open"], span: nowhere)
  private static let shop = DistinctType(name: "ShopId", raw: .int, span: nowhere)

  /// A pipeline with these parameters; those in `defaults` may be left out.
  private static func graph(_ parameters: KeyValuePairs<String, Type>, defaults: [String: Literal] = [:])
    -> Graph
  {
    Graph(
      name: "daily", documentation: nil,
      parameters: parameters.enumerated().map { index, parameter in
        GraphParameter(
          local: Local(id: index, name: parameter.key, type: parameter.value),
          defaultValue: defaults[parameter.key].map {
            TypedExpression(.literal($0), parameter.value, nowhere)
          })
      }, nodes: [])
  }

  private func read(
    _ given: [String], _ graph: Graph, isPartial: Bool = false
  ) -> (PipelineArguments, [Diagnostic], String) {
    var sources = SourceMap()
    let line = Invocation(["run", "a.thal"] + given.flatMap { ["-p", $0] }).source(in: &sources)
    var reader = ArgumentReader(graph, Plan(graph), line)
    let (arguments, diagnostics) = reader.read(given, isPartial: isPartial)
    return (arguments, diagnostics, TextRenderer(sources).render(diagnostics))
  }

  @Test(arguments: [
    (Type.bool, "true"), (.int, "-42"), (.float, "1.5"), (.decimal, "12.340000000000000001"),
    (.string, "a = b, 'c' {d}"), (.date, "2024-02-29"), (.timestamp, "2026-01-31T08:00:00Z"),
    (.duration, "90s"),
    (.uuid, "123e4567-e89b-12d3-a456-426614174000"), (.enumeration(status), "open"), (.distinct(shop), "7"),
    (.optional(.int), "none"), (.optional(.int), "3"),
  ])
  func readsAValueOfEachType(_ type: Type, _ text: String) {
    let (arguments, diagnostics, shown) = read(["x=\(text)"], Self.graph(["x": type]))
    #expect(diagnostics.isEmpty, "\(shown)")
    #expect(arguments.json.compact == JSONValue.object([("x", .string(text))]).compact)
  }

  @Test(arguments: [
    (Type.bool, "yes"), (.int, "1.5"), (.int, ""), (.int, "9223372036854775808"), (.float, "1,5"),
    (.decimal, "1e400"), (.date, "2023-02-29"), (.timestamp, "2026-01-31"), (.duration, "90"), (.uuid, "123"),
    (.enumeration(status), "payed"), (.distinct(shop), "x"), (.optional(.int), "nothing"),
  ])
  func refusesAValueThatIsNotOfItsType(_ type: Type, _ text: String) {
    let (_, diagnostics, shown) = read(["x=\(text)"], Self.graph(["x": type]))
    #expect(diagnostics.map(\.code.text) == ["C808"], "\(shown)")
    #expect(diagnostics.allSatisfy { !$0.fixes.isEmpty })
  }

  @Test func pointsAtTheValue() {
    let (_, _, shown) = read(["day=yesterday"], Self.graph(["day": .date]))
    #expect(
      shown == """
        error[C808]: `yesterday` is not the value of a `Date`: dates are written `YYYY-MM-DD`
          --> <command line>:1:27
           |
         1 | thalweg run a.thal -p day=yesterday
           |                           ^^^^^^^^^ `day` is a `Date`
           |
           = fix: write it like `-p day=2026-01-31`
           = more: thalweg explain C808

        """)
  }

  @Test func namesTheCaseThatWasLikelyMeant() {
    let (_, diagnostics, _) = read(["x=piad"], Self.graph(["x": .enumeration(Self.status)]))
    #expect(diagnostics[0].fixes.map(\.title) == ["write `paid`"])
  }

  @Test func refusesAParameterThatIsNotThere() {
    let (_, diagnostics, shown) = read(["dai=2026-01-31"], Self.graph(["day": .date, "shop": .string]))
    // One mistake, one finding: `day` is not also missing.
    #expect(diagnostics.map(\.code.text) == ["C806", "C807"])
    #expect(shown.contains("`daily` has no parameter `dai`") && shown.contains("= fix: write `day`"))
    #expect(diagnostics[1].message == "`daily` needs a value for `shop: String`")
  }

  @Test func asksForWhatIsMissing() {
    let (_, diagnostics, shown) = read(
      [], Self.graph(["day": .date, "limit": .int], defaults: ["limit": .int(10)]))
    #expect(diagnostics.map(\.code.text) == ["C807"])
    #expect(shown.contains("= fix: add `-p day=2026-01-31`"))
  }

  @Test func aPlanNeedsNoValues() {
    let (_, diagnostics, _) = read([], Self.graph(["day": .date]), isPartial: true)
    #expect(diagnostics.isEmpty)
  }

  @Test func usesTheDefault() {
    let graph = Self.graph(
      ["a": .int, "b": .optional(.date), "c": .decimal],
      defaults: ["a": .int(10), "b": .none, "c": .decimal(1_500_000_000_000_000_000)])
    let (arguments, diagnostics, _) = read(["a=11"], graph)
    #expect(diagnostics.isEmpty)
    #expect(arguments.json.compact == #"{"a":"11","b":"none","c":"1.5"}"#)
    #expect(arguments.arguments.map(\.isGiven) == [true, false, false])
  }

  @Test func refusesAParameterGivenTwice() {
    let (_, diagnostics, shown) = read(["x=1", "x=1"], Self.graph(["x": .int]))
    #expect(diagnostics.map(\.code.text) == ["C809"])
    #expect(shown.contains("--> <command line>:1:30"))
  }

  @Test(arguments: ["2026-01-31", "=2026-01-31", ""])
  func refusesWhatHasNoName(_ text: String) {
    let (_, diagnostics, _) = read([text], Self.graph(["day": .date]))
    #expect(diagnostics.map(\.code.text) == ["C810"])
  }

  @Test(arguments: [Type.json, .list(.int), .map(.int), .bytes])
  func refusesTypesWithoutAForm(_ type: Type) {
    let (_, diagnostics, _) = read(["x=[]"], Self.graph(["x": type]))
    #expect(diagnostics.map(\.code.text) == ["C810"])
  }

  @Test func quotesWhatAShellWouldQuote() {
    var sources = SourceMap()
    let line = Invocation(["run", "my file.thal", "--parameter=x=1"]).source(in: &sources)
    #expect(line.file.line(1) == "thalweg run 'my file.thal' --parameter=x=1")
    #expect(line.file.text(line.span(of: "my file.thal")) == "my file.thal")
    #expect(line.file.text(line.span(of: "x=1")) == "x=1")
    #expect(line.span(of: "y=1") == line.whole)
  }
}
