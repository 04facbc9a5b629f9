import Diagnosing
import Syntax

/// Follows labels through the steps of a pipeline, and of the flow functions that it calls.
final class FlowLabels {
  let reader: LabelReader
  /// Where the statements of the pipeline stand.
  let sites: FlowSites
  /// What the flow `faults` carries: every label of the pipeline.
  var everything = LabelSet()
  /// The columns that carry labels.
  var labelled = LabelledColumns()
  /// The types of the rows of the pipeline's steps.
  private(set) var elements: [[Type]] = []
  /// The labels in `allow` that something needed, by the place of the word.
  var needed: Set<Span> = []

  init(_ reader: LabelReader, sites: FlowSites = FlowSites([])) {
    self.reader = reader
    self.sites = sites
  }

  /// The labels of what a function's body gives.
  func result(of body: FlowBody, inputs: [LabelShape]) -> LabelShape {
    let shapes = walk(body, inputs: inputs)
    guard let result = body.result, shapes.indices.contains(result.step),
      shapes[result.step].indices.contains(result.port)
    else { return .none }
    return shapes[result.step][result.port]
  }

  /// The labels of each result of each step.
  @discardableResult
  func walk(_ body: FlowBody, inputs: [LabelShape]) -> [[LabelShape]] {
    for binding in body.bindings {
      reader.locals[binding.local.id] = nil
      reader.bindings[binding.local.id] = binding.value
    }
    var regions = RegionLabels(body.regions)
    let outer = elements
    elements = body.steps.map(\.elements)
    defer { elements = outer }
    var shapes: [[LabelShape]] = []
    shapes.reserveCapacity(body.steps.count)
    for (index, step) in body.steps.enumerated() {
      if let region = step.region { regions.enter(region, reader) }
      let sources = step.inputs.map { input in
        shapes.indices.contains(input.step) && shapes[input.step].indices.contains(input.port)
          ? shapes[input.step][input.port] : LabelShape.none
      }
      var results: [LabelShape]
      switch step.kind {
      case .parameter(let index): results = [index < inputs.count ? inputs[index] : LabelShape.none]
      case .reportedSource: results = []
      case .call(let function, let values): results = [call(function, values, sources, at: step.span)]
      case .operation(let operation):
        results = apply(operation, step, sources, regions)
        if let value = step.value { reader.locals[value.id] = results.first ?? LabelShape.none }
        labelled.add(step, inputs: sources, results: results)
      }
      for written in body.declared where written.reference.step == index {
        guard results.indices.contains(written.reference.port) else { continue }
        let room = reader.declared(written.type)
        reader.fit(&results[written.reference.port], into: room, at: written.span) {
          .bindingWithoutLabel(written.name, $0, at: written.span, declared: written.type.span)
        }
        results[written.reference.port] = room.merged(with: results[written.reference.port])
      }
      shapes.append(results)
    }
    // What nothing needed may still leak into a failure's text.
    for binding in body.bindings where reader.bindings[binding.local.id] != nil {
      _ = reader.read(TypedExpression(.local(binding.local), binding.local.type, binding.value.span))
    }
    reportTexts()
    return shapes
  }

  /// A call, with the labels that its flows and values have.
  private func call(
    _ function: FlowFunction, _ values: [TypedExpression], _ inputs: [LabelShape], at span: Span
  ) -> LabelShape {
    guard let body = function.body, let pending = reader.program.flowFunctions[ObjectIdentifier(function)]
    else { return inputs.reduce(LabelShape.none) { $0.merged(with: $1) } }
    for (local, value) in zip(function.values, values) { reader.locals[local.id] = reader.read(value) }
    let outer = (reader.module, reader.written, reader.rule)
    reader.module = reader.program.module(pending.module)
    reader.written = body.written
    reader.rule = .inlined
    // What is declared holds, even if the call brings less.
    var flows = inputs
    for (parameter, syntax) in zip(function.parameters, pending.syntax.parameters) {
      let room = reader.declared(syntax.type)
      switch parameter {
      case .flow(let index) where index < flows.count: flows[index] = flows[index].merged(with: room)
      case .value(let index):
        let local = function.values[index]
        reader.locals[local.id] = (reader.locals[local.id] ?? .none).merged(with: room)
      default: break
      }
    }
    var found = result(of: body, inputs: flows).removing(pending.syntax.unlabels, in: reader.module)
    var declared = LabelShape.none
    if let written = pending.syntax.result?.type {
      declared = reader.declared(written)
      reader.fit(&found, intoResult: written, of: pending.syntax)
    }
    (reader.module, reader.written, reader.rule) = outer
    return declared.merged(with: found.passing(span, "passed through `\(function.name)` here"))
  }

  /// Reports what the texts of `fail` would tell: a text goes to logs and reports.
  func reportTexts() {
    for (labels, span) in reader.texts {
      for entry in labels.entries {
        guard let name = entry.name, !reader.program.reported.contains(LabelPlace(span, name)) else {
          continue
        }
        reader.findings.report(.labelInText(entry, at: span), label: name)
      }
    }
    reader.texts = []
    reader.failures = .none
  }

  /// Dispatches to the rule of each operator.
  private func apply(
    _ operation: Operation, _ step: FlowStep, _ inputs: [LabelShape], _ regions: RegionLabels
  ) -> [LabelShape] {
    let input = inputs.first ?? .none
    defer { reportTexts() }
    switch operation {
    case .source(let source): return [self.source(source)]
    case .sink(let sink):
      self.sink(sink, step, input)
      return []
    case .reply(let reply):
      self.reply(reply, step, input)
      return []
    case .map(let lambda): return [reader.read(lambda, input)]
    case .flatMap(let lambda): return [reader.read(lambda, input).element]
    case .tryMap(let lambda, _): return tryMap(lambda, input)
    case .filter(let lambda): return kept(input, [lambda])
    case .distinct(let distinct): return kept(input, [distinct.by])
    case .sort(let keys): return kept(input, keys.map(\.key))
    case .sample(_, let key, _): return kept(input, [key])
    case .split(_, let key, _): return kept(input, [key], results: 2)
    case .limit, .discard: return [input]
    case .top(let top): return kept(input, [top.group] + top.keys.map(\.key))
    case .union: return [inputs.reduce(LabelShape.none) { $0.merged(with: $1) }]
    case .join(let join): return self.join(join, input, inputs.count > 1 ? inputs[1] : .none)
    case .aggregate(let aggregate): return [self.aggregate(aggregate, input)]
    case .timed(let timed): return kept(input, [timed.time])
    case .window: return [input, input]
    case .scan(let scan): return self.scan(scan, input)
    case .latest(let latest): return kept(input, [latest.key], results: 2)
    case .rolling(let rolling): return self.rolling(rolling, input)
    case .check(let clauses):
      for clause in clauses { check(clause, input) }
      return []
    case .faults: return [LabelShape(everything)]
    case .single: return [input]
    case .toList: return [LabelShape(element: input)]
    case .task(let task): return [self.task(task, step, inputs)]
    case .collect(let collect): return [self.collect(collect, regions)]
    case .rows(let value):
      let shape = reader.read(value)
      if case .list = value.type { return [shape.element] }
      return [shape]
    case .choose(let condition):
      let deciding = reader.read(condition).whole.passing(condition.span, "decides here")
      return [inputs.reduce(LabelShape.none) { $0.merged(with: $1) }.adding(deciding)]
    case .fail(let message):
      let labels = reader.read(message).whole
      if !labels.isEmpty, !regions.collectsFailures(step.region) {
        reader.texts.append((labels, message.span))
      }
      return []
    }
  }
}
