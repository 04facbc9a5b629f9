import Compiler
import Diagnosing
import Testing

@testable import Linting

struct RuleTests {
  static let codes = Rules.all.map(\.code.text)

  @Test(arguments: codes)
  func `the bad example of a rule gives its code alone and the good one nothing`(code: String) async throws {
    let rule = try #require(Rules.rule(code))
    let bad = await Linted(rule.bad)
    #expect(Set(bad.findings.map(\.code.text)) == [code], "\(bad.lines)")
    let good = await Linted(rule.good)
    #expect(good.lines == [])
  }

  @Test(arguments: codes)
  func `a rule mends its bad example if it says so`(code: String) async throws {
    let rule = try #require(Rules.rule(code))
    let bad = await Linted(rule.bad)
    let fixes = bad.report.findings.filter { $0.code == rule.code }.flatMap(\.fixes).filter {
      !$0.edits.isEmpty
    }
    switch rule.mending {
    case .none: #expect(fixes.isEmpty)
    case .safe: #expect(!fixes.isEmpty && fixes.allSatisfy(\.isSafe))
    case .unsafe: #expect(!fixes.isEmpty && !fixes.contains(where: \.isSafe))
    }
    guard rule.mending != .none else { return }
    let files = try #require(await bad.mended(unsafe: true))
    let after = await Linted(files)
    #expect(!after.findings.contains { $0.code == rule.code || $0.severity == .error }, "\(after.lines)")
  }

  @Test func `codes and names are there once and well formed`() {
    #expect(Set(Self.codes).count == Self.codes.count)
    #expect(Set(Rules.all.map(\.name)).count == Self.codes.count)
    for rule in Rules.all {
      #expect(rule.code.text.wholeMatch(of: /L9\d\d/) != nil)
      #expect(rule.name.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil, "\(rule.name)")
      #expect(Catalogue.entry(rule.code.text) == nil)
      #expect(!rule.title.hasSuffix(".") && !rule.why.isEmpty)
    }
  }

  @Test func `there are forty rules and more`() {
    #expect(Rules.all.count >= 40)
  }
}
