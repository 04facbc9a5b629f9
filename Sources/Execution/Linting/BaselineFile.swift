import Diagnosing
import Foundation
import Linting

/// Reads the file of the findings that are known.
struct BaselineFile {
  /// The shape of the file: `{"version":1,"findings":[{"rule":"L907","path":"a.thal","text":"a == b","count":1}]}`.
  private struct Document: Decodable {
    struct Finding: Decodable {
      let rule: String
      let path: String
      let text: String
      let count: Int
    }
    let version: Int
    let findings: [Finding]
  }

  private let invocation: Invocation

  /// Refusals point at the arguments of `invocation`.
  init(_ invocation: Invocation) { self.invocation = invocation }

  func read(_ path: String) throws(Refusal) -> Baseline {
    let bytes = try ProgramFinder(invocation).read(path)
    guard let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)), document.version == 1
    else {
      throw Refusal(
        .unreadableFile, "`\(path)` is no baseline of findings", at: path, of: invocation,
        label: "can't be read",
        help: "write it anew: `thalweg lint --baseline \(path) --write-baseline`")
    }
    let counts = document.findings.map { finding in
      (Baseline.Key(code: finding.rule, path: finding.path, text: finding.text), finding.count)
    }
    return Baseline(Dictionary(counts, uniquingKeysWith: +))
  }
}
