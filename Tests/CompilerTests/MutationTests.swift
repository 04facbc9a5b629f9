import Compiler
import Dataflow
import Diagnosing
import Foundation
import Testing

/// Whatever is done to a program, the front end ends, and what it calls sound is sound.
struct MutationTests {
  private static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let programs = ["CompilerTests", "DataflowTests"].flatMap { target in
    let cases = folder.appendingPathComponent("\(target)/Cases").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: cases)) ?? []
    return names.filter { $0.hasSuffix(".thal") }.sorted().map { "\(target)/Cases/\($0)" }
  }

  @Test(arguments: programs)
  func `a mutated program ends in diagnostics or in graphs without problems`(path: String) async throws {
    let text = try String(contentsOf: Self.folder.appendingPathComponent(path), encoding: .utf8)
    let words = Words(text)
    for seed in 1...60 {
      let mutant = words.mutated(UInt64(seed))
      let compilation = await compile(mutant)
      for graph in compilation.graphs { #expect(graph.problems() == [], "\(mutant)") }
      if compilation.diagnostics.isEmpty {
        #expect(compilation.graphs.count == compilation.pipelines.count, "\(mutant)")
      }
    }
  }

  @Test func `functions that call each other twice are refused, not inlined`() async {
    var source = "record O { id: Int }\nfn f0(x: Flow<O>) -> Flow<O> { x.filter(o -> o.id > 0) }\n"
    for level in 1...60 {
      source += "fn f\(level)(x: Flow<O>) -> Flow<O> { f\(level - 1)(f\(level - 1)(x)) }\n"
    }
    source += "pipeline p {\n  from o: Table<O> = csv(\"a.csv\")\n  discard f60(o)\n}"
    #expect(await compile(source).codes == ["G608"])
  }

  @Test func `functions that call each other too deep are refused`() async {
    var source = "record O { id: Int }\nfn f0(x: Flow<O>) -> Flow<O> { x.filter(o -> o.id > 0) }\n"
    for level in 1...3000 { source += "fn f\(level)(x: Flow<O>) -> Flow<O> { f\(level - 1)(x) }\n" }
    source += "pipeline p {\n  from o: Table<O> = csv(\"a.csv\")\n  discard f3000(o)\n}"
    #expect(await compile(source).codes == ["G608"])
  }
}
