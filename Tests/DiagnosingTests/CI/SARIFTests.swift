import Foundation
import Testing

@testable import Diagnosing

struct SARIFTests {
  private static let rules = [
    SARIFRenderer.Rule(Catalogue.entry("T301")!, name: "mismatch", severity: .error, tags: ["types"]),
    SARIFRenderer.Rule(Catalogue.entry("T302")!),
  ]

  private func read(_ log: JSONValue) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(log.indented.utf8))
    return try #require(object as? [String: Any])
  }

  private func run(of log: [String: Any]) throws -> [String: Any] {
    try #require((log["runs"] as? [[String: Any]])?.first)
  }

  @Test func `a log is as the schema asks, with findings and without`() throws {
    let findings = Findings()
    let renderer = SARIFRenderer(findings.sources, version: "1.0", rules: Self.rules)
    let suppressed = [
      SARIFRenderer.Suppressed(findings.diagnostics[0], kind: "inSource", reason: "known"),
      SARIFRenderer.Suppressed(findings.diagnostics[1], kind: "external", reason: "old"),
    ]
    let logs = [
      renderer.log(findings.diagnostics), renderer.log([]), renderer.log([], suppressed: suppressed),
      SARIFRenderer(SourceMap(), version: "1.0", rules: []).log([]),
    ]
    for log in logs { #expect(SARIFShape.problems(of: try read(log)) == []) }
  }

  @Test func `the shape refuses what the schema refuses`() throws {
    let log = try read(
      SARIFRenderer(Findings().sources, version: "1.0", rules: Self.rules).log(Findings().diagnostics))
    var run = try run(of: log)
    run["tool"] = nil
    run["columnKind"] = "bytes"
    var broken = log
    broken["runs"] = [run]
    broken["more"] = 1
    #expect(
      Set(SARIFShape.problems(of: broken)) == [
        "log.runs[0] lacks tool",
        "log.runs[0].columnKind is none of [\"utf16CodeUnits\", \"unicodeCodePoints\"]",
        "log may not have more",
      ])
  }

  @Test func `a result says where, in code points, what else to see, and how to mend it`() throws {
    let findings = Findings()
    let run = try run(
      of: read(SARIFRenderer(findings.sources, version: "1.0", rules: Self.rules).log(findings.diagnostics)))
    #expect(run["columnKind"] as? String == "unicodeCodePoints")
    let result = try #require((run["results"] as? [[String: Any]])?.first) as NSDictionary
    #expect(
      result == [
        "ruleId": "T301", "ruleIndex": 0, "level": "error",
        "message": [
          "text": "50% of `<a & b>`, or:\n\"none\": here\nhelp: mend it\nfix: write `y`\nfix: think"
        ],
        "locations": [["physicalLocation": Self.place((1, 9), (1, 12))]],
        "relatedLocations": [
          ["id": 0, "physicalLocation": Self.place((1, 5), (1, 6)), "message": ["text": "bound here"]]
        ],
        "fixes": [
          [
            "description": ["text": "write `y`"],
            "artifactChanges": [
              [
                "artifactLocation": Self.file,
                "replacements": [
                  ["deletedRegion": Self.region((1, 9), (1, 12)), "insertedContent": ["text": "\"y\""]],
                  ["deletedRegion": Self.region((2, 9), (2, 9)), "insertedContent": ["text": " "]],
                ],
              ]
            ],
          ]
        ],
      ] as NSDictionary)
  }

  private static var file: [String: Any] { ["uri": "pipe%20lines/a%25.thal", "index": 0] }

  private static func region(_ start: (Int, Int), _ end: (Int, Int)) -> [String: Int] {
    ["startLine": start.0, "startColumn": start.1, "endLine": end.0, "endColumn": end.1]
  }

  private static func place(_ start: (Int, Int), _ end: (Int, Int)) -> [String: Any] {
    ["artifactLocation": file, "region": region(start, end)]
  }

  @Test func `rules come with their help as text and as Markdown`() throws {
    let run = try run(of: read(SARIFRenderer(SourceMap(), version: "1.0", rules: Self.rules).log([])))
    let driver = try #require((run["tool"] as? [String: [String: Any]])?["driver"])
    let rules = try #require(driver["rules"] as? [[String: Any]])
    #expect(rules.map { $0["id"] as? String } == ["T301", "T302"])
    let help = try #require(rules[0]["help"] as? [String: String])
    #expect(help["text"] == Catalogue.entry("T301")?.text)
    #expect(help["markdown"]?.contains("```thalweg\n") == true)
    #expect(rules[0]["helpUri"] == nil)
  }
}
