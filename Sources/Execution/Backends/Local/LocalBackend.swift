import Dataflow
import Diagnosing
import Engine
import Foundation
import JobStore
import Planning
import Semantics
import Tasks

/// Runs plans here and now, in this process.
public struct LocalBackend: ExecutionBackend {
  /// Threads that work.
  private let workers: Int

  /// A backend that uses `workers` threads; as many as there are cores unless told otherwise.
  public init(workers: Int = ProcessInfo.processInfo.activeProcessorCount) { self.workers = workers }

  /// Batches, streams and services over files, tables and the standard streams.
  public var capabilities: BackendCapabilities {
    BackendCapabilities(
      backend: "local", modes: [.batch, .stream, .service],
      connectors: ["csv", "http", "jsonl", "kafka", "postgres", "stdin", "stdout", "synthetic"],
      operators: [
        "map", "filter", "flat_map", "try_map", "union", "distinct", "join", "left_join", "semi_join",
        "anti_join", "aggregate", "top", "sort", "limit", "sample", "split", "check", "discard", "faults",
        "timed",
        "window",
        "scan", "latest", "rolling", "reply", "hash", "single", "to_list", "task",
      ],
      tasks: ["command", "container", "http", "python"],
      sinkOptions: [
        "csv": ["publish"], "jsonl": ["publish"], "kafka": ["append", "upsert", "publish"],
        "postgres": ["append", "replace(by:)", "upsert", "delete", "publish"], "stdout": ["publish"],
      ], features: [.eventTime, .jobs, .loops, .failingPasses, .runLimits])
  }

  /// What of it runs in a test, in memory: no tasks.
  var inMemory: BackendCapabilities {
    BackendCapabilities(
      backend: capabilities.backend, modes: capabilities.modes, connectors: capabilities.connectors,
      operators: capabilities.operators, sinkOptions: capabilities.sinkOptions,
      features: capabilities.features)
  }

  /// Between two tries of a run, in microseconds.
  private static let backoff: ClosedRange<Int64> = 1_000_000...300_000_000

  /// Runs to the end. A batch that fails is begun anew as often as it says, unless an external task may have been done
  /// then; a submitted one is made ready again by the store, for any worker.
  public func run(
    _ request: RunRequest, recordedIn store: any RunStore, observer: any RunObserver
  ) async throws(StoreError) -> RunOutcome {
    var request = request
    var outcome = try await attempt(request, recordedIn: store, observer)
    let tries = request.lease == nil && request.graph.mode == .batch ? request.graph.run.retry ?? 0 : 0
    var backoff = Backoff(Self.backoff)
    for number in 0..<tries {
      guard outcome.state == .failed, outcome.recording == nil else { break }
      if request.graph.hasExternalTasks {
        observer.warn("it is not begun anew: a task of it is external, and may have been done")
        break
      }
      let reason = outcome.diagnostics.first { $0.severity == .error }?.message ?? "it failed"
      observer.warn("try \(number + 1) of \(tries + 1): \(reason)")
      do { try await Task.sleep(for: backoff.next()) } catch { break }
      request.resuming = outcome.id
      outcome = try await attempt(request, recordedIn: store, observer)
    }
    return outcome
  }

  private func attempt(
    _ request: RunRequest, recordedIn store: any RunStore, _ observer: any RunObserver
  ) async throws(StoreError) -> RunOutcome {
    let (events, inbox) = AsyncStream.makeStream(of: LocalRun.Event.self)
    // A task of its own is not cancelled with the caller: the end must be recorded all the same.
    let task = Task { () -> Result<RunOutcome, StoreError> in
      var run = LocalRun(request, store, observer, workers: workers, inbox: inbox)
      do throws(StoreError) { return .success(try await run.run(events)) } catch { return .failure(error) }
    }
    let result = await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      inbox.yield(.cancel)
    }
    return try result.get()
  }
}

extension Graph {
  fileprivate var hasExternalTasks: Bool {
    nodes.contains { node in
      if case .task(let call) = node.operation, case .external = call.task.effect { true } else { false }
    }
  }
}
