import Compiler
import Diagnosing
import Testing

/// What people mean by names that are not there.
struct HintTests {
  @Test(arguments: [
    ("filtr", "did you mean `filter`?"), ("Map", "did you mean `map`?"),
    ("groupBy", "did you mean `group_by`?"), ("flatMap", "did you mean `flat_map`?"),
    ("leftJoin", "did you mean `left_join`?"), ("agregate", "did you mean `aggregate`?"),
    ("where", "rows are kept with `.filter(r -> ...)`"),
    ("select", "rows are shaped with `.map(r -> Record { ... })`"),
    ("orderBy", "order with `.sort(by: r -> r.x)`, downwards with `.sort(by: r -> desc(r.x))`"),
    ("withColumn", "rows are shaped with `.map(r -> Record { ...r, ... })`"),
    ("dropDuplicates", "doubles are dropped with `.distinct(by: r -> r.key)`"),
  ])
  func `an unknown operator comes with what was meant`(name: String, help: String) async {
    let compilation = await compile(pipeline("discard orders.\(name)(o -> o.id)"))
    #expect(compilation.codes == ["N270"])
    #expect(compilation.diagnostics.first?.help == help)
  }

  @Test func `a name like no operator lists them`() async {
    let compilation = await compile(pipeline("discard orders.frobnicate(o -> o.id)"))
    #expect(
      compilation.diagnostics.first?.help?.hasPrefix("the operators are `aggregate` `anti_join`") == true)
  }

  @Test(arguments: [
    ("avg(o -> o.amount)", "did you mean `mean`?"), ("n()", "did you mean `count`?"),
    ("summ(o -> o.amount)", "did you mean `sum`?"), ("median(o -> o.amount)", "did you mean `quantile`?"),
  ])
  func `an unknown aggregate comes with what was meant`(call: String, help: String) async {
    let compilation = await compile(pipeline("discard orders.aggregate(g -> row { x: g.\(call) })"))
    #expect(compilation.codes == ["N275"])
    #expect(compilation.diagnostics.first?.help == help)
  }

  @Test func `a flow that holds another record is told apart by its field`() async {
    let compilation = await compile(
      pipeline("into out: Table<Shop> = csv(\"o.csv\") <- orders.map(o -> row { name: o.shop, city: o.id })"))
    let found = compilation.diagnostics.first
    #expect(found?.code == .flowType)
    #expect(found?.label == "field `city` is `Int`, not `String`")
    #expect(found?.help == "construct a `Shop` in the last `map`, `select:` or `aggregate`")
  }

  @Test func `an aggregate on an unbounded flow points at the source and offers a window`() async {
    let source = """
      record Click { user: String, at: Timestamp }
      pipeline p {
        from raw: Stream<Click> = kafka("clicks", group: "a")
        let s = raw.group_by(c -> c.user).aggregate(g -> row { user: g.key, n: g.count() })
        into out = stdout() <- s
      }
      """
    let compilation = await compile(source)
    #expect(compilation.report == ["a.thal:4:37 M503 `aggregate` never completes on an unbounded flow"])
    let found = compilation.diagnostics.first
    #expect(found?.labels.map(\.message) == ["unbounded here"])
    #expect(found?.labels.first.map { compilation.sources[$0.span.file].text($0.span) } == "Stream<Click>")
    #expect(
      found?.fixes.map(\.title) == [
        "insert `.timed(c -> c.at, delay: 10s).window(tumbling(1m), late: fail)` before `group_by`"
      ])
  }
}
