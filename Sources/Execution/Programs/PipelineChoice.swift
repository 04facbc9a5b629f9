import Compiler
import Diagnosing
import Semantics

/// Finds the pipeline that a command means.
struct PipelineChoice {
  let file: String
  let pipelines: [CompiledPipeline]

  /// Why it is not clear which one.
  struct Unclear: Error {
    let diagnostic: Diagnostic
  }

  func choose(_ name: String?, _ line: InvocationSource) -> Result<CompiledPipeline, Unclear> {
    guard let name else {
      switch pipelines.count {
      case 1: return .success(pipelines[0])
      case 0: return .failure(none(line))
      default: return .failure(several(line))
      }
    }
    if let found = pipelines.first(where: { $0.declaration.name == name }) { return .success(found) }
    if pipelines.isEmpty { return .failure(none(line)) }
    let names = pipelines.map(\.declaration.name)
    let span = line.span(of: name)
    let meant = Suggestion.nearest(to: name, among: names)
    return .failure(
      Unclear(
        diagnostic: Diagnostic(
          .unknownPipeline, "`\(file)` has no pipeline `\(name)`", at: span, label: "not there",
          help: "it has \(names.map { "`\($0)`" }.joined(separator: ", "))",
          fixes: meant.map { [Fix("write `\($0)`", isSafe: true, edits: [Edit(span, $0)])] } ?? [])))
  }

  private func none(_ line: InvocationSource) -> Unclear {
    Unclear(
      diagnostic: Diagnostic(
        .noPipeline, "`\(file)` declares no pipeline", at: line.span(of: file), label: "nothing to run in it",
        help: "name the file that declares the pipeline, not one that it imports"))
  }

  private func several(_ line: InvocationSource) -> Unclear {
    let names = pipelines.map { "`\($0.declaration.name)`" }
    return Unclear(
      diagnostic: Diagnostic(
        .unnamedPipeline, "`\(file)` declares \(names.count) pipelines: say which one is meant",
        at: line.span(of: file), label: "declares \(names.joined(separator: ", "))",
        labels: pipelines.map { Label($0.declaration.span, "one of them") },
        fixes: pipelines.first.map { [Fix("write `\($0.declaration.name)` behind the file")] } ?? []))
  }
}
