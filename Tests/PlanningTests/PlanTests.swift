import Dataflow
import Diagnosing
import Foundation
import Planning
@testable import Semantics
import Testing

@Suite struct PlanTests {
  @Test(arguments: ["txt", "json", "dot", "mmd", "svg"])
  func drawsThePlan(_ kind: String) throws {
    let plan = Plan(SampleGraphs.flights())
    let actual =
      switch kind {
      case "txt": plan.text
      case "json": plan.json.indented + "\n"
      case "dot": plan.dot
      case "mmd": plan.mermaid
      default: plan.svg
      }
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
      path: "Goldens/flights.\(kind)")
    if ProcessInfo.processInfo.environment["THALWEG_BLESS"] != nil {
      try Data(actual.utf8).write(to: url)
      return
    }
    let expected = try String(contentsOf: url, encoding: .utf8)
    #expect(actual == expected)
  }

  @Test func fusesRowWiseOperatorsAndCutsAtExchanges() {
    let plan = Plan(SampleGraphs.flights())
    #expect(plan.jobs.map(\.name) == ["weather", "flights", "by_carrier.aggregate.1", "by_carrier.sort.1"])
    #expect(plan.jobs.map(\.nodes) == [[1], [0, 2, 3], [4], [5, 6, 7, 8]])
    #expect(plan.jobs.map(\.dependencies) == [[], [1], [2], [3]])
    #expect(plan.jobs[1].inputs.map(\.kind) == [.broadcast])
    #expect(plan.jobs[2].inputs.map(\.kind) == [.hash("f.carrier")])
  }

  @Test func joinsAFlowWithItsOwnGroupsInAJobOfItsOwn() {
    var build = GraphBuilder()
    let flights = build.source("flights", build.text("a.csv"), SampleGraphs.flight)
    let unique = build.add(
      "u.distinct.1", .distinct(DistinctOperation(by: nil)), [flights], SampleGraphs.flight)
    for right in [unique, flights] {
      let left = build.local("l", SampleGraphs.flight)
      let other = build.local("r", SampleGraphs.flight)
      let join = JoinOperation(
        kind: .semi, left: left, right: other,
        equalities: [(build.field(left, "origin"), build.field(other, "origin"))], residual: nil, select: nil)
      let joined = build.add(
        "j\(right.node).semi_join.1", .join(join), [flights, right], SampleGraphs.flight)
      _ = build.sink("out\(right.node)", .stdout(.jsonLines(JSONLinesOptions())), joined)
    }
    let plan = Plan(build.graph("p"))
    #expect(plan.jobs.map(\.nodes) == [[0], [1], [2, 3], [4, 5]])
    #expect(plan.jobs.map(\.dependencies) == [[], [1], [1, 2], [1]])
    #expect(plan.jobs[2].inputs.map(\.kind) == [.forward, .broadcast])
  }

  @Test func plansEveryNodeOnceAndInputsFirst() {
    let graph = SampleGraphs.flights()
    let plan = Plan(graph)
    #expect(plan.jobs.flatMap(\.nodes).sorted() == Array(graph.nodes.indices))
    for job in plan.jobs {
      #expect(job.dependencies.allSatisfy { $0 < job.id })
      #expect(plan.job(job.id).name == job.name)
    }
  }

  @Test func saysWhatTheOutputsPromiseAtLeast() {
    let plan = Plan(SampleGraphs.flights())
    #expect(plan.promise == .atLeastOnce)
    #expect(plan.sinks.map(\.promise) == [.atLeastOnce, .transactional])
  }

  @Test func hashesWhatThePlanDoesAndNothingElse() {
    let hash = Plan(SampleGraphs.flights()).hash
    #expect(hash.count == 64)
    #expect(Plan(SampleGraphs.flights(offset: 500)).hash == hash)
    #expect(Plan(SampleGraphs.flights(firstLocal: 77)).hash == hash)
    #expect(Plan(SampleGraphs.flights(limit: 301)).hash != hash)
    #expect(Plan(SampleGraphs.flights(path: "data/other.csv")).hash != hash)
  }
}

@Suite struct CapabilityTests {
  private let all = BackendCapabilities(
    backend: "local", modes: [.batch], connectors: ["csv", "jsonl", "stdin", "stdout"],
    operators: Set(SampleGraphs.flights().nodes.map(\.operation.name)))

  @Test func acceptsWhatItCanRun() {
    #expect(all.refusals(SampleGraphs.flights()).isEmpty)
  }

  @Test func refusesAConnectorOutOfReach() {
    let far = BackendCapabilities(
      backend: "far", modes: [.batch], connectors: ["csv"], operators: all.operators)
    let refusals = far.refusals(SampleGraphs.flights())
    #expect(refusals.map(\.code.text) == ["C818"])
    #expect(refusals[0].message == "the backend `far` can't reach `stdout`, which `report` needs")
  }

  @Test func refusesAnOperatorItHasNot() {
    let plain = BackendCapabilities(
      backend: "plain", modes: [.batch], connectors: all.connectors,
      operators: all.operators.subtracting(["filter"]))
    let refusals = plain.refusals(SampleGraphs.flights())
    #expect(refusals.map(\.message) == ["the backend `plain` does not run `filter` yet"])
  }

  @Test func refusesAWayOfWritingItHasNot() {
    var build = GraphBuilder()
    let flights = build.source("flights", build.text("flights.csv"), SampleGraphs.flight)
    let sink = SinkOperation(
      name: "out", connector: .csv(path: build.text("out.csv"), CSVOptions()), isOrdered: false,
      write: .append,
      publishesAlways: true)
    _ = build.add("out", .sink(sink), [flights])
    #expect(
      all.refusals(build.graph("p")).map(\.message) == [
        "the backend `local` can't publish before the checks yet",
        "the backend `local` can't write with `append` yet",
      ])
    let more = BackendCapabilities(
      backend: "more", modes: [.batch], connectors: all.connectors, operators: all.operators,
      sinkOptions: ["csv": ["publish"]])
    #expect(
      more.refusals(build.graph("p")).map(\.message) == ["the backend `more` can't write with `append` yet"])
  }

  @Test func refusesWhatAnExpressionNeedsAlsoInAFunction() {
    var build = GraphBuilder()
    let row = record("Row", ["text": .string])
    func hash(_ value: TypedExpression) -> TypedExpression {
      let key = TypedExpression(.secret("k"), .secret(.string), value.span)
      return TypedExpression(.builtin(.hash, [value, key], []), .string, value.span)
    }
    let text = build.local("text", .string)
    let function = TypedFunction(
      name: "hashed", parameters: [text], defaults: [nil], result: .string, isFallible: false,
      span: build.span)
    function.body = hash(build.use(text))
    let lambda = build.lambda("r", row) { build, row in
      TypedExpression(.call(function, [build.field(row, "text")]), .string, build.span)
    }
    let rows = build.source("rows", build.text("rows.csv"), row)
    let hashed = build.add("out.map.1", .map(lambda), [rows], .string)
    _ = build.sink("out", .csv(path: hash(build.text("x")), CSVOptions()), hashed)
    let backend = BackendCapabilities(
      backend: "plain", modes: [.batch], connectors: ["csv"], operators: ["map"])
    let found = backend.refusals(build.graph("p")).map(\.message)
    #expect(Set(found) == ["the backend `plain` does not run `hash` yet"])
  }

  /// A node for each thing that needs more than its operator, with the words of the refusal.
  @Test func refusesWhatNodesNeedBesidesTheirOperators() {
    var build = GraphBuilder()
    let flights = build.source("flights", build.text("flights.csv"), SampleGraphs.flight)
    _ = build.add(
      "d.distinct.1", .distinct(DistinctOperation(by: nil, within: build.int(1))), [flights],
      SampleGraphs.flight)
    let names = ["distinct"]
    let plain = BackendCapabilities(
      backend: "plain", modes: [.batch], connectors: ["csv"], operators: Set(names))
    #expect(
      plain.refusals(build.graph("p")).map(\.message) == [
        "the backend `plain` does not run event time yet"
      ])
    let able = BackendCapabilities(
      backend: "able", modes: [.batch], connectors: ["csv"], operators: Set(names),
      features: [.eventTime])
    #expect(able.refusals(build.graph("p")).isEmpty)
  }

  @Test func refusesJobsAndTheirValues() {
    var build = GraphBuilder()
    let flights = build.source("flights", build.text("flights.csv"), SampleGraphs.flight)
    let local = build.local("only", SampleGraphs.flight)
    build.nodes.append(
      Node(
        name: "only.single.1", operation: .single, inputs: [flights], outputs: [], value: local,
        span: build.span))
    let plain = BackendCapabilities(
      backend: "plain", modes: [.batch], connectors: ["csv"], operators: ["single"])
    #expect(
      plain.refusals(build.graph("p")).map(\.message) == [
        "the backend `plain` does not run values of jobs and `if` yet"
      ])
  }

  @Test func refusesAModeItDoesNotRun() {
    let streams = BackendCapabilities(
      backend: "s", modes: [.stream], connectors: all.connectors, operators: all.operators)
    let refusals = streams.refusals(SampleGraphs.flights())
    #expect(refusals.map(\.message) == ["the backend `s` runs no batch plans"])
    #expect(refusals.map(\.code.text) == ["C818"])
  }
}
