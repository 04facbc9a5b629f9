import Semantics

extension Graph {
  /// What is wrong with the graph, in words for those who build it; empty for every graph that lowering
  /// and the passes give.
  public func problems() -> [String] {
    var verifier = Verifier(graph: self)
    verifier.verify()
    return verifier.problems
  }
}

private struct Verifier {
  let graph: Graph
  var problems: [String] = []
  private let parameters: Set<Int>

  init(graph: Graph) {
    self.graph = graph
    let values = graph.nodes.flatMap(\.values)
    parameters = Set((graph.parameters.map(\.local) + values + graph.regions.flatMap(\.locals)).map(\.id))
  }

  mutating func verify() {
    var names: Set<String> = []
    for parameter in graph.parameters {
      if let value = parameter.defaultValue {
        expression(value, "the default of `\(parameter.local.name)`", sees: [], is: parameter.local.type)
      }
    }
    for (index, region) in graph.regions.enumerated() { verify(region, at: index) }
    for (index, node) in graph.nodes.enumerated() {
      verifyRegion(of: node)
      if !names.insert(node.name).inserted { problems.append("two nodes are named `\(node.name)`") }
      if verifyInputs(of: node, at: index) { verifyTypes(of: node) }
    }
  }

  // MARK: Regions

  private mutating func verify(_ region: FlowRegion, at index: Int) {
    let name = "region \(index)"
    if let parent = region.parent, !(0..<index).contains(parent) {
      problems.append("\(name) is in region \(parent), which does not come before it")
    }
    switch region.kind {
    case .when(let condition, _): expression(condition, name, sees: [], is: .bool)
    case .present(let local, let value, _):
      expression(value, name, sees: [])
      if value.type != local.type.asOptional {
        problems.append("\(name) asks for a value that is always there")
      }
    case .each(let variables, _):
      for (variable, elements) in variables {
        expression(elements, name, sees: [], is: .list(variable.type))
        if !variable.type.isKey { problems.append("\(name) goes over `\(variable.type)`, which is no key") }
      }
    }
  }

  /// Whether a region is another one or in it; `nil` stands for the whole graph.
  private func isInside(_ inner: Int?, _ outer: Int?) -> Bool {
    guard let outer else { return true }
    var next = inner
    while let index = next, graph.regions.indices.contains(index) {
      if index == outer { return true }
      next = graph.regions[index].parent
    }
    return false
  }

  private mutating func verifyRegion(of node: Node) {
    if let region = node.region, !graph.regions.indices.contains(region) {
      problems.append("`\(node.name)` is in region \(region), which is not there")
      return
    }
    switch node.operation {
    case .choose: return
    case .collect(let collect):
      guard graph.regions.indices.contains(collect.region),
        case .each = graph.regions[collect.region].kind, graph.regions[collect.region].parent == node.region
      else {
        problems.append("`\(node.name)` collects what is no `for` around which it stands")
        return
      }
    default: break
    }
    for edge in node.inputs where graph.nodes.indices.contains(edge.node) {
      let giver = graph.nodes[edge.node]
      if !isInside(node.region, giver.region) {
        problems.append("`\(node.name)` takes rows of `\(giver.name)` out of its region")
      }
    }
  }

  // MARK: Edges

  private mutating func verifyInputs(of node: Node, at index: Int) -> Bool {
    let wanted =
      switch node.operation {
      case .source, .faults, .rows, .collect, .fail: 0
      case .union, .join, .choose: 2
      case .task(let call): call.task.parameters.count { $0.bound != nil }
      default: 1
      }
    guard node.inputs.count == wanted else {
      problems.append("`\(node.name)` has \(node.inputs.count) inputs instead of \(wanted)")
      return false
    }
    for edge in node.inputs {
      guard (0..<index).contains(edge.node) else {
        problems.append(
          "`\(node.name)` takes its input from node \(edge.node), which does not come before it")
        return false
      }
      guard graph.nodes[edge.node].outputs.indices.contains(edge.port) else {
        problems.append("`\(node.name)` takes port \(edge.port) of `\(graph.nodes[edge.node].name)`")
        return false
      }
    }
    let outputs =
      switch node.operation {
      case .sink, .check, .discard, .reply, .single, .toList, .task, .collect, .fail: 0
      case .split: 2
      default: node.operation.secondResult == .bound ? 2 : 1
      }
    guard node.outputs.count == outputs else {
      problems.append("`\(node.name)` has \(node.outputs.count) results instead of \(outputs)")
      return false
    }
    return true
  }

  private func input(_ node: Node, _ index: Int = 0) -> Type {
    let edge = node.inputs[index]
    return graph.nodes[edge.node].outputs[edge.port].element
  }

  // MARK: Types

  private mutating func verifyTypes(of node: Node) {
    let name = node.name
    switch node.operation {
    case .source(let source):
      connector(source.connector, name)
      duration(source.refresh, name)
      duration(source.growth?.every, name)
    case .sink(let sink):
      connector(sink.connector, name)
      for lambda in sink.lambdas { self.lambda(lambda, name, of: [input(node)]) }
    case .map(let lambda):
      self.lambda(lambda, name, of: [input(node)])
      result(node, lambda.body.type)
    case .filter(let lambda):
      self.lambda(lambda, name, of: [input(node)], gives: .bool)
      result(node, input(node))
    case .flatMap(let lambda):
      self.lambda(lambda, name, of: [input(node)], gives: .list(node.outputs[0].element))
    case .tryMap(let lambda, let failed):
      self.lambda(lambda, name, of: [input(node)])
      result(node, lambda.body.type)
      if case .bound = failed { result(node, .failed(of: input(node)), port: 1) }
    case .union:
      if input(node) != input(node, 1) { problems.append("`\(name)` unites two types") }
      result(node, input(node))
    case .distinct(let distinct):
      if let key = distinct.by { self.lambda(key, name, of: [input(node)]) }
      duration(distinct.within, name)
      everyResult(node, input(node))
    case .join(let join): verify(join, node)
    case .aggregate(let aggregate):
      verify(aggregate, of: input(node), name)
      result(node, aggregate.result.type)
    case .top(let top):
      if let group = top.group { lambda(group, name, of: [input(node)]) }
      expression(top.count, name, sees: [], is: .int)
      keys(top.keys, node)
    case .sort(let keys): self.keys(keys, node)
    case .limit(let count):
      expression(count, name, sees: [], is: .int)
      result(node, input(node))
    case .sample(let fraction, let key, let salt), .split(let fraction, let key, let salt):
      expression(fraction, name, sees: [], is: .float)
      if let key { lambda(key, name, of: [input(node)]) }
      if let salt { expression(salt, name, sees: [], is: .string) }
      everyResult(node, input(node))
    case .check(let checks):
      for check in checks { verify(check, of: input(node), name) }
    case .discard: break
    case .timed(let timed):
      lambda(timed.time, name, of: [input(node)], gives: .timestamp)
      duration(timed.delay, name)
      duration(timed.idle, name)
      result(node, input(node))
    case .window(let window):
      duration(window.lateness, name)
      everyResult(node, input(node))
    case .scan(let scan):
      let state = scan.initial.type
      lambda(scan.key, name, of: [input(node)])
      expression(scan.initial, name, sees: [])
      lambda(scan.step, name, of: [state, input(node)], gives: state)
      lambda(scan.emit, name, of: [state, input(node)])
      duration(scan.ttl, name)
      result(node, scan.emit.body.type)
      if scan.late == .bound { result(node, input(node), port: 1) }
    case .latest(let latest):
      lambda(latest.key, name, of: [input(node)])
      duration(latest.ttl, name)
      everyResult(node, input(node))
    case .rolling(let rolling):
      lambda(rolling.key, name, of: [input(node)])
      duration(rolling.span, name)
      verify(rolling.aggregate, of: input(node), name, beside: rolling.row)
      result(node, rolling.aggregate.result.type)
      if rolling.late == .bound { result(node, input(node), port: 1) }
    case .faults: result(node, .record(.fault))
    case .reply: break
    case .single: value(node, input(node))
    case .toList(let most):
      expression(most, name, sees: [], is: .int)
      value(node, .list(input(node)))
    case .task(let call): value(node, call.task.result)
    case .collect(let collect): value(node, .list(collect.element.type))
    case .rows(let value):
      expression(value, name, sees: [])
      let element = if case .list(let element) = value.type { element } else { value.type }
      result(node, element)
    case .choose(let condition):
      expression(condition, name, sees: [], is: .bool)
      if input(node) != input(node, 1) { problems.append("`\(name)` chooses of two types") }
      result(node, input(node))
    case .fail(let message): expression(message, name, sees: [], is: .string)
    }
  }

  private mutating func duration(_ value: TypedExpression?, _ name: String) {
    if let value { expression(value, name, sees: [], is: .duration) }
  }

  private mutating func everyResult(_ node: Node, _ type: Type) {
    for port in node.outputs.indices { result(node, type, port: port) }
  }

  private mutating func value(_ node: Node, _ type: Type) {
    if node.value?.type != type { problems.append("`\(node.name)` gives `\(type)` and says otherwise") }
  }

  private mutating func result(_ node: Node, _ type: Type, port: Int = 0) {
    if node.outputs[port].element != type {
      problems.append("`\(node.name)` gives `\(type)` and says `\(node.outputs[port].element)`")
    }
  }

  private mutating func connector(_ connector: Connector, _ name: String) {
    for constant in connector.constants { expression(constant, name, sees: []) }
  }

  private mutating func keys(_ keys: [SortKey], _ node: Node) {
    if keys.isEmpty { problems.append("`\(node.name)` has no key") }
    for key in keys { lambda(key.key, node.name, of: [input(node)]) }
    result(node, input(node))
  }

  private mutating func verify(_ join: JoinOperation, _ node: Node) {
    let name = node.name
    let (left, right) = (input(node), input(node, 1))
    if join.left.type != left || join.right.type != right {
      problems.append("`\(name)` joins other types than its inputs have")
    }
    if join.equalities.isEmpty { problems.append("`\(name)` has no equality") }
    for (one, other) in join.equalities {
      if one.type != other.type { problems.append("`\(name)` compares `\(one.type)` and `\(other.type)`") }
      expression(one, name, sees: [join.left.id])
      expression(other, name, sees: [join.right.id])
    }
    if let residual = join.residual {
      expression(residual, name, sees: [join.left.id, join.right.id], is: .bool)
    }
    if node.outputs.count == 2 { result(node, .late(left, right), port: 1) }
    switch join.kind {
    case .semi, .anti:
      if join.select != nil { problems.append("`\(name)` selects") }
      result(node, left)
    case .inner, .left:
      guard let select = join.select else {
        problems.append("`\(name)` does not select")
        return
      }
      lambda(select, name, of: [left, join.kind == .left ? right.asOptional : right])
      result(node, select.body.type)
    }
  }

  private mutating func verify(
    _ aggregate: AggregateOperation, of element: Type, _ name: String, beside row: Local? = nil
  ) {
    if let key = aggregate.key { lambda(key, name, of: [element]) }
    if let local = aggregate.keyLocal, local.type != aggregate.key?.body.type {
      problems.append("`\(name)` holds its key as `\(local.type)`")
    }
    let given = [aggregate.keyLocal, aggregate.window?.start, aggregate.window?.end]
    var seen = Set(given.compactMap(\.self).map(\.id))
    for call in aggregate.calls {
      if let argument = call.argument { lambda(argument, name, of: [element]) }
      if let constant = call.constant { expression(constant, name, sees: []) }
      for filter in call.filters { lambda(filter, name, of: [element], gives: .bool) }
      if !seen.insert(call.local.id).inserted { problems.append("`\(name)` computes one local twice") }
    }
    let others = [row, aggregate.window?.start, aggregate.window?.end].compactMap(\.self)
    expression(aggregate.result, name, sees: seen.union(others.map(\.id)))
  }

  private mutating func verify(_ check: CheckOperation, of element: Type, _ name: String) {
    switch check.condition {
    case .rows(let least, let most):
      for bound in [least, most].compactMap(\.self) { expression(bound, name, sees: [], is: .int) }
    case .unique(let key): lambda(key, name, of: [element])
    case .every(let condition, let share):
      lambda(condition, name, of: [element], gives: .bool)
      if let share { expression(share, name, sees: [], is: .float) }
    case .that(let aggregate):
      verify(aggregate, of: element, name)
      if aggregate.result.type != .bool { problems.append("`\(name)` checks something else than a Bool") }
    }
  }

  // MARK: Expressions

  private mutating func lambda(
    _ lambda: TypedLambda, _ name: String, of parameters: [Type], gives type: Type? = nil
  ) {
    if lambda.parameters.map(\.type) != parameters {
      problems.append("a lambda of `\(name)` takes other types than its input has")
    }
    expression(lambda.body, name, sees: Set(lambda.parameters.map(\.id)), is: type)
  }

  /// All locals are bound, nothing broken is left, functions have their bodies.
  private mutating func expression(
    _ expression: TypedExpression, _ name: String, sees: Set<Int>, is type: Type? = nil
  ) {
    if let type, expression.type != type {
      problems.append("`\(name)` has a `\(expression.type)` where a `\(type)` belongs")
    }
    var bound = sees.union(parameters)
    expression.visit { part in
      switch part.kind {
      case .bind(let local, _, _), .ifPresent(let local, _, _, _): bound.insert(local.id)
      case .builtin(_, _, let lambdas):
        for lambda in lambdas { bound.formUnion(lambda.parameters.map(\.id)) }
      case .match(_, let arms):
        for case .present(let local) in arms.flatMap(\.patterns) { bound.insert(local.id) }
      default: break
      }
    }
    var found: [String] = []
    expression.visit { part in
      switch part.kind {
      case .local(let local) where !bound.contains(local.id):
        found.append("`\(name)` uses `\(local.name)`, which nothing binds")
      case .error: found.append("`\(name)` holds a broken expression")
      default: break
      }
    }
    problems += found
  }
}

extension SinkOperation {
  /// Everything that is computed for each row it takes.
  fileprivate var lambdas: [TypedLambda] {
    var lambdas: [TypedLambda?] = []
    if case .kafka(let options) = connector { lambdas.append(options.key) }
    switch write {
    case .append: break
    case .replace(let key): lambdas.append(key)
    case .upsert(let key, let delete): lambdas += [key, delete]
    case .delete(let key): lambdas.append(key)
    }
    return lambdas.compactMap(\.self)
  }
}
