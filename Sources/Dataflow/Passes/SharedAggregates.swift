import Semantics

extension Graph {
  /// Computes equal aggregates of one `aggregate` once: `g.count()` written twice is counted once.
  public mutating func shareAggregates() {
    for index in nodes.indices {
      let node = nodes[index]
      switch node.operation {
      case .aggregate(let aggregate):
        guard let shared = aggregate.shared() else { continue }
        nodes[index] = node.with(.aggregate(shared))
      case .check(let checks):
        let shared = checks.map { check in
          guard case .that(let aggregate) = check.condition, let shared = aggregate.shared() else {
            return check
          }
          return CheckOperation(
            condition: .that(shared), warns: check.warns, description: check.description, span: check.span)
        }
        nodes[index] = node.with(.check(shared))
      default: continue
      }
    }
  }
}

extension Node {
  fileprivate func with(_ operation: Operation) -> Node {
    Node(
      name: name, operation: operation, inputs: inputs, outputs: outputs, value: value, region: region,
      formerName: formerName, span: span)
  }
}

extension AggregateOperation {
  /// Nil where no two calls are equal.
  fileprivate func shared() -> AggregateOperation? {
    var kept: [AggregateCall] = []
    var replaced = LocalRewriter()
    for call in calls {
      if let first = kept.first(where: { $0.isSame(as: call) }) {
        replaced.substitute(
          call.local, by: TypedExpression(.local(first.local), first.local.type, call.span))
      } else {
        kept.append(call)
      }
    }
    if kept.count == calls.count { return nil }
    return AggregateOperation(
      key: key, keyLocal: keyLocal, window: window, calls: kept, result: replaced.root(result))
  }
}

extension AggregateCall {
  fileprivate func isSame(as other: AggregateCall) -> Bool {
    function == other.function && local.type == other.local.type && argument.isSame(as: other.argument)
      && constant.isSame(as: other.constant) && filters.count == other.filters.count
      && zip(filters, other.filters).allSatisfy { $0.isSame(as: $1) }
  }
}

extension TypedLambda {
  fileprivate func isSame(as other: TypedLambda) -> Bool {
    ExpressionEquality.areSame(self, other)
  }
}

extension TypedLambda? {
  fileprivate func isSame(as other: TypedLambda?) -> Bool {
    switch (self, other) {
    case (nil, nil): true
    case (let left?, let right?): left.isSame(as: right)
    default: false
    }
  }
}

extension TypedExpression? {
  fileprivate func isSame(as other: TypedExpression?) -> Bool {
    switch (self, other) {
    case (nil, nil): true
    case (let left?, let right?): ExpressionEquality.areSame(left, right)
    default: false
    }
  }
}
