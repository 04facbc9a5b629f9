import Artifacts
import Dataflow
import Diagnosing
import Foundation
import JobStore
import Planning
import Tasks

/// Somewhere to run plans.
public protocol ExecutionBackend: Sendable {
  /// What it can do.
  var capabilities: BackendCapabilities { get }

  /// Runs to the end, and records it in `store`. When the calling task is cancelled, the run is.
  /// - Throws: Where the run can't be recorded; then nothing has run.
  func run(
    _ request: RunRequest, recordedIn store: any RunStore, observer: any RunObserver
  ) async throws(StoreError) -> RunOutcome
}

/// What is to run.
public struct RunRequest: Sendable {
  /// The file that declares the pipeline, as it was named.
  public let file: String
  /// The folder that the program's paths are relative to.
  public let folder: String
  /// Whose the run is, where users share a database.
  public let namespace: String
  /// The pipeline.
  public let graph: Graph
  /// Its plan.
  public let plan: Plan
  /// The values of its parameters.
  public let arguments: PipelineArguments
  /// Where its secrets are.
  public let secrets: Secrets
  /// Where the files that its tasks write are kept.
  public let artifacts: @Sendable () throws -> any ArtifactStore
  /// The texts that the graph's spans point into.
  public let sources: SourceMap
  /// The run that goes on where it stopped; nil for one that begins.
  public var resuming: RunID?
  /// The lease under which a worker runs it. Others may go on with the run, which only the store knows: it is waited
  /// for where it can't be asked, before anything becomes visible and at the end.
  public let lease: Int64?
  /// Whether it is to begin nothing more for now.
  public let pause: PauseSwitch

  /// Who has calls of tasks made by other workers; nil where the run's own process makes them all.
  var dispatcher: (any CallDispatcher)?
  /// Follows what its tasks write for people.
  var logs: (any LogWatcher)?

  /// Makes a request.
  public init(
    file: String, folder: String, namespace: String = RunRecord.defaultNamespace, graph: Graph, plan: Plan,
    arguments: PipelineArguments, secrets: Secrets,
    artifacts: @escaping @Sendable () throws -> any ArtifactStore, sources: SourceMap,
    resuming: RunID? = nil, lease: Int64? = nil, pause: PauseSwitch = PauseSwitch()
  ) {
    self.resuming = resuming
    self.lease = lease
    self.pause = pause
    self.file = file
    self.folder = folder
    self.namespace = namespace
    self.graph = graph
    self.plan = plan
    self.arguments = arguments
    self.secrets = secrets
    self.artifacts = artifacts
    self.sources = sources
  }
}

extension RunRequest {
  /// Where tasks begin to work, as a path that is the same everywhere.
  var projectFolder: String {
    URL(fileURLWithPath: folder.isEmpty ? "." : folder).standardizedFileURL.path
  }
}

/// How a run ended.
public struct RunOutcome: Sendable {
  /// The run's name.
  public let id: RunID
  /// One of the final states.
  public let state: RunState
  /// Why it failed, and what its checks warn of.
  public let diagnostics: [Diagnostic]
  /// What each job did.
  public let snapshot: RunSnapshot
  /// Why the end could not be recorded.
  public let recording: StoreError?
}

/// Is told how a run goes on.
public protocol RunObserver: Sendable {
  /// Called many times a second, by one task at a time.
  func observe(_ snapshot: RunSnapshot)
  /// Called once, before anything becomes visible or the run ends otherwise: what is drawn must go.
  func finish()
  /// Something is amiss, and the run goes on. Any thread may call it.
  func warn(_ message: String)
}

extension RunObserver {
  /// Nobody is told.
  public func warn(_ message: String) {}
}

/// How far a run is, at one moment.
public struct RunSnapshot: Hashable, Sendable {
  /// One job.
  public struct Job: Hashable, Sendable {
    /// The job's stable name.
    public let name: String
    /// How far it is.
    public var state: JobState
    /// Rows that came in: from other jobs, or read from sources.
    public var rowsIn: Int64
    /// Rows that went out: to other jobs, or written to sinks.
    public var rowsOut: Int64
    /// Microseconds of work, over all threads.
    public var busy: Int64
    /// The share of its sources' bytes that is read, where their size is known.
    public var fraction: Double?
  }
  /// In the plan's order.
  public var jobs: [Job]
  /// Rows read from sources.
  public var rowsIn: Int64
  /// Rows written to sinks.
  public var rowsOut: Int64
  /// Seconds since the run began.
  public var elapsed: Double
  /// What a stream is about.
  public var stream: Stream?
}
