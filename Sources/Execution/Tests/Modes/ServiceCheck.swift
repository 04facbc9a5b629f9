import Columns
import Dataflow
import Diagnosing
import Engine
import Planning
import Semantics
import Synchronization

/// Holds a service to the meaning of its batch: whatever calls its rows come in, together they are answered, and
/// write, what the batch gives. Where an operator looks at more than one row, each call has all of them.
struct ServiceCheck {
  /// The first thing that differs.
  struct Difference: Sendable {
    /// The reply or sink, as the program says it.
    let output: String
    /// What was expected, and what came.
    let rows: RowDifference
    /// Nil where all calls together were compared.
    let call: Int?
    let arrangement: CallArrangement
  }

  /// How a check ended.
  enum Outcome: Sendable {
    case same
    case different(Difference)
    /// Calls fail where the batch does not.
    case failed(RunFailure, CallArrangement)
  }

  /// The pipeline, its sources and sinks in memory.
  let graph: Graph
  let parameters: [Int: Column]
  /// What is given for each source.
  let givens: [String: any RowSource]
  /// How operators are made; a test of this check puts a wrong one in.
  var options = Engine.RunOptions(workers: 1)

  /// Tries all rows at once, one by one, and the arrangements of the seeds.
  func run(_ seeds: [UInt64]) async -> Outcome {
    let rows = request
    let areDealtOut = graph.answersRowByRow
    var arrangements = [CallArrangement.whole(rows.count)]
    if rows.count > 0 {
      if areDealtOut { arrangements.append(.single(rows.count)) }
      arrangements += seeds.map { CallArrangement(seed: $0, rows: rows.count, areDealtOut: areDealtOut) }
    }
    do throws(RunFailure) {
      let expected = try await batch()
      for arrangement in arrangements {
        let given: [[Batch]]
        do throws(RunFailure) { given = try await calls(rows, arrangement) } catch {
          return .failed(error, arrangement)
        }
        if let difference = difference(expected, given, arrangement, areDealtOut) {
          return .different(difference)
        }
      }
      return .same
    } catch {
      return .failed(error, arrangements[0])
    }
  }

  // MARK: What is given

  /// The rows of the request.
  private var request: Batch {
    for node in graph.nodes {
      guard case .source(let source) = node.operation, node.outputs[0].bound == .request else { continue }
      let element = node.outputs[0].element
      return givens[source.name]?.allRows
        ?? Batch(elements: .absent(ColumnType(element), count: 0), of: element)
    }
    return Batch(count: 0, columns: [])
  }

  private var tables: [String: any RowSource] {
    var tables: [String: any RowSource] = [:]
    for node in graph.nodes {
      guard case .source(let source) = node.operation, node.outputs[0].bound != .request else { continue }
      tables[source.name] = givens[source.name]
    }
    return tables
  }

  // MARK: What comes out

  /// What calls give rows to: a reply or a sink.
  private struct Output {
    let operation: Operation
    let element: Type
    let isOrdered: Bool

    var name: String {
      switch operation {
      case .reply(let reply): reply.sinkName
      case .sink(let sink): sink.name
      default: ""
      }
    }

    var noRows: Batch { Batch(elements: .absent(ColumnType(element), count: 0), of: element) }

    /// Its rows of a call.
    func rows(of result: CallResult) -> Batch {
      let rows: Batch? =
        switch operation {
        case .reply(let reply): result.replies.first { $0.status == reply.status }?.rows
        case .sink(let sink): result.written.first { $0.sink == sink.name }?.rows
        default: nil
        }
      return rows?.tagged(nil) ?? noRows
    }
  }

  private var outputs: [Output] {
    zip(graph.nodes, graph.dependsOnCalls).compactMap { node, depends in
      guard depends, let input = node.inputs.first else { return nil }
      let element = graph.nodes[input.node].outputs[input.port].element
      switch node.operation {
      case .reply(let reply):
        return Output(operation: node.operation, element: element, isOrdered: reply.isOrdered)
      case .sink(let sink):
        return Output(operation: node.operation, element: element, isOrdered: sink.isOrdered)
      default: return nil
      }
    }
  }

  /// What a batch gives, by output.
  private func batch() async throws(RunFailure) -> [Batch] {
    let graph = graph.bounded.writingReplies
    var sinks: [String: CapturedSink] = [:]
    for case .sink(let sink) in graph.nodes.map(\.operation) { sinks[sink.name] = CapturedSink() }
    try await BatchRun(graph: graph, parameters: parameters, sources: givens, sinks: sinks, options: options)
      .run(progress: RunProgress(graph: graph)).discard()
    return outputs.map { sinks[$0.name]?.rows?.tagged(nil) ?? $0.noRows }
  }

  /// What each call gives, by output.
  private func calls(_ rows: Batch, _ arrangement: CallArrangement) async throws(RunFailure) -> [[Batch]] {
    let service = try PreparedService(
      graph: graph, parameters: parameters, sources: tables, options: options,
      progress: RunProgress(graph: graph))
    try await service.load()
    let queue = CallQueue(arrangement)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<arrangement.atOnce { group.addTask { await queue.work(service, rows) } }
    }
    var given: [[Batch]] = []
    for result in queue.results {
      let rows = try result.get()
      given.append(outputs.map { $0.rows(of: rows) })
    }
    return given
  }

  private func difference(
    _ expected: [Batch], _ given: [[Batch]], _ arrangement: CallArrangement, _ areDealtOut: Bool
  ) -> Difference? {
    for (place, output) in outputs.enumerated() {
      func compare(_ found: Batch, call: Int?) -> Difference? {
        RowDifference(
          output.element, expected: expected[place].elements(of: output.element),
          found: found.elements(of: output.element), isOrdered: output.isOrdered
        ).map { Difference(output: output.name, rows: $0, call: call, arrangement: arrangement) }
      }
      if areDealtOut {
        let found = given.map { $0[place] }.filter { $0.count > 0 }
        if let difference = compare(found.isEmpty ? output.noRows : .concatenated(found), call: nil) {
          return difference
        }
      } else {
        for (call, found) in given.enumerated() {
          if let difference = compare(found[place], call: call) { return difference }
        }
      }
    }
    return nil
  }
}

/// The calls of an arrangement: who has time makes the next.
private final class CallQueue: Sendable {
  private struct State {
    var next = 0
    var results: [Result<CallResult, RunFailure>?]
  }

  private let arrangement: CallArrangement
  private let state: Mutex<State>

  init(_ arrangement: CallArrangement) {
    self.arrangement = arrangement
    state = Mutex(State(results: Array(repeating: nil, count: arrangement.calls.count)))
  }

  /// What came of each call, when all are over.
  var results: [Result<CallResult, RunFailure>] { state.withLock { $0.results.compactMap(\.self) } }

  private func next() -> Int? {
    state.withLock { state in
      guard state.next < arrangement.calls.count else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  /// Makes calls until there are none.
  func work(_ service: PreparedService, _ rows: Batch) async {
    while let call = next() {
      let result: Result<CallResult, RunFailure>
      do throws(RunFailure) {
        if call == arrangement.rereading { try await service.load() }
        result = .success(try service.call(rows.gathered(Buffer(arrangement.calls[call]))))
      } catch {
        result = .failure(error)
      }
      state.withLock { $0.results[call] = result }
    }
  }
}

extension Graph {
  /// Whether each record of a call is answered, and writes, as if it had come alone.
  fileprivate var answersRowByRow: Bool {
    let dependsOnCalls = dependsOnCalls
    return zip(nodes, dependsOnCalls).allSatisfy { node, depends in
      guard depends else { return true }
      switch node.operation {
      case .source, .sink, .reply, .faults, .discard, .map, .filter, .flatMap, .tryMap, .union, .sample,
        .split:
        return true
      case .join(let join):
        guard join.time == nil else { return false }
        let sides = node.inputs.map { dependsOnCalls[$0.node] }
        return sides == [true, false] || sides == [false, true] && join.kind == .inner
      case .check(let checks):
        return checks.allSatisfy { check in
          if case .every(_, atLeast: nil) = check.condition { true } else { check.warns }
        }
      default: return false
      }
    }
  }

  /// The graph with a sink in place of each reply.
  fileprivate var writingReplies: Graph {
    var graph = self
    graph.nodes = nodes.map { node in
      guard case .reply(let reply) = node.operation else { return node }
      return Node(
        name: node.name,
        operation: .sink(
          SinkOperation(
            name: reply.sinkName, connector: .stdout(.jsonLines(JSONLinesOptions())),
            isOrdered: reply.isOrdered)),
        inputs: node.inputs, outputs: node.outputs, span: node.span)
    }
    return graph
  }
}

extension ReplyOperation {
  /// The statement; no sink is called so.
  fileprivate var sinkName: String { status == 200 ? "reply" : "reply status \(status)" }
}

extension ServiceCheck.Outcome {
  /// What a test tells of it.
  func failures(of test: CheckedTest, _ graph: Graph) -> [TestFailure] {
    switch self {
    case .same: return []
    case .failed(let failure, let arrangement):
      let findings = RunDiagnostics(graph: graph, plan: Plan(graph)).findings(failure).diagnostics
      return findings.map { finding in
        TestFailure(
          Diagnostic(
            finding.code, "as a service: \(finding.message)", at: finding.span, label: finding.label,
            labels: finding.labels, help: arrangement.text))
      }
    case .different(let difference):
      var text = DifferenceText(difference.rows)
      let place = difference.call.map { "call \($0 + 1)" } ?? "all calls together"
      let seed = difference.arrangement.seed.map { " --seed \($0)" } ?? ""
      var failure = TestFailure(
        Diagnostic(
          .modesDiffer, "`\(difference.output)` has other rows as a service than as a batch, in \(place)",
          at: test.span, label: text.summary,
          help: "\(difference.arrangement.text); `thalweg test --modes\(seed)` shows it again"))
      failure.difference = "    (- as a batch, + as a service)\n" + text.lines()
      return [failure]
    }
  }
}
