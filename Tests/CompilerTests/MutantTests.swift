import Compiler
import Dataflow
import Diagnosing
import Foundation
import Testing

/// The valid corpus, one thing broken at a time: a wrong program is found, each with few words.
struct MutantTests {
  static let corpus: [String] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".thal") }.sorted().map { folder.appending(path: $0).path }
  }()

  private struct Tally {
    var all = 0
    var survivors: [String] = []
    var loud: [String] = []
  }

  @Test(arguments: corpus)
  func `a program of the corpus has no finding`(path: String) async throws {
    let compilation = await compile(try String(contentsOfFile: path, encoding: .utf8))
    #expect(compilation.report == [])
    #expect(compilation.graphs.count == compilation.pipelines.count)
    for graph in compilation.graphs { #expect(graph.problems() == []) }
  }

  @Test func `what breaks the meaning of a program is found, and one break gives few findings`() async throws
  {
    var tally = Tally()
    for path in Self.corpus {
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let name = URL(filePath: path).lastPathComponent
      for mutant in MutantMaker(text).mutants {
        let compilation = await compile(mutant.text)
        tally.all += 1
        let place = "\(name):\(mutant.line) \(mutant.change)"
        let errors = compilation.diagnostics.filter { $0.severity == .error }
        if errors.isEmpty { tally.survivors.append(place) }
        if errors.count > 3 { tally.loud.append("\(place): \(compilation.report)") }
      }
    }
    let found = tally.all - tally.survivors.count
    print("\(found) of \(tally.all) mutants found\n\(tally.survivors.joined(separator: "\n"))")
    #expect(tally.all >= 1000)
    #expect(found * 100 >= tally.all * 98, "survivors: \(tally.survivors.joined(separator: "\n"))")
    #expect(tally.loud.isEmpty, "\(tally.loud.joined(separator: "\n"))")
  }
}
