import Diagnosing

extension TestSuite {
  private var failed: Int { results.count { !$0.hasPassed } }

  private func line(of span: Span) -> Int { sources[span.file].position(of: span.start).line }

  /// For people: a line for each test, then what does not hold.
  public func text(isColored: Bool) -> String {
    let renderer = TextRenderer(sources, isColored: isColored)
    var text = ""
    var file: String?
    for result in results {
      if result.file != file {
        if file != nil { text += "\n" }
        text += "\(result.file)\n"
        file = result.file
      }
      text += "  \(result.hasPassed ? "ok    " : "FAILED")  \(result.title)\n"
    }
    for result in results where !result.hasPassed {
      text += "\n--- \(result.file):\(line(of: result.span)): \(result.title)\n"
      for failure in result.failures {
        text += "\n" + renderer.render(failure.diagnostic)
        if let difference = failure.difference { text += "\n\(difference)" }
      }
    }
    return text + (results.isEmpty ? "" : "\n") + summary + "\n"
  }

  private var summary: String {
    func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
    if results.isEmpty { return "no tests in \(count(fileCount, "file"))" }
    let rest = leftOut > 0 ? ", \(leftOut) left out by the filter" : ""
    if failed == 0 { return "\(count(results.count, "test")) passed\(rest)" }
    return "\(failed) of \(count(results.count, "test")) failed\(rest)"
  }

  /// For machines: `{"version":1,"tests":[...],"summary":{...}}`.
  public var json: JSONValue {
    let renderer = JSONRenderer(sources)
    return .members([
      "version": .int(1),
      "tests": .array(
        results.map { result in
          .members([
            "file": .string(result.file),
            "line": .int(Int64(line(of: result.span))),
            "title": .string(result.title),
            "status": .string(result.hasPassed ? "passed" : "failed"),
            "seconds": .double(result.seconds),
            "failures": .array(
              result.failures.map { failure in
                .members([
                  "diagnostic": renderer.value(failure.diagnostic),
                  "difference": .optional(failure.difference),
                ])
              }),
          ])
        }),
      "summary": .members([
        "passed": .int(Int64(results.count - failed)), "failed": .int(Int64(failed)),
        "left_out": .int(Int64(leftOut)), "files": .int(Int64(fileCount)),
      ]),
    ])
  }

  /// JUnit's XML: a suite for each file, a case for each test.
  public var junit: String {
    let renderer = TextRenderer(sources)
    var files: [String] = []
    for result in results where !files.contains(result.file) { files.append(result.file) }
    let suites = files.map { file in
      let own = results.filter { $0.file == file }
      return XMLElement(
        "testsuite",
        [
          ("name", file), ("tests", "\(own.count)"), ("failures", "\(own.count { !$0.hasPassed })"),
          ("errors", "0"), ("skipped", "0"), ("time", Self.text(own.reduce(0) { $0 + $1.seconds })),
        ],
        own.map { result in
          XMLElement(
            "testcase",
            [
              ("name", result.title), ("classname", file), ("file", file),
              ("line", "\(line(of: result.span))"), ("time", Self.text(result.seconds)),
            ],
            failure(of: result, renderer).map { [$0] } ?? [])
        })
    }
    let root = XMLElement(
      "testsuites",
      [
        ("tests", "\(results.count)"), ("failures", "\(failed)"), ("errors", "0"),
        ("time", Self.text(results.reduce(0) { $0 + $1.seconds })),
      ], suites)
    return root.document
  }

  /// All that does not hold, as the one failure of a case: many readers look at no second one.
  private func failure(of result: Result, _ renderer: TextRenderer) -> XMLElement? {
    guard let first = result.failures.first?.diagnostic else { return nil }
    let texts = result.failures.map { failure in
      renderer.render(failure.diagnostic) + (failure.difference.map { "\n\($0)" } ?? "")
    }
    let rest = texts.count > 1 ? " (and \(texts.count - 1) more)" : ""
    return XMLElement(
      "failure", [("message", first.message + rest), ("type", first.code.text)],
      text: texts.joined(separator: "\n"))
  }

  /// Seconds with six digits behind the point.
  private static func text(_ seconds: Double) -> String {
    let microseconds = Int((seconds * 1_000_000).rounded())
    let rest = String(microseconds % 1_000_000 + 1_000_000).dropFirst()
    return "\(microseconds / 1_000_000).\(rest)"
  }
}
