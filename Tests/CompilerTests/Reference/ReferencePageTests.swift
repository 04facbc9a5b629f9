import Foundation
import Semantics
import Testing

/// The generated pages are those in the repository; `THALWEG_BLESS=1` writes them.
struct ReferencePageTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Documentation/reference")

  @Test(arguments: ReferencePages.all.map(\.name))
  func `a generated page is what the compiler's tables say`(name: String) throws {
    let page = try #require(ReferencePages.all.first { $0.name == name })
    let file = Self.folder.appending(path: name)
    if ProcessInfo.processInfo.environment["THALWEG_BLESS"] == "1" {
      try Data(page.text.utf8).write(to: file)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == page.text)
  }

  @Test func `every operator is in the reference`() {
    #expect(LanguageReference.operators.map(\.name).sorted() == LanguageReference.operatorNames)
  }

  @Test func `the index names every page`() throws {
    let index = try String(contentsOf: Self.folder.appending(path: "README.md"), encoding: .utf8)
    let pages = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    for page in pages where page.hasSuffix(".md") && page != "README.md" {
      #expect(index.contains("(\(page))"), "\(page)")
    }
  }
}
