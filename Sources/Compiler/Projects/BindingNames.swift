import Diagnosing
import Settings
import Syntax

/// A pipeline with the names of its sources and sinks.
struct PipelineNames: Sendable {
  let name: String
  let connectors: [String]

  /// The pipelines that a program declares.
  static func all(in program: Program) -> [PipelineNames] {
    program.declarations.compactMap { declaration in
      guard case .pipeline(let pipeline) = declaration.kind else { return nil }
      return PipelineNames(name: pipeline.name.text, connectors: pipeline.statements.flatMap(names))
    }
  }

  private static func names(_ statement: Statement) -> [String] {
    switch statement.kind {
    case .from(let name, _, _): [name.text]
    case .into(let name, _, _, _): [name.text]
    case .conditional(_, let then, let otherwise): (then + otherwise).flatMap(names)
    case .bind(_, _, let value), .expression(let value): names(value)
    default: []
    }
  }

  /// The sinks inside a `for`.
  private static func names(_ expression: Expression) -> [String] {
    switch expression.kind {
    case .loop(_, let statements, _): statements.flatMap(names)
    case .attempt(_, let inner): names(inner)
    default: []
    }
  }
}

/// What bindings may be for.
struct BindingNames {
  private let pipelines: [PipelineNames]

  init(_ pipelines: [PipelineNames]) { self.pipelines = pipelines }

  /// A binding that is for nothing would look as if it had an effect.
  func problem(with binding: BindingSettings) -> Diagnostic? {
    guard let pipeline = binding.pipeline else {
      let names = pipelines.flatMap(\.connectors)
      return names.contains(binding.name) ? nil : .unknownBinding(binding, names: names)
    }
    let named = pipelines.filter { $0.name == pipeline }
    if named.isEmpty { return .unknownPipeline(binding, pipelines: pipelines.map(\.name)) }
    let names = named.flatMap(\.connectors)
    return names.contains(binding.name) ? nil : .unknownBinding(binding, names: names)
  }
}

extension Diagnostic {
  static func variableOutsideText(at span: Span) -> Diagnostic {
    Diagnostic(
      .bindingForm, "a variable stands for text, and here is none", at: span, label: "outside of quotes",
      help: "put it into a string of the connector: `csv(\"${DATA}/orders.csv\")`")
  }

  fileprivate static func unknownPipeline(_ binding: BindingSettings, pipelines: [String]) -> Diagnostic {
    let pipeline = binding.pipeline ?? ""
    return misspelt(
      "the project has no pipeline `\(pipeline)`", pipeline, at: binding.place(of: pipeline, isFirst: true),
      candidates: pipelines,
      otherwise: "a binding is named `pipeline.name`, after a pipeline and its `from` or `into`")
  }

  fileprivate static func unknownBinding(_ binding: BindingSettings, names: [String]) -> Diagnostic {
    let owner = binding.pipeline.map { "the pipeline `\($0)` has" } ?? "no pipeline of the project has"
    let what = binding.pipeline == nil ? "a" : "no"
    return misspelt(
      "\(owner) \(what) `from` or `into` named `\(binding.name)`", binding.name,
      at: binding.place(of: binding.name, isFirst: false), candidates: names,
      otherwise: "bindings are for names of `from` and `into` only")
  }

  private static func misspelt(
    _ message: String, _ name: String, at span: Span, candidates: [String], otherwise help: String
  ) -> Diagnostic {
    guard let meant = Suggestion.nearest(to: name, among: candidates) else {
      return Diagnostic(.unknownBinding, message, at: span, label: "binds nothing", help: help)
    }
    return Diagnostic(
      .unknownBinding, message, at: span, label: "binds nothing", help: "did you mean `\(meant)`?",
      fixes: [Fix("write `\(meant)`", edits: [Edit(span, meant)])])
  }
}

extension BindingSettings {
  /// Where a part of the key stands; the whole key where it is not written as it reads.
  fileprivate func place(of part: String, isFirst: Bool) -> Span {
    let count = UInt32(part.utf8.count)
    let whole = UInt32(name.utf8.count + (pipeline.map { $0.utf8.count + 1 } ?? 0))
    guard keySpan.end - keySpan.start == whole else { return keySpan }
    return isFirst
      ? Span(keySpan.file, keySpan.start, keySpan.start + count)
      : Span(keySpan.file, keySpan.end - count, keySpan.end)
  }
}
