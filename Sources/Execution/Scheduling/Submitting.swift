import Compiler
import Dataflow
import Diagnosing
import Foundation
import Hashing
import JobStore
import Planning
import Semantics

extension CompiledFile {
  /// Hands a planned run to the workers of a queue, with the texts of its program as they are now.
  /// - Parameter profile: The one that was named.
  /// - Throws: A `Refusal` where no worker could run it; a `StoreError`.
  public func submit(
    _ pipeline: RunnablePipeline, under profile: String?, to queue: RunQueue
  ) async throws -> RunID {
    guard pipeline.graph.mode == .batch else {
      throw Refusal(
        .backendLacks, "a \(pipeline.graph.mode.rawValue) can't be submitted yet", at: file, of: invocation,
        label: "no batch", help: "`thalweg run` runs it here")
    }
    try pipeline.refuse(where: LocalBackend().capabilities)
    var generator = SystemRandomNumberGenerator()
    let id = RunID.make(pipeline: pipeline.graph.name, using: &generator)
    let run = RunRecord(
      id: id, pipeline: pipeline.graph.name, file: shown, parameters: pipeline.arguments.json.compact,
      planHash: pipeline.plan.hash, mode: pipeline.graph.mode.rawValue, backend: RunQueue.backend,
      owner: .current, created: .now)
    let files = ProgramBundle(compilation.sources, program: shown).json
    try await queue.submit(
      run, jobs: pipeline.plan.jobs.map { JobRecord(id: $0.id, name: $0.name) },
      plan: PlanRecord(hash: pipeline.plan.hash, json: pipeline.plan.json.compact),
      RunQueue.Submission(
        program: SHA256Hash.hex(files), files: files,
        arguments: JSONValue.object(pipeline.arguments.given.map { ($0, .string($1)) }).compact,
        folder: URL(fileURLWithPath: pipeline.folder).standardizedFileURL.path, profile: profile))
    return id
  }
}
