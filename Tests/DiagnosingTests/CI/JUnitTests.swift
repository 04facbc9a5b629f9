import Diagnosing
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

struct JUnitTests {
  /// What a reader of the report sees.
  private final class Reader: NSObject, XMLParserDelegate {
    var cases: [[String: String]] = []
    var failures: [[String: String]] = []
    var suites: [[String: String]] = []
    var text = ""

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      switch name {
      case "testcase": cases.append(attributes)
      case "failure": failures.append(attributes)
      case "testsuite": suites.append(attributes)
      default: break
      }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
  }

  private func read(_ report: String) throws -> Reader {
    let reader = Reader()
    let parser = XMLParser(data: Data(report.utf8))
    parser.delegate = reader
    try #require(parser.parse(), "\(String(describing: parser.parserError))")
    return reader
  }

  @Test func `a finding is a failed case of its file, and a file without findings a case that passed`() throws
  {
    let findings = Findings()
    let read = try read(JUnitRenderer(findings.sources).report(findings.diagnostics, suite: "lint <all>"))
    #expect(
      read.suites == [["name": "lint <all>", "tests": "4", "failures": "3", "errors": "0", "skipped": "0"]])
    #expect(
      read.cases.map { $0["classname"] } == Array(repeating: "pipe lines/a%.thal", count: 3) + ["./b.thal"])
    #expect(read.cases.map { $0["name"] } == ["T301 at 1:9", "T301 at 1:5", "T301 at 3:1", "no findings"])
    #expect(read.failures.map { $0["type"] } == ["error", "warning", "note"])
    #expect(read.failures[0]["message"] == "50% of `<a & b>`, or:\n\"none\"")
    #expect(read.text.contains("error[T301]: 50% of `<a & b>`, or:"))
  }

  @Test func `what XML can't hold is replaced`() throws {
    var sources = SourceMap()
    let file = sources.add(path: "a\u{1}.thal", bytes: Array("x\u{2}y".utf8))
    let found = Diagnostic(.mismatch, "bell \u{7}, \u{FFFF}", at: Span(file.id, 0, 3))
    let read = try read(JUnitRenderer(sources).report([found], suite: "s"))
    #expect(read.failures[0]["message"] == "bell \u{FFFD}, \u{FFFD}")
    #expect(read.cases[0]["file"] == "a\u{FFFD}.thal")
  }
}
