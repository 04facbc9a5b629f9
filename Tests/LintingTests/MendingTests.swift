import Compiler
import Diagnosing
import Linting
import Testing

struct MendingTests {
  private static func finding(_ edits: [Edit], isSafe: Bool = true) -> Diagnostic {
    Diagnostic(
      .unreadableFile, "found", at: edits[0].span, fixes: [Fix("mend", isSafe: isSafe, edits: edits)])
  }

  private static func edit(_ start: UInt32, _ end: UInt32, _ text: String) -> Edit {
    Edit(Span(FileID(0), start, end), text)
  }

  private static let file = SourceFile(id: FileID(0), path: "a.thal", bytes: Array("0123456789".utf8))

  private static func text(_ mending: Mending) -> String {
    String(decoding: mending.applied(to: file), as: UTF8.self)
  }

  @Test func `edits are applied where they stand, whatever their order`() {
    let mending = Mending(
      [Self.finding([Self.edit(8, 9, "y")]), Self.finding([Self.edit(2, 4, "xxx"), Self.edit(6, 6, "-")])],
      unsafe: false)
    #expect(mending.count == 2)
    #expect(Self.text(mending) == "01xxx45-67y9")
  }

  @Test(arguments: [(3, 5), (2, 2), (4, 6), (0, 3), (4, 4)] as [(UInt32, UInt32)])
  func `what overlaps or touches the place of an edit waits for another round`(place: (UInt32, UInt32)) {
    let mending = Mending(
      [
        Self.finding([Self.edit(2, 4, "x")]),
        Self.finding([Self.edit(place.0, place.1, "y"), Self.edit(9, 9, "z")]),
      ],
      unsafe: false)
    #expect(mending.count == (place == (4, 6) ? 2 : 1))
  }

  @Test func `unsafe fixes are applied only where they are asked for`() {
    let finding = Self.finding([Self.edit(2, 4, "x")], isSafe: false)
    #expect(Mending([finding], unsafe: false).count == 0)
    #expect(Self.text(Mending([finding], unsafe: true)) == "01x456789")
  }

  @Test func `frozen files are left alone`() {
    #expect(Mending([Self.finding([Self.edit(2, 4, "x")])], unsafe: false, frozen: [FileID(0)]).count == 0)
  }

  @Test(arguments: RuleTests.codes)
  func `fixes settle, and a second time there is nothing left to do`(code: String) async throws {
    let rule = try #require(Rules.rule(code))
    let once = try #require(await Linted(rule.bad).mended(unsafe: true))
    let twice = try #require(await Linted(once).mended(unsafe: true))
    #expect(once == twice)
  }
}
