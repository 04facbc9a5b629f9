import Artifacts
import Columns
import Dataflow
import Diagnosing
import Engine
import Foundation
import Planning
import Semantics
import Tasks

/// Does one shard of a stage, from the contents of an artifact store to others.
struct FragmentRun: Sendable {
  let request: RunRequest
  let work: FragmentWork
  let secrets: @Sendable (String) -> String
  /// Where what is read and written lies meanwhile.
  let folder: String

  func run() async throws(TaskFailure) -> FragmentResult {
    let stages = ShardedStages(request.graph, jobs: request.plan.jobs).stages
    guard stages.indices.contains(work.stage), stages[work.stage].reads.count == work.inputs.count else {
      throw TaskFailure("can't be done by a worker: it has another program")
    }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      return try await run(stages[work.stage], from: try request.artifacts())
    } catch let failure as TaskFailure {
      throw failure
    } catch RunFailure.cancelled {
      throw .cancelled
    } catch let problem as Connections.Problem {
      throw TaskFailure("can't be done by a worker: \(problem.diagnostic.message)")
    } catch {
      throw TaskFailure("can't be done by a worker: \(error)")
    }
  }

  private func run(
    _ stage: ShardedStages.Stage, from artifacts: any ArtifactStore
  ) async throws -> FragmentResult {
    let values = try request.arguments.columns()
    let constants = ExpressionCompiler(parameters: values, secrets: secrets)
    // Of the whole: what nobody needs is not even read.
    let connections = try Connections(
      request.graph, in: request.folder, constants: constants, outputs: StagedOutputs())
    var incoming: [GraphSlice.Input: String] = [:]
    var sources = connections.sources
    for (number, (read, names)) in zip(stage.reads, work.inputs).enumerated() {
      incoming[GraphSlice.Input(node: read.node, input: read.input)] = "read \(number)"
      sources["read \(number)"] = try await ShardRows(names, from: artifacts, in: folder)
    }
    var parts: [Int: SourceShard] = [:]
    for index in stage.nodes {
      guard case .source(let source) = request.graph.nodes[index].operation, let all = sources[source.name]
      else { continue }
      let part = SourceShard(all, shard: work.shard, of: work.shards)
      parts[index] = part
      sources[source.name] = part
    }
    var sinks: [String: any RowSink] = [:]
    var written: [[String]] = []
    for (number, write) in stage.writes.enumerated() {
      let output = request.graph.nodes[write.edge.node].outputs[write.edge.port]
      var shards: RowShards?
      if case .hash(let key) = write.partition {
        shards = RowShards(by: key, of: output.element, count: work.shards, constants: constants)
      }
      let paths = (0..<(shards?.count ?? 1)).map { "\(folder)/write-\(number)-\($0)" }
      sinks["write \(number)"] = ShardFiles(paths: paths, shards: shards)
      written.append(paths)
    }
    let slice = GraphSlice(
      request.graph, stage.nodes, incoming: incoming,
      outgoing: stage.writes.enumerated().map { ($1.edge, "write \($0)") })
    var options = RunOptions(workers: 1)
    options.secrets = secrets
    let progress = RunProgress(graph: slice.graph)
    var result = FragmentResult()
    do throws(RunFailure) {
      let staged = try await BatchRun(
        graph: slice.graph,
        parameters: Dictionary(uniqueKeysWithValues: values.map { ($0.local.id, $0.value) }),
        sources: sources, sinks: sinks, options: options
      ).run(progress: progress)
      try staged.publish()
    } catch {
      guard let failure = FragmentResult.Failure(error, slice.origins) else { throw error }
      result.failure = failure
      return result
    }
    for (place, origin) in slice.origins.enumerated() {
      if let origin { result.nodes[origin] = progress[place] }
    }
    for (index, part) in parts { result.extents[index] = part.extent }
    for paths in written {
      var names: [String?] = []
      for path in paths {
        names.append(
          FileManager.default.fileExists(atPath: path) ? try await artifacts.put(path).text : nil)
      }
      result.outputs.append(names)
    }
    return result
  }
}
