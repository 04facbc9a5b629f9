import Diagnosing

// The rules of the operators. A row's labels are those of its fields: that it is there at all, after `filter`,
// `join` or `sort`, tells nothing.

extension FlowLabels {
  /// Rows that go through as they are, whatever the lambdas say of them.
  func kept(_ input: LabelShape, _ lambdas: [TypedLambda?], results: Int = 1) -> [LabelShape] {
    for lambda in lambdas { if let lambda { _ = reader.read(lambda, input) } }
    return Array(repeating: input, count: results)
  }

  /// The failed rows tell of their input and of what was attempted.
  func tryMap(_ lambda: TypedLambda, _ input: LabelShape) -> [LabelShape] {
    let body = reader.read(lambda, input)
    let attempted = body.whole.union(reader.declared(lambda.body.type).whole).union(reader.failures)
    reader.texts = []
    return [body, .failed(of: input, attempted: attempted)]
  }

  func join(_ join: JoinOperation, _ left: LabelShape, _ right: LabelShape) -> [LabelShape] {
    reader.locals[join.left.id] = left
    reader.locals[join.right.id] = right
    for pair in join.equalities {
      _ = reader.read(pair.left)
      _ = reader.read(pair.right)
    }
    if let residual = join.residual { _ = reader.read(residual) }
    guard let select = join.select else { return [left, left] }
    return [reader.read(select, left, right), left]
  }

  func check(_ clause: CheckOperation, _ input: LabelShape) {
    switch clause.condition {
    case .rows: break
    case .unique(let lambda), .every(let lambda, _): _ = reader.read(lambda, input)
    case .that(let aggregate): _ = self.aggregate(aggregate, input)
    }
  }
}

// Groups.

extension FlowLabels {
  func aggregate(_ aggregate: AggregateOperation, _ input: LabelShape) -> LabelShape {
    if let key = aggregate.key {
      let shape = reader.read(key, input)
      if let local = aggregate.keyLocal { reader.locals[local.id] = shape }
    }
    for call in aggregate.calls { reader.locals[call.local.id] = self.call(call, input) }
    return reader.read(aggregate.result)
  }

  /// Counting tells nothing; all else tells what it is made of.
  private func call(_ call: AggregateCall, _ input: LabelShape) -> LabelShape {
    for filter in call.filters { _ = reader.read(filter, input) }
    let argument = call.argument.map { reader.read($0, input) } ?? .none
    let result: LabelShape =
      switch call.function {
      case .count, .countDistinct: .none
      case .sum, .mean, .stddev, .quantile, .any, .all: LabelShape(argument.whole)
      case .min, .max, .first, .last: argument
      case .minBy, .maxBy: input.adding(argument.whole)
      case .top: LabelShape(element: input).adding(argument.whole)
      case .collect: LabelShape(element: argument)
      }
    return result.passing(call.span, "aggregated here")
  }
}

// Time.

extension FlowLabels {
  /// The state gathers the labels of every row: it is read until nothing is added.
  func scan(_ scan: ScanOperation, _ input: LabelShape) -> [LabelShape] {
    _ = reader.read(scan.key, input)
    var state = reader.read(scan.initial)
    while true {
      let next = state.merged(with: reader.read(scan.step, state, input))
      if next.hasSameTerms(as: state) { break }
      state = next
    }
    return [reader.read(scan.emit, state, input), input]
  }

  func rolling(_ rolling: RollingOperation, _ input: LabelShape) -> [LabelShape] {
    _ = reader.read(rolling.key, input)
    reader.locals[rolling.row.id] = input
    return [aggregate(rolling.aggregate, input), input]
  }
}
