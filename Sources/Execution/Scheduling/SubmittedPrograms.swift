import Diagnosing
import Foundation
import JobStore
import Planning

/// The programs of submitted runs, checked again from the texts that came with them: each once, for all of its runs and
/// calls.
actor SubmittedPrograms {
  /// A pipeline with its arguments, and its texts under the names that they had where it was submitted.
  struct Loaded: Sendable {
    let pipeline: RunnablePipeline
    let sources: SourceMap
  }

  /// So many are kept.
  private static let most = 64

  private let queue: RunQueue
  private var kept: [Key: Task<Loaded, any Error>] = [:]
  /// The one that was used longest ago first.
  private var order: [Key] = []

  private struct Key: Hashable {
    let program: String
    let profile: String?
    let arguments: String
    let pipeline: String
    let plan: String
    let fireTime: Moment?
  }

  init(_ queue: RunQueue) { self.queue = queue }

  /// The pipeline of a run, which must make the very plan that was submitted.
  func load(_ run: RunRecord, _ submission: RunQueue.Submission) async throws -> Loaded {
    let key = Key(
      program: submission.program, profile: submission.profile, arguments: submission.arguments,
      pipeline: run.pipeline, plan: run.planHash, fireTime: submission.fireTime)
    order.removeAll { $0 == key }
    order.append(key)
    if order.count > Self.most { kept[order.removeFirst()] = nil }
    let loading = kept[key] ?? Task { [queue] in try await Self.load(run, submission, queue) }
    kept[key] = loading
    do { return try await loading.value } catch {
      // It may have been the store.
      kept[key] = nil
      throw error
    }
  }

  private static func load(
    _ run: RunRecord, _ submission: RunQueue.Submission, _ queue: RunQueue
  ) async throws -> Loaded {
    let folder = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let files =
      submission.files.isEmpty ? try await Self.files(of: submission.program, queue) : submission.files
    let (program, names) = try ProgramBundle(json: files).unpack(into: folder)
    let given = try JSONDecoder().decode([String: String].self, from: Data(submission.arguments.utf8))
    do throws(Refusal) {
      let pipeline = try await pipeline(of: program, run, submission, given)
      try pipeline.refuse(where: LocalBackend().capabilities, isSubmitted: true)
      return Loaded(pipeline: pipeline, sources: pipeline.sources.showing(names))
    } catch {
      throw Refusal(error.diagnostics, error.sources.showing(names))
    }
  }

  private static func pipeline(
    of program: String, _ run: RunRecord, _ submission: RunQueue.Submission, _ given: [String: String]
  ) async throws(Refusal) -> RunnablePipeline {
    let worker = Invocation(["worker"])
    let compiled = try await CompiledFile(program, under: submission.profile, worker)
    // Its plan is that of the time, by whatever version has come to run it.
    if let time = submission.fireTime { return try compiled.scheduled(run.pipeline, at: time) }
    let pipeline = try compiled.pipeline(
      run.pipeline, given: given.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }, isPartial: false)
    guard pipeline.plan.hash == run.planHash else {
      throw Refusal(
        .backendLacks, "this worker makes another plan of the program than the one that was submitted",
        at: "worker", of: worker, label: "is of another version",
        help: "run workers of the version that submits")
    }
    return pipeline
  }

  /// A store that is away is waited for: it is no reason for a call to fail.
  private static func files(of program: String, _ queue: RunQueue) async throws -> String {
    while true {
      do throws(StoreError) { return try await queue.files(of: program) ?? "" } catch {
        guard error.isPassing else { throw error }
        try await Task.sleep(for: .milliseconds(500))
      }
    }
  }
}

extension SourceMap {
  /// With the files' own names by their paths.
  fileprivate func showing(_ names: [String: String]) -> SourceMap {
    renamed { path in names[URL(fileURLWithPath: path).standardizedFileURL.path] ?? path }
  }
}
