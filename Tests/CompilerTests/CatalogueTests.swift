import Compiler
import Diagnosing
import Testing

struct CatalogueTests {
  /// What only a run or a command line can show is tested there, and what the parser finds beside it.
  static let codes = Catalogue.entries.map(\.code.text).filter { code in
    Catalogue.entry(code)?.example == .program && !code.hasPrefix("P")
  }

  @Test(arguments: codes)
  func `what explains a code shows it in its bad example and not in its good one`(code: String) async throws {
    let entry = try #require(Catalogue.entry(code))
    let bad = await compileProject(exampleFiles(entry.bad))
    #expect(Set(bad.codes) == [code], "\(bad.report)")
    let good = await compileProject(exampleFiles(entry.good))
    #expect(good.report == [])
  }
}
