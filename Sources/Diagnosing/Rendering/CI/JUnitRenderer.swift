/// Diagnostics as a JUnit report, for build servers that show tests: each finding is a failed case of its file, and
/// a file without findings is a case that passed.
public struct JUnitRenderer: Sendable {
  private let sources: SourceMap

  /// A renderer for diagnostics of `sources`.
  public init(_ sources: SourceMap) { self.sources = sources }

  /// The whole report, as a suite of this name over all files of the map.
  public func report(_ diagnostics: [Diagnostic], suite: String) -> String {
    var byFile = [[Diagnostic]](repeating: [], count: sources.files.count)
    for diagnostic in diagnostics { byFile[Int(diagnostic.span.file.index)].append(diagnostic) }
    let cases = zip(sources.files, byFile).flatMap { file, found in
      found.isEmpty ? [passed(file)] : found.map { failed($0, file) }
    }
    let counts = "tests=\"\(cases.count)\" failures=\"\(diagnostics.count)\" errors=\"0\""
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites \(counts)>
        <testsuite name="\(Self.escaped(suite))" \(counts) skipped="0">
      \(cases.joined(separator: "\n"))
        </testsuite>
      </testsuites>

      """
  }

  private func passed(_ file: SourceFile) -> String {
    let path = Self.escaped(file.path)
    return "    <testcase classname=\"\(path)\" name=\"no findings\" file=\"\(path)\"/>"
  }

  private func failed(_ diagnostic: Diagnostic, _ file: SourceFile) -> String {
    let place = file.position(of: diagnostic.span.start)
    let path = Self.escaped(file.path)
    let name = Self.escaped("\(diagnostic.code) at \(place.line):\(place.column)")
    let text = TextRenderer(sources).render(diagnostic)
    return """
          <testcase classname="\(path)" name="\(name)" file="\(path)" line="\(place.line)">
            <failure type="\(diagnostic.severity.rawValue)" message="\(Self.escaped(diagnostic.message))">\
      \(Self.escaped(text, isContent: true))</failure>
          </testcase>
      """
  }

  /// Text as it may stand in an attribute or, where line breaks are kept, in an element. What XML can't hold
  /// becomes U+FFFD.
  private static func escaped(_ text: String, isContent: Bool = false) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t" where !isContent: result += "&#9;"
      case "\n" where !isContent: result += "&#10;"
      case "\r": result += "&#13;"
      case "\t", "\n": result.unicodeScalars.append(scalar)
      default:
        let isAllowed = scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
        result.unicodeScalars.append(isAllowed ? scalar : "\u{FFFD}")
      }
    }
    return result
  }
}
