import Compiler
import Dataflow
import Diagnosing
import Semantics
import Testing

struct FilesTests {
  private let types = "record Order { id: Int, shop: String }\n"

  @Test func `files import each other relative to their folders`() async {
    let files = [
      "main.thal": """
      import "./lib/types.thal" { Order }
      import "lib/flows.thal" as flows
      pipeline p {
        from orders: Table<Order> = csv("orders.csv")
        into out = csv("out.csv") <- flows.kept(orders)
      }
      """,
      "lib/types.thal": types,
      "lib/flows.thal": """
      import "../lib/./types.thal" { Order }
      fn kept(orders: Flow<Order>) -> Flow<Order> { orders.filter(o -> o.id > 0) }
      """,
    ]
    let compilation = await compile(files, ["main.thal"])
    #expect(compilation.report == [])
    #expect(compilation.sources.files.map(\.path) == ["main.thal", "lib/types.thal", "lib/flows.thal"])
    #expect(compilation.graphs.map(\.nodes.count) == [3])
    #expect(compilation.graphs.first?.nodes.map(\.name) == ["orders", "out/kept.filter.1", "out"])
  }

  @Test func `entries share the modules that they import`() async {
    let pipeline = """
      import "types.thal" { Order }
      pipeline p { from orders: Table<Order> = csv("orders.csv")
        discard orders }
      """
    let files = ["a.thal": pipeline, "b.thal": pipeline, "types.thal": types]
    let compilation = await compile(files, ["a.thal", "./b.thal", "types.thal", "a.thal"])
    #expect(compilation.report == [])
    #expect(compilation.modules.count == 3)
    #expect(compilation.pipelines(in: "b.thal").map(\.declaration.name) == ["p"])
    #expect(compilation.pipelines.count == 2)
  }

  @Test func `an entry that can't be read is named and the others are checked`() async {
    let compilation = await compile(["a.thal": "record A { id: Wrong }"], ["missing.thal", "a.thal"])
    #expect(compilation.unreadable == ["missing.thal"])
    #expect(compilation.diagnostics.count == 1)
  }

  @Test func `an import that can't be read is reported at its path`() async {
    let compilation = await compile(["a.thal": "import \"no.thal\" { A }\nrecord B { a: A }"], ["a.thal"])
    #expect(compilation.diagnostics.count == 1)
    #expect(compilation.report.first?.hasPrefix("a.thal:1:8 ") == true)
  }

  @Test func `a mistake in one file hides none in another`() async {
    let files = [
      "a.thal": "import \"b.thal\" { f }\nfn g() -> Int { f() + \"x\" }",
      "b.thal": "fn f() -> Int { wrong }",
    ]
    let compilation = await compile(files, ["a.thal"])
    #expect(compilation.diagnostics.map { compilation.sources[$0.span.file].path } == ["a.thal", "b.thal"])
  }

  @Test func `diagnostics come in source order and each once`() async {
    let compilation = await compile(
      pipeline("let b = orders.mapp(o -> 1)\n  let a = orders.filtr(o -> true)\n discard a\n discard b"))
    #expect(compilation.codes == ["N270", "N270"])
    #expect(compilation.diagnostics == compilation.diagnostics.inSourceOrder)
  }
}
