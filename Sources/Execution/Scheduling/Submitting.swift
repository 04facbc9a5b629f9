import Compiler
import Dataflow
import Diagnosing
import Foundation
import Hashing
import JobStore
import Planning
import Semantics
import Settings

extension CompiledFile {
  /// Hands a planned run to the workers of a queue, with the texts of its program as they are now.
  /// - Parameters:
  ///   - profile: The one that was named.
  ///   - priority: Before what was submitted so many minutes earlier.
  /// - Throws: A `Refusal` where no worker could run it; a `StoreError`.
  public func submit(
    _ pipeline: RunnablePipeline, under profile: String?, to queue: RunQueue, priority: Int?
  ) async throws -> RunID {
    try refuseToSubmit(pipeline)
    var generator = SystemRandomNumberGenerator()
    let id = RunID.make(pipeline: pipeline.graph.name, using: &generator)
    let (run, terms) = (record(of: id, pipeline), pipeline.terms(priority: priority))
    let submission = submission(of: pipeline, given: pipeline.arguments.given, under: profile)
    for attempt in 1... {
      do throws(StoreError) {
        try await queue.submit(
          run, jobs: pipeline.jobRecords, plan: pipeline.planRecord, submission, terms)
        break
      } catch {
        switch error {
        // The answer to a former attempt was lost.
        case .duplicate where attempt > 1: return id
        case _ where error.isPassing && attempt < Self.mostAttempts: try await Task.sleep(for: Self.pause)
        default: throw error
        }
      }
    }
    return id
  }

  /// Refuses what no worker could run.
  func refuseToSubmit(_ pipeline: RunnablePipeline) throws(Refusal) {
    guard pipeline.graph.mode == .batch else {
      throw Refusal(
        .backendLacks, "a \(pipeline.graph.mode.rawValue) can't be submitted yet", at: file, of: invocation,
        label: "no batch", help: "`thalweg run` runs it here")
    }
    try pipeline.refuse(where: LocalBackend().capabilities, isSubmitted: true)
  }

  private static let mostAttempts = 4
  /// Between two attempts to reach the store.
  private static let pause = Duration.milliseconds(300)

  func record(of id: RunID, _ pipeline: RunnablePipeline) -> RunRecord {
    RunRecord(
      id: id, namespace: pipeline.namespace, pipeline: pipeline.graph.name, file: shown,
      parameters: pipeline.arguments.json.compact, planHash: pipeline.plan.hash,
      mode: pipeline.graph.mode.rawValue, backend: RunQueue.backend, owner: .current, created: .now)
  }

  /// What workers get.
  func submission(
    of pipeline: RunnablePipeline, given: [String: String], under profile: String?
  ) -> RunQueue.Submission {
    let files = ProgramBundle(compilation.sources, program: shown).json
    return RunQueue.Submission(
      program: SHA256Hash.hex(files), files: files,
      arguments: JSONValue.object(given.map { ($0, .string($1)) }).compact,
      folder: URL(fileURLWithPath: pipeline.folder).standardizedFileURL.path, profile: profile,
      retries: pipeline.graph.run.retry ?? 0)
  }
}

extension RunnablePipeline {
  var jobRecords: [JobRecord] { plan.jobs.map { JobRecord(id: $0.id, name: $0.name) } }

  var planRecord: PlanRecord { PlanRecord(hash: plan.hash, json: plan.json.compact) }

  /// What `run batch { ... }` and the profile's pool say, unless another priority was named.
  func terms(priority: Int?) -> RunQueue.Terms {
    var caps: [Cap] = []
    if let concurrency = graph.run.concurrency {
      let value = concurrency.parameter.map { name in
        " \(name)=\(Self.short(arguments.arguments.first { $0.parameter.name == name }?.text ?? ""))"
      }
      caps.append(Cap(key: "concurrency of \(graph.name)\(value ?? "")", size: concurrency.size))
    }
    if let rate = graph.run.rate {
      caps.append(Cap(key: "rate of \(graph.name)", size: rate.size, period: rate.period))
    }
    // Whoever waits for a slot of the pool holds those before it, never the reverse: others want the pool, too.
    let pool = project.flatMap { project in
      project.settings.pools.first { $0.name.value == project.profile?.pool?.value }
    }
    if let pool { caps.append(Cap(key: "pool \(pool.name.value)", size: pool.slots)) }
    return RunQueue.Terms(
      priority: priority ?? graph.run.priority ?? 0, tags: pool?.tags.map(\.value) ?? [], caps: caps)
  }

  /// A value as it may stand in an index.
  private static func short(_ text: String) -> String {
    text.utf8.count <= 200 ? text : SHA256Hash.hex(text)
  }
}
