import Foundation
import Testing

/// The editors' files against the compiler's own parser: each token of each program has its colour in each.
@Suite struct ColourTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let programs: [String] = {
    let examples = root.appending(path: "Examples")
    let found = FileManager.default.enumerator(at: examples, includingPropertiesForKeys: nil)
    var paths = [root.appending(path: "Tests/EditorTests/Sample.thal").path]
    while let file = found?.nextObject() as? URL {
      if file.pathExtension == "thal" { paths.append(file.path) }
    }
    return paths.sorted()
  }()

  @Test(arguments: Editor.allCases, programs)
  func `every token has its colour`(editor: Editor, program: String) async throws {
    var places = colouredPlaces(program, Array(try Data(contentsOf: URL(filePath: program))))
    // Emacs colours what stands inside a string as the string, interpolations too.
    if editor == .emacs { places.removeAll { $0.isInterpolated } }
    let scopes = try await editor.scopes(of: program, at: places)
    try #require(scopes.count == places.count)
    let wrong = zip(places, scopes).filter { !editor.sees($1, as: $0) }.map { place, scope in
      "\(place.line):\(place.column) `\(place.text)` is a \(place.colour), not \(scope)"
    }
    #expect(wrong == [], "\(program)")
  }

  @Test func `the sample has every colour`() throws {
    let sample = Self.root.appending(path: "Tests/EditorTests/Sample.thal")
    let places = colouredPlaces(sample.path, Array(try Data(contentsOf: sample)))
    #expect(Set(places.map(\.colour)) == Set(Colour.allCases))
  }
}
