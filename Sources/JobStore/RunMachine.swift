/// How far a run is.
public enum RunState: String, Hashable, Sendable, CaseIterable {
  case planned, running, succeeded, failed, cancelled
  /// A stream that was told to stop, with all it holds kept.
  case stopped

  /// Whether nothing more will happen, short of a stream that is resumed.
  public var isFinal: Bool { self != .planned && self != .running }

  /// Whether a stream that is so far may be resumed.
  public var isResumable: Bool { self == .stopped || self == .failed || self == .cancelled }
}

/// How far a job, or one try of it, is.
public enum JobState: String, Hashable, Sendable, CaseIterable {
  case waiting, running, succeeded, failed, cancelled, stopped
  /// There was nothing to do: it is in a branch that was not taken.
  case skipped

  /// Whether nothing more will happen, short of another try.
  public var isFinal: Bool { self != .waiting && self != .running }
}

/// The life of a run and its jobs, as a value: it is told what happened and answers with what is to be done.
/// It does no IO and knows no clock.
/// ```
///                  start                outputs staged                 published
///   ┌─────────┐          ┌─────────┐                  ┌────────────┐             ┌───────────┐
///   │ planned ├─────────>│ running ├─────────────────>│ publishing ├────────────>│ succeeded │
///   └────┬────┘          └─┬─────┬─┘                  └──────┬─────┘             └───────────┘
///        │ cancel   cancel │     │ a job failed,      failed │
///        v                 v     v the owner is lost         v
///   ┌─────────────────────────┐ ┌──────────────────────────────┐
///   │        cancelled        │ │            failed            │
///   └─────────────────────────┘ └──────────────────────────────┘
///
///   a stream:  running ──> stopped  (told to stop, with a savepoint)
///              stopped, failed, cancelled ──> planned  (resumed: by the store, for another machine)
///
///   a job:   waiting ──> running ──> succeeded
///               │           ├──────> failed        (its run fails)
///               ├───────────┼──────> cancelled     (its run failed or was cancelled)
///               ├───────────┴──────> stopped       (its run was stopped)
///               └──────────────────> skipped       (in a branch that is not taken)
/// ```
/// `publishing` is shown as `running`: once it has begun a run can't be cancelled, only finish. What is told
/// after a run has ended changes nothing.
public struct RunMachine: Sendable {
  /// What happened.
  public enum Event: Hashable, Sendable {
    case start
    case jobStarted(Int)
    case jobFinished(Int)
    /// There is nothing to do.
    case jobSkipped(Int)
    /// All jobs are done, all checks passed, all outputs staged.
    case staged
    /// The outputs are visible.
    case published
    /// With the job that is to blame, where it is known.
    case failed(job: Int?, RunError)
    case cancel
    /// The stream has made a savepoint, from which it may go on.
    case stopped
    /// The process that ran it is gone.
    case lost(RunError)
  }

  /// What is to be done.
  public enum Action: Hashable, Sendable {
    case record(RunState, RunError?)
    case recordJob(Int, JobState, RunError?)
    /// Tell the jobs that are under way to stop.
    case stop
    case publish
    /// Remove staged outputs.
    case discard
  }

  /// How far the run is.
  public private(set) var state: RunState = .planned
  /// How far each job is, in the plan's order.
  public private(set) var jobs: [JobState]
  private var isPublishing = false

  /// A planned run of as many jobs.
  public init(jobs count: Int) { jobs = Array(repeating: .waiting, count: count) }

  /// A run as it was recorded.
  public init(state: RunState, jobs: [JobState]) {
    self.state = state
    self.jobs = jobs
  }

  /// Takes in what happened. Jobs are given by their position.
  public mutating func handle(_ event: Event) -> [Action] {
    guard !state.isFinal else { return [] }
    switch event {
    case .start:
      guard state == .planned else { return [] }
      state = .running
      return [.record(.running, nil)]
    case .jobStarted(let job): return move(job, to: .running, from: [.waiting])
    case .jobFinished(let job): return finish(job)
    case .jobSkipped(let job): return move(job, to: .skipped, from: [.waiting])
    case .staged:
      guard state == .running, !isPublishing else { return [] }
      isPublishing = true
      return jobs.indices.flatMap { finish($0) } + [.publish]
    case .published:
      guard isPublishing else { return [] }
      state = .succeeded
      return [.record(.succeeded, nil)]
    case .failed(let job, let error):
      let blamed = job.map { jobs[$0].isFinal ? [] : start($0) + end($0, as: .failed, error) } ?? []
      return [.stop] + blamed + close(as: .failed, error) + [.discard]
    case .cancel:
      guard !isPublishing else { return [] }
      return [.stop] + close(as: .cancelled, nil) + [.discard]
    case .stopped:
      guard state == .running else { return [] }
      return close(as: .stopped, nil)
    case .lost(let error): return close(as: .failed, error)
    }
  }

  /// Ends the run, and the jobs that have not ended.
  private mutating func close(as final: RunState, _ error: RunError?) -> [Action] {
    let rest: JobState = final == .stopped ? .stopped : .cancelled
    let closed = jobs.indices.filter { !jobs[$0].isFinal }.flatMap { end($0, as: rest, nil) }
    state = final
    return closed + [.record(final, error)]
  }

  private mutating func start(_ job: Int) -> [Action] { move(job, to: .running, from: [.waiting]) }

  private mutating func finish(_ job: Int) -> [Action] {
    start(job) + move(job, to: .succeeded, from: [.running])
  }

  private mutating func end(_ job: Int, as final: JobState, _ error: RunError?) -> [Action] {
    jobs[job] = final
    return [.recordJob(job, final, error)]
  }

  private mutating func move(_ job: Int, to next: JobState, from states: Set<JobState>) -> [Action] {
    guard state == .running, states.contains(jobs[job]) else { return [] }
    jobs[job] = next
    return [.recordJob(job, next, nil)]
  }
}
