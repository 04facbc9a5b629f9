import Dataflow
import Semantics

/// A slow and obvious interpreter of graphs over arrays of values.
struct Reference {
  struct Flow {
    var values: [Value]
    var isOrdered = false
  }
  struct Failure: Error {
    let message: String
  }

  private let graph: Graph
  private let rows: [String: [Value]]

  init(_ graph: Graph, _ rows: [String: [Value]]) {
    self.graph = graph
    self.rows = rows
  }

  /// What each sink gets.
  func outputs() throws -> [String: Flow] {
    var flows: [Edge: Flow] = [:]
    var outputs: [String: Flow] = [:]
    for (index, node) in graph.nodes.enumerated() {
      let inputs = node.inputs.map { flows[$0] ?? Flow(values: []) }
      let edge = Edge(index)
      switch node.operation {
      case .source(let source): flows[edge] = Flow(values: rows[source.name] ?? [])
      case .sink(let sink): outputs[sink.name] = inputs[0]
      case .map(let lambda):
        flows[edge] = Flow(
          values: try inputs[0].values.map { try call(lambda, $0) }, isOrdered: inputs[0].isOrdered)
      case .filter(let lambda):
        flows[edge] = Flow(
          values: try inputs[0].values.filter { try call(lambda, $0) == .bool(true) },
          isOrdered: inputs[0].isOrdered)
      case .flatMap(let lambda):
        flows[edge] = Flow(
          values: try inputs[0].values.flatMap { value -> [Value] in
            guard case .list(let elements) = try call(lambda, value) else { return [] }
            return elements
          })
      case .tryMap(let lambda, _):
        var good: [Value] = []
        var failed: [Value] = []
        for value in inputs[0].values {
          do { good.append(try call(lambda, value)) } catch let failure as Failure {
            failed.append(.row([value, .text(failure.message), .text(node.name)]))
          }
        }
        flows[edge] = Flow(values: good)
        flows[Edge(index, port: 1)] = Flow(values: failed)
      case .union: flows[edge] = Flow(values: inputs[0].values + inputs[1].values)
      case .distinct(let distinct):
        flows[edge] = Flow(values: try self.distinct(inputs[0].values, distinct.by))
      case .join(let join):
        flows[edge] = Flow(values: try self.join(join, inputs[0].values, inputs[1].values))
      case .aggregate(let aggregate):
        flows[edge] = Flow(values: try self.aggregate(aggregate, inputs[0].values))
      case .sort(let keys):
        flows[edge] = Flow(
          values: try ranked(inputs[0].values, keys.map { ($0.key, $0.isDescending) }).map(\.value),
          isOrdered: true)
      case .limit(let count):
        guard case .int(let limit) = try evaluate(count, [:]) else { break }
        flows[edge] = Flow(values: Array(inputs[0].values.prefix(Int(limit))), isOrdered: true)
      case .top(let top): flows[edge] = Flow(values: try self.top(top, inputs[0].values))
      default: break
      }
    }
    return outputs
  }

  // MARK: Operators

  func call(_ lambda: TypedLambda, _ arguments: Value...) throws -> Value {
    try evaluate(
      lambda.body,
      Dictionary(uniqueKeysWithValues: zip(lambda.parameters.map(\.id), arguments)))
  }

  func grouped(_ values: [Value], _ key: TypedLambda) throws -> [(key: Value, values: [Value])] {
    var groups: [Value: [Value]] = [:]
    for value in values { groups[try call(key, value), default: []].append(value) }
    return groups.map { ($0.key, $0.value) }.sorted { Value.order($0.key, $1.key) < 0 }
  }

  private func distinct(_ values: [Value], _ by: TypedLambda?) throws -> [Value] {
    guard let by else { return Array(Set(values)) }
    return try grouped(values, by).map { canonical($0.values)[0] }
  }

  private func join(_ join: JoinOperation, _ left: [Value], _ right: [Value]) throws -> [Value] {
    var result: [Value] = []
    for l in left {
      let matches = try right.filter { r in
        let scope = [join.left.id: l, join.right.id: r]
        for equality in join.equalities {
          let a = try evaluate(equality.left, scope)
          let b = try evaluate(equality.right, scope)
          if a == .none || b == .none || Value.order(a, b) != 0 { return false }
        }
        return try join.residual.map { try evaluate($0, scope) == .bool(true) } ?? true
      }
      switch join.kind {
      case .semi: if !matches.isEmpty { result.append(l) }
      case .anti: if matches.isEmpty { result.append(l) }
      case .inner, .left:
        guard let select = join.select else { continue }
        for r in matches { result.append(try call(select, l, r)) }
        if matches.isEmpty, join.kind == .left { result.append(try call(select, l, .none)) }
      }
    }
    return result
  }

  /// Rows with their keys, in order.
  private func ranked(
    _ values: [Value], _ keys: [(key: TypedLambda, isDescending: Bool)]
  ) throws -> [(value: Value, keys: [Value])] {
    let rows = try values.map { value in (value: value, keys: try keys.map { try call($0.key, value) }) }
    return rows.sorted { a, b in
      for (index, key) in keys.enumerated() {
        let order = Value.order(a.keys[index], b.keys[index], descending: key.isDescending)
        if order != 0 { return order < 0 }
      }
      return Value.order(a.value, b.value) < 0
    }
  }

  func top(_ top: TopOperation, _ values: [Value]) throws -> [Value] {
    guard case .int(let count) = try evaluate(top.count, [:]) else { return [] }
    let keys = top.keys.map { (key: $0.key, isDescending: !$0.isDescending) }
    let groups = try top.group.map { try grouped(values, $0).map(\.values) } ?? [values]
    return try groups.flatMap { group -> [Value] in
      let rows = try ranked(group, keys)
      guard count > 0, rows.count > count else { return Array(rows.prefix(Int(count)).map(\.value)) }
      let last = rows[Int(count) - 1].keys
      let end = top.keepsTies ? rows.lastIndex { $0.keys == last }.map { $0 + 1 } ?? 0 : Int(count)
      return rows.prefix(end).map(\.value)
    }
  }

  private func aggregate(_ aggregate: AggregateOperation, _ values: [Value]) throws -> [Value] {
    let groups = try aggregate.key.map { try grouped(values, $0) } ?? [(key: .none, values: values)]
    return try groups.map { group in
      var scope: [Int: Value] = [:]
      if let local = aggregate.keyLocal { scope[local.id] = group.key }
      for call in aggregate.calls { scope[call.local.id] = try self.value(of: call, group.values) }
      return try evaluate(aggregate.result, scope)
    }
  }

  func value(of aggregate: AggregateCall, _ values: [Value]) throws -> Value {
    let rows = try values.filter { value in
      try aggregate.filters.allSatisfy { try call($0, value) == .bool(true) }
    }
    guard let argument = aggregate.argument else { return .int(Int64(rows.count)) }
    let pairs = try rows.map { (row: $0, key: try call(argument, $0)) }.filter { $0.key != .none }
    let keys = pairs.map(\.key)
    let isOptional = if case .optional = aggregate.local.type { true } else { false }
    let nothing: Value =
      isOptional ? .none : aggregate.local.type == .float ? .float(0) : .int(0)
    switch aggregate.function {
    case .count: return .int(Int64(rows.count))
    case .countDistinct: return keys.isEmpty ? nothing : .int(Int64(Set(keys).count))
    case .sum: return keys.isEmpty ? nothing : sum(keys)
    case .mean:
      guard !keys.isEmpty else { return .none }
      if case .float(let total) = sum(keys) { return .float(total / Double(keys.count)) }
      guard case .int(let total) = sum(keys) else { return .none }
      return .float(Double(total) / Double(keys.count))
    case .min: return canonical(keys).first ?? .none
    case .max: return canonical(keys).last ?? .none
    case .minBy, .maxBy:
      let best = pairs.sorted { a, b in
        let order = Value.order(a.key, b.key, descending: aggregate.function == .maxBy)
        return order != 0 ? order < 0 : Value.order(a.row, b.row) < 0
      }
      return best.first?.row ?? .none
    case .collect: return keys.isEmpty && isOptional ? .none : .list(canonical(keys))
    case .quantile:
      guard !keys.isEmpty, let constant = aggregate.constant,
        case .float(let fraction) = try evaluate(constant, [:])
      else { return .none }
      let rank = max(1, Int((fraction * Double(keys.count)).rounded(.up)))
      return canonical(keys)[rank - 1]
    case .stddev:
      guard keys.count > 1 else { return .none }
      let numbers = keys.map { key -> Double in
        switch key {
        case .float(let x): x
        case .int(let x): Double(x)
        default: 0
        }
      }
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      let squares = numbers.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
      return .float((squares / Double(numbers.count - 1)).squareRoot())
    case .top:
      guard let constant = aggregate.constant, case .int(let count) = try evaluate(constant, [:]) else {
        return .none
      }
      if keys.isEmpty, isOptional { return .none }
      let best = pairs.sorted { a, b in
        let order = Value.order(a.key, b.key, descending: true)
        return order != 0 ? order < 0 : Value.order(a.row, b.row) < 0
      }
      return .list(best.prefix(Int(count)).map(\.row))
    case .any: return keys.isEmpty && isOptional ? .none : .bool(keys.contains(.bool(true)))
    case .all: return keys.isEmpty && isOptional ? .none : .bool(!keys.contains(.bool(false)))
    // In event time only, which the engine does not run in a batch.
    case .first, .last: return .none
    }
  }

  /// Floats are summed from small whole numbers and halves in tests, where any order gives the exact sum.
  private func sum(_ values: [Value]) -> Value {
    switch values[0] {
    case .int: .int(values.reduce(0) { if case .int(let x) = $1 { $0 + x } else { $0 } })
    case .float: .float(values.reduce(0) { if case .float(let x) = $1 { $0 + x } else { $0 } })
    default: .decimal(values.reduce(0) { if case .decimal(let x) = $1 { $0 + x } else { $0 } })
    }
  }

  // MARK: Expressions

  func evaluate(_ expression: TypedExpression, _ scope: [Int: Value]) throws -> Value {
    switch expression.kind {
    case .literal(let literal):
      switch literal {
      case .int(let value): return .int(value)
      case .float(let value): return .float(value)
      case .string(let value): return .text(value)
      case .bool(let value): return .bool(value)
      case .none: return .none
      default: throw Failure(message: "no such literal here")
      }
    case .local(let local): return scope[local.id] ?? .none
    case .field(let base, let index): return try evaluate(base, scope).fields[index]
    case .construct(let fields): return .row(try fields.map { try evaluate($0, scope) })
    case .list(let elements): return .list(try elements.map { try evaluate($0, scope) })
    case .some(let inner): return try evaluate(inner, scope)
    case .conditional(let condition, let then, let otherwise):
      return try evaluate(try evaluate(condition, scope) == .bool(true) ? then : otherwise, scope)
    case .ifPresent(let local, let subject, let then, let otherwise):
      let value = try evaluate(subject, scope)
      if value == .none { return try evaluate(otherwise, scope) }
      return try evaluate(then, scope.merging([local.id: value]) { $1 })
    case .binary(let symbol, let left, let right):
      return try binary(symbol, try evaluate(left, scope), try evaluate(right, scope))
    default: throw Failure(message: "no such expression here")
    }
  }

  private func binary(_ symbol: TypedOperator, _ a: Value, _ b: Value) throws -> Value {
    switch (symbol, a, b) {
    case (.equal, _, _): return .bool(a == b)
    case (.less, _, _): return .bool(Value.order(a, b) < 0)
    case (.greater, _, _): return .bool(Value.order(a, b) > 0)
    case (.add, .int(let x), .int(let y)): return .int(x + y)
    case (.multiply, .int(let x), .int(let y)): return .int(x * y)
    case (.divide, .int(let x), .int(let y)):
      if y == 0 { throw Failure(message: "division by zero") }
      return .int(x / y)
    case (.remainder, .int(let x), .int(let y)):
      if y == 0 { throw Failure(message: "division by zero") }
      return .int(x % y)
    case (.add, .float(let x), .float(let y)): return .float(x + y)
    default: throw Failure(message: "no such operator here")
    }
  }
}
