import Diagnosing
import Syntax

extension LabelledProgram {
  /// What is known of the labels of a pipeline.
  struct PipelineFindings {
    /// The leaks.
    var diagnostics: [Diagnostic] = []
    /// For the engine, which shows none of their values.
    var columns = LabelledColumns()
    /// The labels in `allow:` that nothing carries.
    var idleAllows: [Identifier] = []
  }

  /// Follows the labels of a pipeline from its sources to its sinks.
  func check(
    _ body: FlowBody, _ parameters: [Local], _ syntax: PipelineDeclaration, in module: Module
  ) -> PipelineFindings {
    var everything = LabelSet()
    if body.steps.contains(where: \.needsEverything) {
      let flows = walk(body, parameters, syntax, in: module, everything: .none)
      everything = flows.reader.met.passing(syntax.name.span, "`faults` tells of the whole pipeline")
    }
    let flows = walk(body, parameters, syntax, in: module, everything: everything)
    var columns = flows.labelled
    columns.expressions = flows.reader.telling
    columns.bodies = flows.reader.toldBodies
    return PipelineFindings(
      diagnostics: flows.reader.findings.diagnostics, columns: columns,
      idleAllows: body.allowedLabels.filter { !flows.needed.contains($0.span) })
  }

  private func walk(
    _ body: FlowBody, _ parameters: [Local], _ syntax: PipelineDeclaration, in module: Module,
    everything: LabelSet
  ) -> FlowLabels {
    let reader = LabelReader(self, module: module, written: body.written, rule: .declared)
    for local in parameters {
      guard let written = syntax.parameters.first(where: { $0.name.text == local.name }) else { continue }
      reader.locals[local.id] = reader.declared(written.type)
    }
    let flows = FlowLabels(reader, sites: FlowSites(syntax.statements))
    flows.everything = everything
    flows.walk(body, inputs: [])
    return flows
  }
}

extension FlowStep {
  /// Whether what it gives may tell of every label of the pipeline.
  fileprivate var needsEverything: Bool {
    guard case .operation(let operation) = kind else { return false }
    return switch operation {
    case .faults: true
    case .collect(let collect): collect.failures != nil
    default: false
    }
  }
}

extension FlowBody {
  /// The labels in `allow:` of its sinks and replies.
  fileprivate var allowedLabels: [Identifier] {
    steps.flatMap { step -> [Identifier] in
      guard case .operation(let operation) = step.kind else { return [] }
      return switch operation {
      case .sink(let sink): sink.allow
      case .reply(let reply): reply.allow
      default: []
      }
    }
  }
}
