import Diagnosing
import Testing

@Suite struct CatalogueTests {
  @Test func everyCodeIsThereOnceAndWellFormed() {
    let codes = Catalogue.entries.map(\.code.text)
    #expect(Set(codes).count == codes.count)
    #expect(codes == codes.sorted())
    for code in codes { #expect(code.wholeMatch(of: /[PNTFMGSCL]\d{3}/) != nil, "\(code)") }
  }

  @Test(arguments: Catalogue.entries.map(\.code.text))
  func isExplained(_ code: String) throws {
    let entry = try #require(Catalogue.entry(code.lowercased()))
    #expect(entry.text.hasPrefix("\(code): \(entry.title)\n\n"))
    #expect(!entry.title.isEmpty && !entry.title.hasSuffix(".") && !entry.title.contains("\n"))
    #expect(
      !entry.explanation.isEmpty && !entry.bad.isEmpty && !entry.good.isEmpty && entry.bad != entry.good)
    for line in entry.text.split(separator: "\n") where !line.hasPrefix(" ") {
      #expect(line.count <= 88, "\(line)")
    }
  }
}
