import Artifacts
import Columns
import Dataflow
import Engine
import Foundation
import Hashing
import JobStore
import Planning
import Tasks

/// A batch whose stages other workers do, shard by shard; what is left is done here, from what they gave.
struct ShardedRun: Sendable {
  let graph: Graph
  let stages: ShardedStages
  let shards: Int
  /// What is left runs as this one would.
  let whole: BatchRun
  let dispatcher: any CallDispatcher
  let journal: CallJournal
  let artifacts: any ArtifactStore
  let places: WorkPlaces
  let pause: PauseSwitch

  /// What stages have written: by stage and shard, for each write, and each shard that reads it.
  private typealias Written = [[FragmentResult]]

  /// Runs to the end, as `BatchRun` does.
  func run(progress: RunProgress) async throws(RunFailure) -> StagedRun {
    let folder = places.shard("results")
    // Of a former process of the same run, which left it in the middle.
    try? FileManager.default.removeItem(atPath: folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var written: Written = []
    for (number, stage) in stages.stages.enumerated() {
      for node in stage.nodes { progress.begin(node) }
      let results = try await run(number, stage, written, progress)
      for node in stage.nodes { progress.finish(node) }
      written.append(results)
    }
    var incoming: [GraphSlice.Input: String] = [:]
    var sources = whole.sources
    for node in stages.rest {
      for (input, edge) in graph.nodes[node].inputs.enumerated() {
        guard let (stage, write) = stages.results[edge] else { continue }
        let name = "result \(edge.node) \(edge.port)"
        incoming[GraphSlice.Input(node: node, input: input)] = name
        if sources[name] != nil { continue }
        let contents = written[stage].compactMap { $0.outputs[write][0] }
        do throws(TaskFailure) {
          sources[name] = try await ShardRows(contents, from: artifacts, in: folder)
        } catch { throw .work(node: edge.node, error: error) }
      }
    }
    let slice = GraphSlice(graph, stages.rest, incoming: incoming)
    let rest = BatchRun(
      graph: slice.graph, parameters: whole.parameters, sources: sources, sinks: whole.sinks,
      options: whole.options)
    do throws(RunFailure) {
      let staged = try await rest.run(progress: RunProgress(partOf: progress, nodes: slice.origins))
      for node in stages.rest { progress.finish(node) }
      return staged
    } catch {
      throw error.inWhole(slice.origins)
    }
  }

  // MARK: Stages

  private func run(
    _ number: Int, _ stage: ShardedStages.Stage, _ written: Written, _ progress: RunProgress
  ) async throws(RunFailure) -> [FragmentResult] {
    let ended = await withTaskGroup(of: (shard: Int, result: Result<FragmentResult, TaskFailure>).self) {
      group in
      for shard in 0..<shards {
        let work = FragmentWork(
          stage: number, shard: shard, shards: shards,
          inputs: stage.reads.map { Self.contents(of: $0, for: shard, written) })
        group.addTask { (shard, await call(work)) }
      }
      var ended: [Int: Result<FragmentResult, TaskFailure>] = [:]
      for await (shard, result) in group {
        ended[shard] = result
        if case .success(let result) = result {
          for (node, done) in result.nodes { progress.add(done, at: node) }
        } else {
          // Nothing of the others is of any use.
          group.cancelAll()
        }
      }
      return ended
    }
    var results: [FragmentResult] = []
    var failure: TaskFailure?
    for shard in 0..<shards {
      switch ended[shard] {
      case .success(let result): results.append(result)
      case .failure(let other): failure = failure.map { $0.isCancellation ? other : $0 } ?? other
      case nil: break
      }
    }
    // The same one however the shards came to their ends.
    if let failure = results.lazy.compactMap(\.failure).first { throw failure.failure }
    if let failure {
      throw failure.isCancellation ? .cancelled : .work(node: stage.nodes[0], error: failure)
    }
    for node in stage.nodes where Set(results.map { $0.extents[node] }).count > 1 {
      throw .work(
        node: node,
        error: TaskFailure(
          "was not the same for all who read it",
          help: "see that its files don't change while the run reads them, and that all workers have the same"
        ))
    }
    return results
  }

  /// What a shard reads.
  private static func contents(
    of read: ShardedStages.Read, for shard: Int, _ written: Written
  ) -> [String] {
    let outputs = written[read.stage].map { $0.outputs[read.write] }
    return switch read.spread {
    case .own: [outputs[shard][0]].compactMap(\.self)
    case .keyed: outputs.compactMap { $0[shard] }
    case .whole: outputs.compactMap { $0[0] }
    }
  }

  private func call(_ work: FragmentWork) async -> Result<FragmentResult, TaskFailure> {
    let name = "stage \(work.stage + 1), shard \(work.shard + 1) of \(work.shards)"
    let sent = OfferedWork.fragment(work).json
    let input = SHA256Hash.hex(sent)
    do throws(TaskFailure) {
      let former = journal.known[name].flatMap { $0.input == input ? $0 : nil }
      if let json = former?.value, let result = try? FragmentResult(json: json), await isKept(result) {
        return .success(result)
      }
      do { try await pause.wait() } catch { throw .cancelled }
      let offer = CallQueue.Offer(name: name, input: input, attempt: (former?.attempt ?? 0) + 1, work: sent)
      let json = try await dispatcher.dispatch(offer, mayRepeat: true)
      guard let result = try? FragmentResult(json: json) else {
        throw TaskFailure("has told what can't be read", help: "run workers of one version")
      }
      if result.failure == nil {
        await journal.commit(
          CallRecord(name: name, input: input, attempt: offer.attempt, state: .succeeded, value: json))
      }
      await dispatcher.settle(name)
      return .success(result)
    } catch {
      if !error.isCancellation { await dispatcher.settle(name) }
      return .failure(error)
    }
  }

  private func isKept(_ result: FragmentResult) async -> Bool {
    for name in result.outputs.joined().compactMap(\.self) {
      guard let content = Artifact(name), (try? await artifacts.contains(content)) ?? false else {
        return false
      }
    }
    return true
  }
}
