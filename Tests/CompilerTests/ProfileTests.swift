import Compiler
import Dataflow
import Diagnosing
import Foundation
import Semantics
import Testing

/// Each case is a project: its files, each behind a line `// file: name`, with the errors under the default
/// profile beside the lines: `// error: [M503] part of what is said`, with `#` in `thalweg.yaml`.
struct ProfileTests {
  private static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("ProfileCases")

  static let cases =
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?
    .filter { $0.hasSuffix(".txt") }.sorted() ?? []

  @Test(arguments: cases)
  func `a project has exactly the errors that stand beside its lines`(name: String) async throws {
    let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
    let compilation = await compileProject(exampleFiles(text))
    for file in compilation.sources.files {
      for line in 1...file.lineCount {
        let wanted = expectations(on: file.line(line))
        let found = compilation.diagnostics.filter {
          $0.span.file == file.id && file.position(of: $0.span.start).line == line
        }
        let fits =
          wanted.count == found.count
          && zip(wanted, found).allSatisfy { wanted, found in
            let texts = [found.message, found.label, found.help ?? ""] + found.labels.map(\.message)
            return found.code.text == wanted.code && texts.contains { $0.contains(wanted.text) }
          }
        #expect(
          fits,
          "\(name) \(file.path):\(line): found \(found.map { "[\($0.code)] \($0.message) | \($0.help ?? "")" })"
        )
      }
    }
  }

  private func expectations(on line: String) -> [(code: String, text: String)] {
    line.components(separatedBy: " error: [").dropFirst().compactMap { part in
      guard let end = part.firstIndex(of: "]") else { return nil }
      let text = part[part.index(after: end)...].trimmingCharacters(in: CharacterSet(charactersIn: " #/"))
      return (String(part[..<end]), text)
    }
  }

  private static let program = """
    record Order { id: Int, shop: String }
    pipeline daily {
      from orders: Table<Order> = csv("orders.csv")
      into report = csv("report.csv") <- orders
    }
    """

  private func sinkPaths(_ yaml: String, _ profile: ProjectFiles.ProfileChoice) async throws -> String {
    let compilation = await compileProject(["thalweg.yaml": yaml, "a.thal": Self.program], profile: profile)
    #expect(compilation.report == [])
    return try #require(compilation.graphs.first).description
  }

  @Test func `the named profile is in effect, or the default one, or none`() async throws {
    let yaml = """
      version: 1
      default_profile: dev
      profiles:
        dev: { bindings: { orders: csv("dev.csv") } }
        test: { bindings: { orders: csv("test.csv") } }
      """
    #expect(try await sinkPaths(yaml, .standard).contains("dev.csv"))
    #expect(try await sinkPaths(yaml, .named("test")).contains("test.csv"))
    #expect(try await sinkPaths(yaml, .asWritten).contains("orders.csv"))
    // A project without the profile is checked as it is written.
    #expect(try await sinkPaths(yaml, .named("other")).contains("orders.csv"))
  }

  @Test func `what a variable holds is text, never syntax`() async throws {
    let yaml = """
      version: 1
      default_profile: dev
      profiles:
        dev: { bindings: { orders: 'csv("${QUOTED}/$$/${SHORT}x.csv")' } }
      """
    let compilation = await compileProject(["thalweg.yaml": yaml, "a.thal": Self.program])
    #expect(compilation.report == [])
    let text = try #require(compilation.graphs.first).description
    #expect(text.contains(#"csv("q\"+\{x}/$/sx.csv")"#), "\(text)")
  }

  @Test func `a file that was not asked for is looked at for its names`() async {
    let yaml = """
      version: 1
      profiles:
        dev: { bindings: { other.rows: csv("x.csv"), rows: csv("x.csv"), other.row: csv("x.csv") } }
      """
    let other = "pipeline other { from rows: Table<Missing> = csv(\"y.csv\")\n discard rows }"
    let compilation = await compileProject(
      ["thalweg.yaml": yaml, "a.thal": Self.program, "b.thal": other], entries: ["a.thal"])
    #expect(
      compilation.report == [
        "thalweg.yaml:3:74 C875 the pipeline `other` has no `from` or `into` named `row`"
      ])
    #expect(compilation.sources.files.map(\.path) == ["a.thal", "thalweg.yaml"])
  }

  @Test func `a binding of another project does not count`() async throws {
    let yaml = "version: 1\ndefault_profile: d\nprofiles: { d: { bindings: { orders: csv(\"bound.csv\") } } }"
    let projects = ProjectFiles(
      [ProjectFiles.File(path: "x/thalweg.yaml", bytes: Array(yaml.utf8)) { [] }],
      home: { $0.hasPrefix("x/") ? 0 : nil }, environment: { _ in nil })
    let compilation = await check(["x/a.thal", "y/a.thal"], projects: projects) { _ in
      Array(Self.program.utf8)
    }
    #expect(compilation.report == [])
    #expect(compilation.graphs.map { $0.description.contains("bound.csv") } == [true, false])
  }

  @Test func `the mode follows from what is bound`() async throws {
    let yaml = """
      version: 1
      profiles:
        dev: { bindings: { orders: csv("orders.csv") } }
      """
    let program = """
      record Order { id: Int }
      pipeline live {
        from orders: Stream<Order> = kafka("orders", group: "live")
        into copy = csv("copy.csv") <- orders
      }
      """
    for (profile, mode) in [(ProjectFiles.ProfileChoice.asWritten, "stream"), (.named("dev"), "batch")] {
      let compilation = await compileProject(["thalweg.yaml": yaml, "a.thal": program], profile: profile)
      #expect(compilation.pipelines.map(\.declaration.mode.rawValue) == [mode])
    }
  }

  @Test func `a finding about a binding points into the project file`() async throws {
    let yaml = """
      # ä
      version: 1
      default_profile: dev
      profiles:
        dev:
          bindings:
            orders: |
              csv("a.csv",
                  sep: ";")
      """
    let compilation = await compileProject(["thalweg.yaml": yaml, "a.thal": Self.program])
    #expect(compilation.report.map { $0.prefix(23) } == ["thalweg.yaml:9:13 N272 "], "\(compilation.report)")
  }

  @Test(arguments: cases)
  func `a mutated project file is checked or told about`(name: String) async throws {
    let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
    var files = exampleFiles(text)
    let yaml = try #require(files["thalweg.yaml"])
    for seed in 1...40 {
      files["thalweg.yaml"] = Words(yaml).mutated(UInt64(seed))
      let compilation = await compileProject(files)
      for graph in compilation.graphs { #expect(graph.problems() == []) }
      for diagnostic in compilation.diagnostics {
        for span in [diagnostic.span] + diagnostic.labels.map(\.span) {
          #expect(span.start <= span.end && Int(span.end) <= compilation.sources[span.file].bytes.count)
        }
      }
    }
  }
}
