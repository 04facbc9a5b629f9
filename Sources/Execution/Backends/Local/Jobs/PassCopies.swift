import Columns
import Dataflow
import Diagnosing
import Engine
import Semantics

// What a pass of a `for` has in the place of its steps, and what it gives.

extension Node {
  var isCollection: Bool { if case .collect = operation { true } else { false } }
}

extension Operation {
  /// A sink with the name of its pass.
  func named(_ name: String) -> Operation {
    guard case .sink(let sink) = self else { return self }
    return .sink(
      SinkOperation(
        name: name, connector: sink.connector, isOrdered: sink.isOrdered, write: sink.write,
        publishesAlways: sink.publishesAlways, allow: sink.allow))
  }

  /// The value of a `for` inside another, of the copy of its region.
  func moved(_ regions: [Int: Int], _ rewriter: inout LocalRewriter) -> Operation {
    guard case .collect(let collect) = self, let region = regions[collect.region] else { return self }
    return .collect(
      CollectOperation(
        region: region, element: collect.element, failures: collect.failures.map { $0.renamed(&rewriter) }))
  }
}

extension Local {
  /// What a pass has in its place.
  func renamed(_ rewriter: inout LocalRewriter) -> Local {
    let value = rewriter.root(TypedExpression(.local(self), type, Span(FileID(0), 0, 0)))
    return if case .local(let own) = value.kind { own } else { self }
  }
}

extension FlowRegion {
  /// With the locals that a pass has in the place of its own.
  func renamed(_ rewriter: inout LocalRewriter) -> FlowRegion {
    let kind: Kind =
      switch self.kind {
      case .when: self.kind
      case .present(let local, let value, let holds):
        .present(local.renamed(&rewriter), value, holds: holds)
      case .each(let variables, let collects):
        .each(
          variables.map { (variable: $0.variable.renamed(&rewriter), elements: $0.elements) },
          collectsFailures: collects)
      }
    return FlowRegion(kind: kind, parent: parent, span: span)
  }
}

extension Column {
  /// One row that is a list of others.
  static func list(_ elements: [Column], of type: Type) -> Column {
    .list(of: elements.isEmpty ? Column.absent(ColumnType(type), count: 0) : .concatenated(elements))
  }

  /// One row that is a text.
  init(text: String) {
    let arena = TextArena()
    self.init(count: 1, storage: .text(Buffer([arena.add(text)]), owners: [arena]))
  }
}
