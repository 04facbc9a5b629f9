import Dataflow
import Diagnosing
import Planning
@testable import Semantics

/// Builds graphs node by node, as lowering would.
struct GraphBuilder {
  var nodes: [Node] = []
  private var nextLocal = 0
  /// Every span starts here: what a comment above the pipeline would move.
  var offset: UInt32 = 0

  init(offset: UInt32 = 0, firstLocal: Int = 0) {
    self.offset = offset
    nextLocal = firstLocal
  }

  var span: Span { Span(FileID(0), offset + UInt32(nodes.count), offset + UInt32(nodes.count) + 1) }

  mutating func local(_ name: String, _ type: Type) -> Local {
    nextLocal += 1
    return Local(id: nextLocal, name: name, type: type)
  }

  func text(_ value: String) -> TypedExpression { TypedExpression(.literal(.string(value)), .string, span) }

  func int(_ value: Int64) -> TypedExpression { TypedExpression(.literal(.int(value)), .int, span) }

  func use(_ local: Local) -> TypedExpression { TypedExpression(.local(local), local.type, span) }

  func field(_ local: Local, _ name: String) -> TypedExpression {
    guard case .record(let record) = local.type,
      let index = record.fields.firstIndex(where: { $0.name == name })
    else { return TypedExpression(.error, .error, span) }
    return TypedExpression(.field(use(local), index), record.fields[index].type, span)
  }

  mutating func lambda(_ name: String, _ type: Type, _ body: (GraphBuilder, Local) -> TypedExpression)
    -> TypedLambda
  {
    let local = local(name, type)
    return TypedLambda(parameters: [local], body: body(self, local))
  }

  mutating func add(_ name: String, _ operation: Operation, _ inputs: [Edge] = [], _ element: Type?...)
    -> Edge
  {
    nodes.append(
      Node(
        name: name, operation: operation, inputs: inputs,
        outputs: element.compactMap { $0 }.map { FlowType(.table, $0) }, span: span))
    return Edge(nodes.count - 1)
  }

  mutating func source(_ name: String, _ path: TypedExpression, _ element: Type) -> Edge {
    add(name, .source(SourceOperation(name: name, connector: .csv(path: path, CSVOptions()))), [], element)
  }

  mutating func sink(_ name: String, _ connector: Connector, _ input: Edge) -> Edge {
    add(name, .sink(SinkOperation(name: name, connector: connector, isOrdered: false)), [input])
  }

  func graph(_ name: String, _ parameters: [GraphParameter] = []) -> Graph {
    Graph(name: name, documentation: nil, parameters: parameters, nodes: nodes)
  }
}

/// A record made for a test; a field is its name and type.
func record(_ name: String, _ fields: KeyValuePairs<String, Type>) -> Type {
  let span = Span(FileID(0), 0, 0)
  let record = RecordType(name: name, span: span)
  record.fields = fields.map { Field(name: $0.key, type: $0.value, column: $0.key, span: span) }
  return .record(record)
}

enum SampleGraphs {
  static let flight = record("Flight", ["carrier": .string, "origin": .string, "delay": .optional(.int)])
  static let weather = record("Weather", ["origin": .string, "wind": .float])
  static let delays = record("Delays", ["carrier": .string, "flights": .int, "p90": .optional(.int)])

  /// Flights joined with the weather, delays by carrier, sorted, checked, and written twice.
  static func flights(
    offset: UInt32 = 0, firstLocal: Int = 0, limit: Int64 = 300, path: String = "data/weather.csv"
  ) -> Graph {
    var build = GraphBuilder(offset: offset, firstLocal: firstLocal)
    let month = build.local("month", .string)
    let flightsPath = TypedExpression(
      .interpolation([build.text("data/flights-"), build.use(month), build.text(".csv")]), .string, build.span
    )
    let flights = build.source("flights", flightsPath, flight)
    let weather = build.source("weather", build.text(path), weather)
    let on = build.lambda("f", flight) { build, flight in
      TypedExpression(
        .binary(
          .greater,
          TypedExpression(
            .ifPresent(
              Local(id: 900, name: "x", type: .int), build.field(flight, "delay"),
              then: build.use(Local(id: 900, name: "x", type: .int)), otherwise: build.int(0)), .int,
            build.span),
          build.int(limit)), .bool, build.span)
    }
    let late = build.add("late.filter.1", .filter(on), [flights], flight)
    let left = build.local("f", flight)
    let right = build.local("w", Self.weather)
    let select = TypedLambda(parameters: [left, right], body: build.use(left))
    let joined = build.add(
      "late.join.1",
      .join(
        JoinOperation(
          kind: .inner, left: left, right: right,
          equalities: [(build.field(left, "origin"), build.field(right, "origin"))], residual: nil,
          select: select)),
      [late, weather], flight)
    let key = build.lambda("f", flight) { $0.field($1, "carrier") }
    let keyLocal = build.local("key", .string)
    let count = build.local("count", .int)
    let ninth = build.local("p90", .optional(.int))
    let delay = build.lambda("f", flight) { $0.field($1, "delay") }
    let groups = build.add(
      "by_carrier.aggregate.1",
      .aggregate(
        AggregateOperation(
          key: key, keyLocal: keyLocal,
          calls: [
            AggregateCall(
              function: .count, argument: nil, constant: nil, filters: [], local: count, span: build.span),
            AggregateCall(
              function: .quantile, argument: delay,
              constant: TypedExpression(.literal(.float(0.9)), .float, build.span), filters: [], local: ninth,
              span: build.span),
          ],
          result: TypedExpression(
            .construct([build.use(keyLocal), build.use(count), build.use(ninth)]), delays, build.span))),
      [joined], delays)
    let byFlights = build.lambda("r", delays) { $0.field($1, "flights") }
    let sorted = build.add(
      "by_carrier.sort.1", .sort([SortKey(key: byFlights, isDescending: true)]), [groups], delays)
    let unique = build.lambda("r", delays) { $0.field($1, "carrier") }
    _ = build.add(
      "by_carrier.check.1",
      .check([
        CheckOperation(
          condition: .rows(min: build.int(1), max: nil), warns: false, description: "rows(min: 1)",
          span: build.span),
        CheckOperation(
          condition: .unique(unique), warns: true, description: "unique(r -> r.carrier)", span: build.span),
      ]), [sorted])
    _ = build.sink("report", .stdout(.table), sorted)
    _ = build.sink("file", .csv(path: build.text("out/delays.csv"), CSVOptions()), sorted)
    let parameter = GraphParameter(local: month, defaultValue: build.text("2013-01"))
    return build.graph("delays", [parameter])
  }
}
