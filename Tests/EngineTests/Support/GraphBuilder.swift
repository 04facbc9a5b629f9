import Dataflow
import Diagnosing
import Semantics
import Synchronization
import Syntax

@testable import Engine

private let places = Atomic<UInt32>(0)

/// A place of its own for everything that has one.
func freshSpan() -> Span {
  let place = places.wrappingAdd(1, ordering: .relaxed).newValue
  return Span(FileID(0), place, place + 1)
}

private let locals = Atomic<Int>(0)

func freshLocal(_ name: String, _ type: Type) -> Local {
  Local(id: locals.wrappingAdd(1, ordering: .relaxed).newValue, name: name, type: type)
}

func rowType(_ fields: KeyValuePairs<String, Type>) -> Type {
  .row(RowType(names: fields.map(\.key), types: fields.map(\.value)))
}

// MARK: Expressions

extension TypedExpression {
  init(_ kind: Kind, _ type: Type) { self.init(kind, type, freshSpan()) }

  static func local(_ local: Local) -> TypedExpression { TypedExpression(.local(local), local.type) }
  static func int(_ value: Int64) -> TypedExpression { TypedExpression(.literal(.int(value)), .int) }
  static func float(_ value: Double) -> TypedExpression { TypedExpression(.literal(.float(value)), .float) }
  static func text(_ value: String) -> TypedExpression { TypedExpression(.literal(.string(value)), .string) }

  /// The field of a record or row.
  subscript(name: String) -> TypedExpression {
    guard let index = type.fieldNames.firstIndex(of: name) else { fatalError("no field \(name)") }
    return TypedExpression(.field(self, index), type.fieldTypes[index])
  }

  /// The field of an optional record or row: `r?.name`.
  func optional(_ name: String) -> TypedExpression {
    guard case .optional(let inner) = type else { fatalError("not optional") }
    let present = freshLocal("present", inner)
    let field = TypedExpression.local(present)[name]
    if case .optional = field.type { return ifPresent(present, field) }
    return ifPresent(present, TypedExpression(.some(field), .optional(field.type)))
  }

  private func ifPresent(_ local: Local, _ value: TypedExpression) -> TypedExpression {
    TypedExpression(
      .ifPresent(
        local, self, then: value, otherwise: TypedExpression(.literal(.none), value.type)), value.type)
  }

  func binary(_ symbol: TypedOperator, _ other: TypedExpression, _ type: Type) -> TypedExpression {
    TypedExpression(.binary(symbol, self, other), type)
  }
  static func + (a: Self, b: Self) -> Self { a.binary(.add, b, a.type) }
  static func * (a: Self, b: Self) -> Self { a.binary(.multiply, b, a.type) }
  static func / (a: Self, b: Self) -> Self { a.binary(.divide, b, a.type) }
  static func % (a: Self, b: Self) -> Self { a.binary(.remainder, b, a.type) }
  func equals(_ other: Self) -> Self { binary(.equal, other, .bool) }
  func isLess(_ other: Self) -> Self { binary(.less, other, .bool) }

  static func construct(_ type: Type, _ fields: [TypedExpression]) -> TypedExpression {
    TypedExpression(.construct(fields), type)
  }
}

/// A lambda of one parameter.
func lambda(_ element: Type, _ body: (TypedExpression) -> TypedExpression) -> TypedLambda {
  let local = freshLocal("x", element)
  return TypedLambda(parameters: [local], body: body(.local(local)))
}

/// A lambda that makes a row of named expressions.
func rowLambda(_ element: Type, _ fields: (TypedExpression) -> KeyValuePairs<String, TypedExpression>)
  -> TypedLambda
{
  lambda(element) { row(fields($0)) }
}

func row(_ fields: KeyValuePairs<String, TypedExpression>) -> TypedExpression {
  .construct(
    .row(RowType(names: fields.map(\.key), types: fields.map(\.value.type))), fields.map(\.value))
}

// MARK: Graphs

/// Builds a graph, a node at a time.
struct GraphBuilder {
  var nodes: [Dataflow.Node] = []
  var parameters: [GraphParameter] = []

  func element(_ edge: Edge) -> Type { nodes[edge.node].outputs[edge.port].element }

  mutating func add(_ operation: Operation, _ inputs: [Edge], _ outputs: [Type]) -> Edge {
    nodes.append(
      Dataflow.Node(
        name: "node.\(nodes.count)", operation: operation, inputs: inputs,
        outputs: outputs.map { FlowType(.table, $0) }, span: freshSpan()))
    return Edge(nodes.count - 1)
  }

  private static let connector = Connector.stdin(.jsonLines(JSONLinesOptions()))

  mutating func source(_ name: String, _ element: Type) -> Edge {
    add(.source(SourceOperation(name: name, connector: Self.connector)), [], [element])
  }

  mutating func sink(_ name: String, _ flow: Edge, ordered: Bool = false) {
    _ = add(
      .sink(SinkOperation(name: name, connector: Self.connector, isOrdered: ordered)), [flow], [])
  }

  mutating func map(_ flow: Edge, _ body: (TypedExpression) -> KeyValuePairs<String, TypedExpression>)
    -> Edge
  {
    let lambda = rowLambda(element(flow), body)
    return add(.map(lambda), [flow], [lambda.body.type])
  }

  mutating func filter(_ flow: Edge, _ body: (TypedExpression) -> TypedExpression) -> Edge {
    add(.filter(lambda(element(flow), body)), [flow], [element(flow)])
  }

  mutating func union(_ a: Edge, _ b: Edge) -> Edge { add(.union, [a, b], [element(a)]) }

  mutating func distinct(_ flow: Edge, by: ((TypedExpression) -> TypedExpression)? = nil) -> Edge {
    add(.distinct(DistinctOperation(by: by.map { lambda(element(flow), $0) })), [flow], [element(flow)])
  }

  mutating func sort(_ flow: Edge, _ keys: [(desc: Bool, (TypedExpression) -> TypedExpression)]) -> Edge {
    let element = element(flow)
    return add(
      .sort(keys.map { SortKey(key: lambda(element, $0.1), isDescending: $0.desc) }), [flow], [element])
  }

  mutating func limit(_ flow: Edge, _ count: Int64) -> Edge {
    add(.limit(.int(count)), [flow], [element(flow)])
  }

  mutating func top(
    _ flow: Edge, _ count: Int64, group: ((TypedExpression) -> TypedExpression)? = nil,
    keepsTies: Bool = false,
    by keys: [(desc: Bool, (TypedExpression) -> TypedExpression)]
  ) -> Edge {
    let element = element(flow)
    return add(
      .top(
        TopOperation(
          group: group.map { lambda(element, $0) }, count: .int(count),
          keys: keys.map { SortKey(key: lambda(element, $0.1), isDescending: $0.desc) },
          keepsTies: keepsTies)), [flow], [element])
  }

  mutating func join(
    _ kind: JoinOperation.Kind, _ left: Edge, _ right: Edge,
    on: [(left: (TypedExpression) -> TypedExpression, right: (TypedExpression) -> TypedExpression)],
    where residual: ((TypedExpression, TypedExpression) -> TypedExpression)? = nil,
    select: ((TypedExpression, TypedExpression) -> KeyValuePairs<String, TypedExpression>)? = nil
  ) -> Edge {
    let leftLocal = freshLocal("l", element(left))
    let rightLocal = freshLocal("r", element(right))
    var selection: TypedLambda?
    if let select {
      let l = freshLocal("l", element(left))
      let r = freshLocal("r", kind == .left ? .optional(element(right)) : element(right))
      selection = TypedLambda(parameters: [l, r], body: row(select(.local(l), .local(r))))
    }
    let operation = JoinOperation(
      kind: kind, left: leftLocal, right: rightLocal,
      equalities: on.map { ($0.left(.local(leftLocal)), $0.right(.local(rightLocal))) },
      residual: residual?(.local(leftLocal), .local(rightLocal)), select: selection)
    return add(.join(operation), [left, right], [selection?.body.type ?? element(left)])
  }

  /// `calls` gives name, function, argument, constant, filters and the type of the result.
  mutating func aggregate(
    _ flow: Edge, by key: ((TypedExpression) -> TypedExpression)?, _ calls: [Call]
  ) -> Edge {
    let operation = aggregation(flow, by: key, calls)
    return add(.aggregate(operation), [flow], [operation.result.type])
  }

  func aggregation(
    _ flow: Edge, by key: ((TypedExpression) -> TypedExpression)?, _ calls: [Call],
    result: (([Local]) -> TypedExpression)? = nil
  ) -> AggregateOperation {
    let element = element(flow)
    let keyLambda = key.map { lambda(element, $0) }
    let keyLocal = keyLambda.map { freshLocal("key", $0.body.type) }
    let compiled = calls.map { call in
      AggregateCall(
        function: call.function, argument: call.argument.map { lambda(element, $0) },
        constant: call.constant, filters: call.filters.map { lambda(element, $0) },
        local: freshLocal(call.name, call.type), span: freshSpan())
    }
    let locals = [keyLocal].compactMap { $0 } + compiled.map(\.local)
    let body =
      result?(locals)
      ?? .construct(
        .row(RowType(names: locals.map(\.name), types: locals.map(\.type))), locals.map { .local($0) })
    return AggregateOperation(key: keyLambda, keyLocal: keyLocal, calls: compiled, result: body)
  }

  struct Call {
    let name: String
    let function: AggregateFunction
    let type: Type
    var argument: ((TypedExpression) -> TypedExpression)?
    var constant: TypedExpression?
    var filters: [(TypedExpression) -> TypedExpression] = []

    init(
      _ name: String, _ function: AggregateFunction, _ type: Type,
      constant: TypedExpression? = nil, filters: [(TypedExpression) -> TypedExpression] = [],
      _ argument: ((TypedExpression) -> TypedExpression)? = nil
    ) {
      self.name = name
      self.function = function
      self.type = type
      self.argument = argument
      self.constant = constant
      self.filters = filters
    }
  }

  var graph: Graph { Graph(name: "test", documentation: nil, parameters: parameters, nodes: nodes) }
}
