import Compiler
import Dataflow
import Diagnosing
import Foundation
import Testing

/// Each case is a program; behind its last line stand the graphs of its pipelines, as comments.
/// `THALWEG_BLESS=1` writes them anew.
struct LoweringTests {
  @Test(arguments: Cases.names)
  func `a program lowers to the graph that stands behind it`(name: String) async throws {
    let text = try Cases.text(name)
    let source = text.components(separatedBy: Cases.mark)[0]
    let compilation = await Cases.compile(source, path: name)
    #expect(compilation.diagnostics.map(\.message) == [])
    let graphs = compilation.graphs.map { graph in
      graph.description.split(separator: "\n").map { "// \($0)\n" }.joined()
    }
    let actual = source + Cases.mark + graphs.joined(separator: "//\n")
    if ProcessInfo.processInfo.environment["THALWEG_BLESS"] != nil {
      try Cases.write(actual, to: name)
    } else {
      #expect(actual == text)
    }
  }

  @Test(arguments: Cases.names)
  func `a lowered graph has no problems`(name: String) async throws {
    let compilation = await Cases.compile(try Cases.text(name), path: name)
    #expect(!compilation.graphs.isEmpty)
    for graph in compilation.graphs { #expect(graph.problems() == []) }
  }
}

struct ModeTests {
  @Test(arguments: [
    ("from a: Table<Row> = csv(\"a.csv\")\n discard a", RunOptions.Mode.batch),
    (
      "from a: Stream<Row> = stdin(format: jsonl)\n from b: Table<Row> = csv(\"b.csv\")\n discard a\n discard b",
      .stream
    ),
    (
      "from b: Table<Row> = csv(\"b.csv\")\n from a: Request<Row> = http(post, \"/a\")\n discard b\n reply a",
      .service
    ),
  ])
  func `the mode of a graph and of its pipeline follows from the sources`(
    statements: String, mode: RunOptions.Mode
  ) async {
    let compilation = await Cases.compile("record Row { id: Int }\npipeline p {\n \(statements)\n}\n")
    #expect(compilation.graphs.map(\.mode) == [mode])
    #expect(compilation.pipelines.map(\.declaration.mode) == [mode])
  }
}

/// The programs in `Cases/`.
enum Cases {
  static let mark = "// -- graph\n"

  private static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("Cases")

  static let names =
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?
    .filter { $0.hasSuffix(".thal") }.sorted() ?? []

  static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  static func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }

  static func compile(_ source: String, path: String = "case.thal") async -> Compilation {
    await check([path]) { $0 == path ? Array(source.utf8) : nil }
  }
}
