import Diagnosing
import JobStore

/// Looks up recorded runs for people, after those whose process is gone have been ended.
public struct RunCatalog: Sendable {
  /// Where a folder keeps its runs.
  public static let path = ".thalweg/state.db"

  private let store: (any RunStore)?
  private let invocation: Invocation

  /// The runs of `store`; none where there is no store yet. Findings point at `invocation`.
  public init(_ store: (any RunStore)?, _ invocation: Invocation) {
    self.store = store
    self.invocation = invocation
  }

  /// A run with its jobs.
  public struct Entry: Sendable {
    /// The run.
    public let run: RunRecord
    /// Its jobs, in the plan's order.
    public let jobs: [JobRecord]
  }

  /// The newest runs first.
  public func list(_ filter: RunFilter) async throws(StoreError) -> [RunRecord] {
    guard let store else { return [] }
    try await rescue(store)
    return try await store.runs(filter)
  }

  /// The run that `name` names: by its id, the beginning of it, or `last`.
  /// - Throws: A `Refusal` where there is no such run, or several; a `StoreError`.
  public func find(_ name: String) async throws -> Entry {
    guard let store else { throw unknown(name, []) }
    try await rescue(store)
    let found =
      if name == "last" {
        try await store.runs(RunFilter(limit: 1))
      } else if let exact = try await store.run(RunID(name)) {
        [exact]
      } else {
        try await store.runs(RunFilter(prefix: name, limit: 6))
      }
    guard found.count == 1, let run = found.first else { throw unknown(name, found) }
    return Entry(run: run, jobs: try await store.jobs(of: run.id))
  }

  private func unknown(_ name: String, _ several: [RunRecord]) -> Refusal {
    if several.isEmpty {
      return Refusal(
        .unknownRun, name == "last" ? "there are no runs yet" : "there is no run `\(name)`", at: name,
        of: invocation, label: "not a run", help: "`thalweg runs list` lists the runs of this folder")
    }
    let ids = several.prefix(5).map { "`\($0.id)`" }.joined(separator: ", ")
    return Refusal(
      .unknownRun, "several runs begin with `\(name)`", at: name, of: invocation, label: "not a single run",
      help: "among them \(ids)")
  }

  /// Ends what is lost. Where the store can't be written, the records are shown as they are.
  private func rescue(_ store: any RunStore) async throws(StoreError) {
    do throws(StoreError) {
      try await Rescuer().rescue(in: store, now: .now) { run in
        let message = "the process that ran it, \(run.owner.process) on `\(run.owner.host)`, is gone"
        return RunError(
          code: Code.lostRun.text, message: message,
          text: "error[\(Code.lostRun)]: \(message)\n  = more: thalweg explain \(Code.lostRun)\n",
          json: "null")
      }
    } catch .unusable {
    } catch {
      throw error
    }
  }
}

extension StoreError {
  /// The finding that a command shows, pointing at the whole of `invocation`.
  public func refusal(_ invocation: Invocation) -> Refusal {
    let (message, help): (String, String) =
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
      case .duplicate(let id): ("the run `\(id)` is there already", "run it again")
      }
    return Refusal(.unusableStore, message, at: "", of: invocation, label: "needs it", help: help)
  }
}
