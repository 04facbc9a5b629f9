import Dataflow
import Diagnosing
import Planning
import Semantics

/// The values of a pipeline's parameters for one run.
public struct PipelineArguments: Sendable {
  /// One parameter's value.
  public struct Argument: Sendable {
    /// The parameter.
    public let parameter: Local
    /// Its value, a constant over the parameters before it.
    public let value: TypedExpression
    /// The value as text, as `-p` takes it.
    public let text: String
    /// Whether it was given rather than left to its default.
    public let isGiven: Bool
  }
  /// In declaration order.
  public let arguments: [Argument]

  /// The values that were given, by name.
  public var given: [String: String] {
    Dictionary(
      arguments.filter(\.isGiven).map { ($0.parameter.name, $0.text) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The values as an object of strings.
  public var json: JSONValue { .object(arguments.map { ($0.parameter.name, .string($0.text)) }) }
}

/// Reads `-p NAME=VALUE` by the types of a pipeline's parameters.
public struct ArgumentReader {
  private let graph: Graph
  private let plan: Plan
  private let line: InvocationSource
  private let places: [String: Span]
  private var diagnostics: [Diagnostic] = []

  /// Reads the arguments of `graph`, which `plan` plans; findings point into `line`, and at `places`, where the
  /// parameters are declared.
  public init(_ graph: Graph, _ plan: Plan, _ line: InvocationSource, places: [String: Span] = [:]) {
    self.graph = graph
    self.plan = plan
    self.line = line
    self.places = places
  }

  private func declared(_ name: String) -> [Label] {
    places[name].map { [Label($0, "declared here")] } ?? []
  }

  /// The values, or all that is wrong with them. Parameters left out may lack a default where `isPartial`:
  /// a plan can be drawn without their values.
  public mutating func read(_ given: [String], isPartial: Bool = false) -> (PipelineArguments, [Diagnostic]) {
    var values: [String: (value: TypedExpression, text: String)] = [:]
    var spans: [String: Span] = [:]
    var broken: Set<String> = []
    for (index, text) in given.enumerated() {
      let span = line.span(of: text, occurrence: given[..<index].count { $0 == text })
      guard let split = text.firstIndex(of: "="), split > text.startIndex else {
        diagnostics.append(malformed(text, span))
        // It may have been meant for any of them.
        broken.formUnion(graph.parameters.map(\.local.name))
        continue
      }
      let name = String(text[..<split])
      let value = String(text[text.index(after: split)...])
      let nameSpan = Span(span.file, span.start, span.start + UInt32(name.utf8.count))
      let valueSpan = Span(span.file, min(nameSpan.end + 1, span.end), span.end)
      guard let position = graph.parameters.firstIndex(where: { $0.local.name == name }) else {
        let meant = Suggestion.nearest(to: name, among: graph.parameters.map(\.local.name))
        if let meant { broken.insert(meant) }
        diagnostics.append(unknown(name, meant: meant, nameSpan))
        continue
      }
      if let first = spans[name] {
        diagnostics.append(
          Diagnostic(
            .repeatedParameter, "`\(name)` is given twice", at: span, label: "given again",
            labels: [Label(first, "given first")], fixes: [Fix("leave one of them out")]))
        continue
      }
      spans[name] = span
      let type = graph.parameters[position].local.type
      switch ArgumentValue.read(value, type) {
      case .success(let literal): values[name] = (literal, value)
      case .failure(.untyped):
        broken.insert(name)
        diagnostics.append(
          Diagnostic(
            .malformedParameter, "a `\(plan.parameters[position].type)` has no form on the command line",
            at: span,
            label: "`\(name)` is a `\(plan.parameters[position].type)`", labels: declared(name),
            help: "give `\(name)` a default in the file"))
      case .failure(.wrong(let reason, let fix)):
        broken.insert(name)
        let why = reason.map { ": \($0)" } ?? ""
        diagnostics.append(
          Diagnostic(
            .wrongParameterValue,
            "`\(value)` is not the value of a `\(plan.parameters[position].type)`\(why)", at: valueSpan,
            label: "`\(name)` is a `\(plan.parameters[position].type)`", labels: declared(name),
            fixes: [Fix(fix ?? "write it like `-p \(name)=\(ArgumentValue.example(type))`")]))
      }
    }
    var arguments: [PipelineArguments.Argument] = []
    for parameter in graph.parameters {
      let name = parameter.local.name
      if let (value, text) = values[name] {
        arguments.append(.init(parameter: parameter.local, value: value, text: text, isGiven: true))
      } else if let value = parameter.defaultValue {
        let text = ArgumentValue.text(value) ?? plan.parameters.first { $0.name == name }?.defaultValue ?? ""
        arguments.append(.init(parameter: parameter.local, value: value, text: text, isGiven: false))
      } else if !broken.contains(name), !isPartial {
        diagnostics.append(missing(parameter.local))
      }
    }
    return (PipelineArguments(arguments: arguments), diagnostics)
  }

  private func malformed(_ text: String, _ span: Span) -> Diagnostic {
    let name = graph.parameters.first?.local.name ?? "name"
    let value = text.hasPrefix("=") ? String(text.dropFirst()) : text
    return Diagnostic(
      .malformedParameter, "a parameter is given as `NAME=VALUE`", at: span, label: "has no name",
      fixes: graph.parameters.isEmpty ? [] : [Fix("write `-p \(name)=\(value)`")])
  }

  private func unknown(_ name: String, meant: String?, _ span: Span) -> Diagnostic {
    let known = graph.parameters.map { "`\($0.local.name)`" }
    return Diagnostic(
      .unknownParameter, "`\(graph.name)` has no parameter `\(name)`", at: span,
      label: meant.map { "did you mean `\($0)`?" } ?? "not a parameter",
      help: known.isEmpty ? "it has no parameters" : "it has \(known.joined(separator: ", "))",
      fixes: meant.map { [Fix("write `\($0)`", isSafe: true, edits: [Edit(span, $0)])] }
        ?? [Fix("leave it out")])
  }

  private func missing(_ local: Local) -> Diagnostic {
    let type = plan.parameters.first { $0.name == local.name }?.type ?? ""
    return Diagnostic(
      .missingParameter, "`\(graph.name)` needs a value for `\(local.name): \(type)`", at: line.end,
      label: "missing here", labels: declared(local.name),
      fixes: [Fix("add `-p \(local.name)=\(ArgumentValue.example(local.type))`")])
  }
}
