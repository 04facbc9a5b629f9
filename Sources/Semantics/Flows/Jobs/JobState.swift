import Diagnosing
import Syntax

/// What the checker of a pipeline knows about its jobs.
struct JobState {
  /// The region that statements are in: an index into `FlowBody.regions`.
  var region: Int?
  /// The name that a statement gives to the job value that is its whole right side.
  var name: (text: String, of: Span)?
  /// The names that values of jobs are bound to, by the local's id, with the word of what is never used.
  var bound: [Int: (name: Identifier, what: String)] = [:]
  /// The former names that `@was` has given, and where.
  var formerNames: [(old: String, new: String, span: Span)] = []
}

/// A job value that an expression stands for.
struct PlannedValue {
  /// The value's local, or poison.
  let value: TypedExpression
  /// Whether it fails where its job failed, so that it needs the cover it has.
  let isFallible: Bool
}

extension FlowChecker {
  /// Whether jobs may stand here: only pipelines have them.
  var isPipeline: Bool { cover == .statement }

  /// Adds a job and gives the local that holds its value.
  func addValue(
    _ operation: Operation, _ inputs: [FlowValue], type: Type, of expression: Expression, at span: Span
  ) -> Local {
    let local = checker.makeLocal(valueName(of: expression, span), type)
    body.steps.append(
      FlowStep(
        kind: .operation(operation), statement: statement, inputs: inputs.map(\.reference), elements: [],
        bound: .table, value: local, region: jobs.region, span: span))
    return local
  }

  /// What plans call a value: the name that it is bound to, or its short source.
  private func valueName(of expression: Expression, _ operation: Span) -> String {
    if let name = jobs.name, name.of == expression.span { return name.text }
    let text = sources[expression.span.file].text(expression.span)
    return text.count <= 40 && !text.contains("\n")
      ? text : "\(statement).\(sources[operation.file].text(operation))"
  }

  // MARK: Regions

  /// Checks what stands in a region. The names that it binds are not seen behind it.
  func inRegion<Result>(
    _ kind: FlowRegion.Kind, _ word: String, at span: Span, seeing inner: Scope, _ body: () -> Result
  ) -> Result {
    self.body.regions.append(FlowRegion(kind: kind, parent: jobs.region, span: span))
    let outer = (scope: scope, region: jobs.region, statement: statement, name: jobs.name)
    jobs.region = self.body.regions.count - 1
    scope = inner
    defer {
      let names = scope.names(within: outer.scope)
      jobs.region = outer.region
      statement = outer.statement
      jobs.name = outer.name
      scope = outer.scope
      for name in names.reversed() where outer.scope.lookup(name) == nil {
        scope = scope.adding(name, .hidden(span, word))
      }
    }
    return body()
  }

  /// The regions around the statement that is checked, the innermost first.
  var enclosingRegions: [FlowRegion] {
    var found: [FlowRegion] = []
    var next = jobs.region
    while let index = next {
      found.append(body.regions[index])
      next = body.regions[index].parent
    }
    return found
  }
}
