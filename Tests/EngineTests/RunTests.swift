import Columns
import Dataflow
import Semantics
import Synchronization
import Testing

@testable import Engine

private let element = rowType(["id": .int, "group": .string, "amount": .optional(.int)])

@Suite struct Runs {
  @Test(arguments: Drive.all.indices)
  func `a row that does not decode fails the run at its place, and nothing is published`(index: Int)
    async throws
  {
    var builder = GraphBuilder()
    let flow = builder.source("rows", element)
    builder.sink("out", flow)
    builder.sink("count", builder.aggregate(flow, by: nil, [.init("count", .count, .int)]))
    let run = MemoryRun(
      builder.graph, ["rows": sampleRows(300, seed: 41)], Drive.all[index], failingRow: ("rows", 123))
    guard case .fault(let fault)? = await run.failure() else {
      Issue.record("the run did not fail")
      return
    }
    #expect(fault.position == "memory:124")
    #expect(fault.node == 0)
    #expect(run.sinks.values.allSatisfy { $0.published == nil && $0.isDiscarded })
  }

  @Test(arguments: Drive.all.indices)
  func `an expression that fails stops the run, with the row and the place in the source`(index: Int)
    async throws
  {
    var builder = GraphBuilder()
    let flow = builder.source("rows", element)
    let share = TypedExpression.int(100)
    var division: TypedExpression?
    let mapped = builder.map(flow) { row in
      let quotient = share / (row["id"] % .int(50))
      division = quotient
      return ["share": quotient, "group": row["group"]]
    }
    builder.sink("out", builder.filter(mapped) { $0["share"].isLess(.int(1000)) })
    // Id 0 fails first; whatever the drive, the first failing morsel counts.
    let run = MemoryRun(builder.graph, ["rows": sampleRows(300, seed: 42)], Drive.all[index])
    guard case .fault(let fault)? = await run.failure() else {
      Issue.record("the run did not fail")
      return
    }
    #expect(fault.span == division?.span)
    #expect(fault.operatorName == "node.1")
    #expect(fault.row?.hasPrefix("id: 0, group: \"group number") == true)
    #expect(fault.position == "memory:1")
    #expect(run.sinks["out"]?.published == nil)
    #expect(run.sinks["out"]?.isDiscarded == true)
  }

  @Test func `a sink that can't be written fails the run by its name`() async throws {
    var builder = GraphBuilder()
    builder.sink("out", builder.source("rows", element))
    let run = MemoryRun(builder.graph, ["rows": sampleRows(30, seed: 43)], Drive.all[1])
    run.sinks["out"]?.state.withLock { $0.failsToAppend = true }
    guard case .output(let name, let error)? = await run.failure() else {
      Issue.record("the run did not fail")
      return
    }
    #expect(name == "out")
    #expect(error is MemorySink.Refusal)
  }

  @Test func `nothing is published before the caller says so`() async throws {
    var builder = GraphBuilder()
    builder.sink("out", builder.source("rows", element))
    let run = MemoryRun(builder.graph, ["rows": sampleRows(30, seed: 44)], Drive.all[1])
    let staged = try await run.run.run(progress: run.progress)
    #expect(run.sinks["out"]?.published == nil)
    #expect(staged.outputs.map(\.rows) == [30])
    staged.discard()
    #expect(run.sinks["out"]?.isDiscarded == true)
  }

  /// Gives rows without end, and tells when it has given some.
  private final class Endless: RowSource, MorselReader {
    let element: Type
    let given = Atomic<Int>(0)
    let onThousand: @Sendable () -> Void
    init(_ element: Type, onThousand: @escaping @Sendable () -> Void) {
      self.element = element
      self.onThousand = onThousand
    }
    var size: Int? { nil }
    func open() throws -> any MorselReader { self }
    func next() throws -> (any Morsel)? {
      if given.wrappingAdd(1, ordering: .relaxed).newValue == 1000 { onThousand() }
      return Piece(element: element)
    }
    struct Piece: Morsel {
      let element: Type
      var size: Int { 1 }
      func decode() throws -> Batch { Batch([.row([.int(1), .text("x"), .none])], element) }
    }
  }

  @Test func `cancelling the task stops the run, and nothing is left`() async throws {
    var builder = GraphBuilder()
    let flow = builder.source("rows", element)
    builder.sink("out", flow)
    let graph = builder.graph
    let sink = MemorySink(element)
    let (thousands, continuation) = AsyncStream.makeStream(of: Void.self)
    let source = Endless(element) { continuation.yield() }
    let run = BatchRun(
      graph: graph, parameters: [:], sources: ["rows": source], sinks: ["out": sink],
      options: RunOptions(workers: 2))
    let progress = RunProgress(graph: graph)
    let task = Task { () -> RunFailure? in
      do {
        _ = try await run.run(progress: progress)
        return nil
      } catch { return error as? RunFailure }
    }
    for await _ in thousands { break }
    task.cancel()
    guard case .cancelled? = await task.value else {
      Issue.record("the run was not cancelled")
      return
    }
    #expect(sink.published == nil)
    #expect(sink.isDiscarded)
  }

  @Test(arguments: [1, 2, 4])
  func `morsels under way are bounded whatever the input's length`(workers: Int) async throws {
    var builder = GraphBuilder()
    let flow = builder.source("rows", element)
    builder.sink("out", builder.filter(flow) { $0["id"].isLess(.int(400)) })
    let drive = Drive(workers: workers, morselRows: 1)
    let run = MemoryRun(builder.graph, ["rows": sampleRows(800, seed: 45)], drive)
    let outputs = try await run.outputs()
    #expect(outputs["out"]?.count == 400)
    #expect(run.progress.peakMorselsInFlight <= workers * run.run.options.morselsPerWorker)
  }

  @Test func `progress counts rows in and out of every node`() async throws {
    var builder = GraphBuilder()
    let flow = builder.source("rows", element)
    let filtered = builder.filter(flow) { $0["id"].isLess(.int(10)) }
    builder.sink("out", builder.aggregate(filtered, by: { $0["group"] }, [.init("count", .count, .int)]))
    let run = MemoryRun(builder.graph, ["rows": sampleRows(100, seed: 46)], Drive.all[3])
    let groups = try await run.outputs()["out"]?.count ?? 0
    let nodes = run.progress.nodes
    #expect(nodes[0].rowsOut[0] == 100)
    #expect(nodes[0].bytesRead == 100)
    #expect(nodes[0].bytesTotal == 100)
    #expect(nodes[1].rowsIn == 100)
    #expect(nodes[1].rowsOut[0] == 10)
    #expect(nodes[2].rowsIn == 10)
    #expect(nodes[2].rowsOut[0] == groups)
    #expect(nodes[3].rowsIn == groups)
    #expect(nodes.allSatisfy { $0.hasStarted && $0.isDone })
  }
}

@Suite struct Needed {
  @Test func `a source is asked only for fields that something reads`() {
    var builder = GraphBuilder()
    let wide = rowType(["a": .int, "b": .int, "c": .int, "d": .string, "e": .int])
    let flow = builder.source("rows", wide)
    let filtered = builder.filter(flow) { $0["b"].isLess(.int(1)) }
    let mapped = builder.map(filtered) { ["a": $0["a"], "unread": $0["d"], "computed": $0["e"] + .int(1)] }
    builder.sink("out", builder.map(mapped) { ["a": $0["a"]] })
    // `computed` may overflow, so it is computed though nobody reads it.
    #expect(SourceNeeds(graph: builder.graph)["rows"] == [true, true, false, false, true])
  }

  @Test func `what settles ties is read as a whole`() {
    for kind in 0..<3 {
      var builder = GraphBuilder()
      let wide = rowType(["a": .int, "b": .int, "c": .int])
      var flow = builder.source("rows", wide)
      switch kind {
      case 0: flow = builder.sort(flow, [(desc: false, { $0["a"] })])
      case 1: flow = builder.distinct(flow, by: { $0["a"] })
      default: flow = builder.top(flow, 2, by: [(desc: false, { $0["a"] })])
      }
      builder.sink("out", builder.map(flow) { ["a": $0["a"]] })
      #expect(SourceNeeds(graph: builder.graph)["rows"] == [true, true, true])
    }
  }
}
