import Columns
import Dataflow
import Engine
import Semantics

// The passes of `for`: copies of its steps, and what they give together.

extension Agenda {
  /// One run of the steps of a `for`.
  struct Pass {
    let loop: Int
    let variables: [(local: Local, element: LoopElements.Item)]
    let rewriter: LocalRewriter
    /// Its own nodes, and the passes of loops in it.
    var nodes: [Int] = []
    var inner: [Int] = []
    var failure: PassFailure?

    /// What it gives.
    func element(of collect: CollectOperation) -> TypedExpression {
      var rewriter = rewriter
      return rewriter.root(collect.element)
    }
  }

  /// The pass of a `try for` that fails when this one does: itself, or the innermost one around it.
  func fallible(_ pass: Int?) -> Int? {
    var pass = pass
    while let number = pass {
      let loop = allPasses[number - 1].loop
      if case .each(_, collectsFailures: true) = graph.regions[loop].kind { return number }
      pass = passOfRegion[loop]
    }
    return nil
  }

  /// Whether a pass failed, itself or one around it.
  func isBroken(_ pass: Int?) -> Bool {
    var pass = pass
    while let number = pass {
      if allPasses[number - 1].failure != nil { return true }
      pass = passOfRegion[allPasses[number - 1].loop]
    }
    return false
  }

  /// A pass of a `try for` failed: the rest of it is not done.
  mutating func fail(pass number: Int, _ failure: PassFailure) {
    allPasses[number - 1].failure = failure
    var open = [number]
    while let next = open.popLast() {
      let pass = allPasses[next - 1]
      for node in pass.nodes where stages[node] == .waiting || stages[node] == .running {
        settle(node, .skipped)
      }
      open += pass.inner
    }
  }

  /// What can't be computed fails the pass that may fail, or else the run.
  mutating func fail(passOf node: Int?, _ pass: Int?, _ failure: RowFailure) throws(RowFailure) {
    guard let fallible = fallible(pass) else { throw failure }
    let name = node.map { graph.nodes[$0].name } ?? "for\(place(of: fallible))"
    fail(pass: fallible, PassFailure(message: failure.message(in: graph), operatorName: name))
  }

  /// The elements of a pass, and before them those of the passes around it: `[north, 2]`.
  func place(of pass: Int) -> String {
    var texts: [String] = []
    var next: Int? = pass
    while let number = next {
      texts = allPasses[number - 1].variables.map(\.element.text) + texts
      next = passOfRegion[allPasses[number - 1].loop]
    }
    return "[\(texts.joined(separator: ", "))]"
  }

  /// Settles a collection when the passes are done.
  mutating func gather(_ collect: CollectOperation, _ index: Int) throws(RowFailure) {
    guard let passes = loops[collect.region], openNodes[collect.region] ?? 0 == 0 else { return }
    var elements: [(pass: Int, value: TypedExpression)] = []
    for pass in passes where allPasses[pass - 1].failure == nil {
      elements.append((pass, allPasses[pass - 1].element(of: collect)))
    }
    guard isKnown(promises(in: elements.map(\.value))) else {
      // They may use values of outside.
      dependents.wait(index, for: promises(in: elements.map(\.value)).filter { !isKnown([$0]) })
      return
    }
    var values: [Column] = []
    for (pass, element) in elements {
      do throws(RowFailure) { values.append(try evaluate(element)) } catch {
        guard collect.failures != nil else { throw error }
        fail(
          pass: pass, PassFailure(message: error.message(in: graph), operatorName: graph.nodes[index].name))
      }
    }
    if let failures = collect.failures {
      guard case .list(let type) = failures.type else { preconditionFailure("a list of failures") }
      let failed = passes.compactMap { pass in
        allPasses[pass - 1].failure.map { failure($0, of: allPasses[pass - 1]) }
      }
      know(failures, .list(failed, of: type))
    }
    finish(index, value: .list(values, of: collect.element.type))
  }

  private func failure(_ failure: PassFailure, of pass: Pass) -> Column {
    let elements = pass.variables.map(\.element.value)
    let input = elements.count == 1 ? elements[0] : Column(count: 1, storage: .structure(elements))
    return Column(
      count: 1,
      storage: .structure([input, Column(text: failure.message), Column(text: failure.operatorName)]))
  }

  /// The regions and nodes inside of a `for`; outer regions come before inner ones.
  func pattern(of loop: Int) -> (regions: [Int], nodes: [Int]) {
    var inside: Set<Int> = [loop]
    var regions: [Int] = []
    for (index, region) in graph.regions.enumerated() {
      guard let parent = region.parent, inside.contains(parent) else { continue }
      inside.insert(index)
      regions.append(index)
    }
    return (regions, graph.nodes.indices.filter { graph.nodes[$0].region.map(inside.contains) ?? false })
  }

  /// Adds the nodes of a pass: copies of the steps of a `for`, with values of their own.
  mutating func addPass(
    of loop: Int, _ pattern: (regions: [Int], nodes: [Int]), _ variables: [(Local, LoopElements.Item)]
  ) -> Int {
    let number = allPasses.count + 1
    var rewriter = LocalRewriter()
    for (variable, element) in variables {
      let own = fresh(variable, &rewriter)
      values[own.id] = (own, element.value)
    }
    let locals = pattern.regions.flatMap { graph.regions[$0].locals }
    for local in locals + pattern.nodes.flatMap({ graph.nodes[$0].values }) { _ = fresh(local, &rewriter) }
    if let outer = passOfRegion[loop] { allPasses[outer - 1].inner.append(number) }
    allPasses.append(Pass(loop: loop, variables: variables, rewriter: rewriter))
    let outer = graph.regions[loop]
    var regions = [
      loop: add(
        FlowRegion(kind: outer.kind, parent: outer.parent, span: outer.span), isTaken: true, in: number)
    ]
    for index in pattern.regions {
      let region = graph.regions[index]
      let parent = region.parent.flatMap { regions[$0] }
      regions[index] = add(
        region.replacing(&rewriter, parent: parent).renamed(&rewriter), isTaken: nil, in: number)
    }
    let place = place(of: number)
    var copies: [Int: Int] = [:]
    for index in pattern.nodes {
      let node = graph.nodes[index]
      let name = String(node.name.prefix { $0 != "[" }) + place
      copies[index] = add(
        Node(
          name: name,
          operation: node.operation.named(name).replacing(&rewriter).moved(regions, &rewriter),
          inputs: node.inputs.map { Edge(copies[$0.node] ?? $0.node, port: $0.port) }, outputs: node.outputs,
          value: node.value.map { $0.renamed(&rewriter) }, region: node.region.flatMap { regions[$0] },
          span: node.span), of: index, in: number)
    }
    return number
  }

  /// A local of the pass in the place of one of the pattern.
  private mutating func fresh(_ local: Local, _ rewriter: inout LocalRewriter) -> Local {
    let own = Local(id: nextLocal, name: local.name, type: local.type)
    nextLocal += 1
    promised.insert(own.id)
    rewriter.substitute(local, by: TypedExpression(.local(own), own.type, graph.nodes[0].span))
    return own
  }

  private mutating func add(_ node: Node, of pattern: Int, in pass: Int) -> Int {
    let index = graph.nodes.count
    graph.nodes.append(node)
    origins.append(origins[pattern])
    passes.append(pass)
    stages.append(.waiting)
    remaining[origins[pattern]] += 1
    allPasses[pass - 1].nodes.append(index)
    var around: Int? = pass
    while let number = around {
      let loop = allPasses[number - 1].loop
      openNodes[loop, default: 0] += 1
      around = passOfRegion[loop]
    }
    consumers.append([])
    needs.append(promises(in: node.operation.expressions))
    watch(node, index)
    return index
  }

  private mutating func add(_ region: FlowRegion, isTaken: Bool?, in pass: Int) -> Int {
    let index = graph.regions.count
    graph.regions.append(region)
    taken.append(isTaken)
    passOfRegion.append(pass)
    needsOfRegions.append(promises(in: region.expressions))
    dependents.add(region: index, in: region.parent, values: needsOfRegions[index])
    return index
  }
}
