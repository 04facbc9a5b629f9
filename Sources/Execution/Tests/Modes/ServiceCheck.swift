import Columns
import Dataflow
import Diagnosing
import Engine
import Planning
import Semantics
import Synchronization

/// Holds a service to the meaning of its batch: whatever calls its rows come in, together they are answered, and
/// write, what the batch gives. Where an operator looks at more than one row, each call gives what its own rows give
/// as a batch.
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
    for arrangement in arrangements {
      do throws(RunFailure) {
        let given = try await calls(rows, arrangement)
        let difference =
          areDealtOut
          ? try await difference(of: given, from: rows, arrangement)
          : try await firstDifference(of: given, from: rows, arrangement)
        if let difference { return .different(difference) }
      } catch {
        return .failed(error, arrangement)
      }
    }
    return .same
  }

  // MARK: What is given

  private var requestNode: Node? {
    graph.nodes.first { node in
      if case .source = node.operation { node.outputs[0].bound == .request } else { false }
    }
  }

  private var requestName: String? {
    guard case .source(let source)? = requestNode?.operation else { return nil }
    return source.name
  }

  /// The rows of the request.
  private var request: Batch {
    guard let node = requestNode, let requestName else { return Batch(count: 0, columns: []) }
    let element = node.outputs[0].element
    return givens[requestName]?.allRows
      ?? Batch(elements: .absent(ColumnType(element), count: 0), of: element)
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

  /// What a batch of these rows gives, by output.
  private func batch(_ rows: Batch) async throws(RunFailure) -> [Batch] {
    let graph = graph.bounded.writingReplies
    var sources = tables
    if let requestName { sources[requestName] = GivenSource(rows: rows) }
    var sinks: [String: KeptRows] = [:]
    for case .sink(let sink) in graph.nodes.map(\.operation) { sinks[sink.name] = KeptRows() }
    try await BatchRun(graph: graph, parameters: parameters, sources: sources, sinks: sinks, options: options)
      .run(progress: RunProgress(graph: graph)).discard()
    return outputs.map { sinks[$0.name]?.rows?.tagged(nil) ?? $0.noRows }
  }

  /// What each call gives, by output.
  private func calls(
    _ rows: Batch, _ arrangement: CallArrangement
  ) async throws(RunFailure) -> [Result<[Batch], RunFailure>] {
    let service = try PreparedService(
      graph: graph, parameters: parameters, sources: tables, options: options,
      progress: RunProgress(graph: graph))
    try await service.load()
    let queue = CallQueue(arrangement)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<arrangement.atOnce { group.addTask { await queue.work(service, rows) } }
    }
    return queue.results.map { result in result.map { rows in outputs.map { $0.rows(of: rows) } } }
  }

  // MARK: Differences

  /// Between a batch of all rows and all calls together.
  private func difference(
    of given: [Result<[Batch], RunFailure>], from rows: Batch, _ arrangement: CallArrangement
  ) async throws(RunFailure) -> Difference? {
    var calls: [[Batch]] = []
    for result in given { calls.append(try result.get()) }
    let together = outputs.enumerated().map { place, output in
      let found = calls.map { $0[place] }.filter { $0.count > 0 }
      return found.isEmpty ? output.noRows : .concatenated(found)
    }
    return difference(try await batch(rows), together, nil, arrangement)
  }

  /// Between each call and a batch of its rows.
  private func firstDifference(
    of given: [Result<[Batch], RunFailure>], from rows: Batch, _ arrangement: CallArrangement
  ) async throws(RunFailure) -> Difference? {
    for (call, result) in given.enumerated() {
      let expected: [Batch]
      do throws(RunFailure) {
        expected = try await batch(rows.gathered(Buffer(arrangement.calls[call])))
      } catch {
        // Rows that a batch of them refuses, a call may refuse, too.
        if case .failure = result { continue }
        throw error
      }
      if let difference = difference(expected, try result.get(), call, arrangement) { return difference }
    }
    return nil
  }

  private func difference(
    _ expected: [Batch], _ found: [Batch], _ call: Int?, _ arrangement: CallArrangement
  ) -> Difference? {
    for (place, output) in outputs.enumerated() {
      let rows = RowDifference(
        output.element, expected: expected[place].elements(of: output.element),
        found: found[place].elements(of: output.element), isOrdered: output.isOrdered)
      if let rows { return Difference(output: output.name, rows: rows, call: call, arrangement: arrangement) }
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
      return ModeFindings(test, graph, mode: "service", help: arrangement.text).failures(failure)
    case .different(let difference):
      let seed = difference.arrangement.seed.map { " --seed \($0)" } ?? ""
      let help = "\(difference.arrangement.text); `thalweg test --modes\(seed)` shows it again"
      return ModeFindings(test, graph, mode: "service", help: help).difference(
        difference.rows, of: difference.output,
        at: difference.call.map { "in call \($0 + 1)" } ?? "in all calls together")
    }
  }
}
