import Diagnosing
import JobStore

/// Looks up recorded runs for people, after those whose process is gone have been ended.
public struct RunCatalog: Sendable {
  /// Where a folder keeps the state of its streams, a folder a run.
  public static let states = ".thalweg/state"

  let store: (any RunStore)?
  let invocation: Invocation

  /// The runs of `store`; none where there is no store yet. Findings point at `invocation`.
  public init(_ store: (any RunStore)?, _ invocation: Invocation) {
    self.store = store
    self.invocation = invocation
  }

  /// A run with its jobs, and of a stream the newest of its epochs.
  public struct Entry: Sendable {
    /// The run.
    public let run: RunRecord
    /// Its jobs, in the plan's order.
    public let jobs: [JobRecord]
    /// The newest complete epochs of a stream, in order.
    public var epochs: [EpochRecord] = []
    /// What the operators of a stream had done at the newest epoch, in the plan's order.
    public var operators: [OperatorRecord] = []
    /// Where a submitted run is that has not ended.
    public var standing: RunStanding?

    /// The epoch that the run would go on after, 0 at its beginning; nil where it is not a stream that ended
    /// early.
    public var resumePoint: Int? {
      run.mode == "stream" && run.state.isResumable ? epochs.last?.number ?? 0 : nil
    }
  }

  /// So many epochs are shown.
  private static let shownEpochs = 10

  /// The newest runs first.
  public func list(_ filter: RunFilter) async throws(StoreError) -> [RunRecord] {
    guard let store else { return [] }
    try await Self.rescue(store)
    return try await store.runs(filter)
  }

  /// The run that `name` names: by its id, the beginning of it, or `last`.
  /// - Throws: A `Refusal` where there is no such run, or several; a `StoreError`.
  public func find(_ name: String) async throws -> Entry {
    guard let store else { throw unknown(name, []) }
    try await Self.rescue(store)
    let found =
      if name == "last" {
        try await store.runs(RunFilter(limit: 1))
      } else if let exact = try await store.run(RunID(name)) {
        [exact]
      } else {
        try await store.runs(RunFilter(prefix: name, limit: 6))
      }
    guard found.count == 1, let run = found.first else { throw unknown(name, found) }
    return Entry(
      run: run, jobs: try await store.jobs(of: run.id),
      epochs: try await store.epochs(of: run.id, last: Self.shownEpochs),
      operators: try await store.operators(of: run.id),
      standing: try await (store as? PostgreSQLRunStore)?.standing(of: run.id))
  }

  /// What became of the wish to cancel the run that `name` names.
  /// - Throws: A `Refusal` where it can't be cancelled.
  public func text(of cancellation: RunQueue.Cancellation, _ id: RunID, _ name: String) throws(Refusal)
    -> String
  {
    switch cancellation {
    case .done: return "\(id) is cancelled"
    case .told: return "\(id) is being cancelled by its worker"
    case .ended: throw notCancellable(name, "`\(id)` has ended", "`thalweg runs show \(id)` shows how")
    case .unknown:
      throw notCancellable(
        name, "`\(id)` was not submitted", "it runs where it was started: interrupt it there")
    }
  }

  /// What became of the wish to pause a run.
  /// - Throws: A `Refusal` where it can't be paused.
  public func text(ofPause pausing: RunQueue.Pausing, _ id: RunID, _ name: String) throws(Refusal) -> String {
    switch pausing {
    case .done: return "\(id) is paused"
    case .told: return "\(id) is being paused by its worker"
    default: throw notPausable(pausing, id, name, "can't be paused")
    }
  }

  /// What became of the wish to let a paused run go on.
  /// - Throws: A `Refusal` where it can't be paused.
  public func text(
    ofResumption pausing: RunQueue.Pausing, _ id: RunID, _ name: String
  ) throws(Refusal) -> String {
    switch pausing {
    case .done, .told: return "\(id) goes on"
    default: throw notPausable(pausing, id, name, "can't go on")
    }
  }

  private func notPausable(
    _ pausing: RunQueue.Pausing, _ id: RunID, _ name: String, _ label: String
  ) -> Refusal {
    Refusal(
      .unknownRun, "`\(id)` \(pausing == .ended ? "has ended" : "was not submitted")", at: name,
      of: invocation,
      label: label, help: "`thalweg runs show \(id)` shows what it is")
  }

  /// Of a run that is under way, has succeeded or was not submitted.
  public func notRetriable(_ id: RunID, _ name: String) -> Refusal {
    Refusal(
      .unknownRun, "`\(id)` is no submitted run that has failed or was cancelled", at: name, of: invocation,
      label: "can't be begun anew", help: "`thalweg runs show \(id)` shows what it is")
  }

  private func notCancellable(_ name: String, _ message: String, _ help: String) -> Refusal {
    Refusal(.unknownRun, message, at: name, of: invocation, label: "can't be cancelled", help: help)
  }

  func notResumable(_ name: String, _ message: String, _ help: String) -> Refusal {
    Refusal(.notResumable, message, at: name, of: invocation, label: "can't go on", help: help)
  }

  private func unknown(_ name: String, _ several: [RunRecord]) -> Refusal {
    if several.isEmpty {
      return Refusal(
        .unknownRun, name == "last" ? "there are no runs yet" : "there is no run `\(name)`", at: name,
        of: invocation, label: "not a run",
        help: "`thalweg runs list` lists what there is; what `thalweg db prune` has removed is gone")
    }
    let ids = several.prefix(5).map { "`\($0.id)`" }.joined(separator: ", ")
    return Refusal(
      .unknownRun, "several runs begin with `\(name)`", at: name, of: invocation, label: "not a single run",
      help: "among them \(ids)")
  }

  /// Ends what is lost. Where the store can't be written, or not by this user, the records are shown as they are.
  static func rescue(_ store: any RunStore) async throws(StoreError) {
    do throws(StoreError) {
      try await Rescuer().rescue(in: store, now: .now) { run in
        RunError(lost: "the process that ran it, \(run.owner.process) on `\(run.owner.host)`, is gone")
      }
    } catch .unusable {
    } catch .forbidden {
    } catch {
      throw error
    }
  }
}

extension RunError {
  /// Of a run whose process is gone.
  init(lost message: String) {
    self.init(
      code: Code.lostRun.text, message: message,
      text: "error[\(Code.lostRun)]: \(message)\n  = more: thalweg explain \(Code.lostRun)\n", json: "null")
  }
}

extension StoreError {
  /// The finding that a command shows, pointing at the whole of `invocation`.
  public func refusal(_ invocation: Invocation) -> Refusal {
    let (message, help) = explanation
    return Refusal(.unusableStore, message, at: "", of: invocation, label: "needs it", help: help)
  }

  /// What is the matter, and how to mend it.
  var explanation: (message: String, help: String) {
    switch self {
    case .damaged(let path, let reason):
      ("`\(path)` is no database of runs: \(reason)", "move the file away, and a new one is made")
    case .newer(let path):
      ("`\(path)` was changed by a newer version of Thalweg", "use that version, or another folder")
    case .busy(let path):
      ("`\(path)` is held by another process", "try again when it is done")
    case .unusable(let path, let reason):
      (
        "`\(path)` can't be used: \(reason)",
        "runs are recorded there: make the folder writable, or run elsewhere"
      )
    case .unreachable(let database, let reason):
      (
        "the database of runs, \(database), can't be used: \(reason)",
        "runs are recorded there: mend `\(RunStores.variable)`, or `database` of the profile"
      )
    case .forbidden(let database, let reason):
      (
        "the database of runs, \(database), refuses this: \(reason)",
        "`thalweg db grants` lists roles in namespaces; who owns the tables, or is an admin, gives them with `db grant`"
      )
    case .noDatabase:
      (
        "no database is named, and machines share runs in one",
        "`export \(RunStores.variable)=postgresql://user:password@host:5432/name`"
      )
    case .unmigrated(let database):
      ("the database of runs, \(database), lacks tables of this version", "`thalweg db migrate` makes them")
    case .duplicate(let id): ("the run `\(id)` is there already", "run it again")
    case .lostRun(let id):
      (
        "the run `\(id)` is no longer this process's: it has ended, or another process goes on with it",
        "`thalweg runs show \(id)` shows what became of it"
      )
    }
  }
}
