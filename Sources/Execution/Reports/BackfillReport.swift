import JobStore

/// How far a backfill is, as text.
public enum BackfillReport {
  /// So many failures are named.
  static let failures = 10

  /// `31 runs: 20 succeeded, 4 running, 7 planned`.
  public static func line(_ progress: RunQueue.BackfillProgress) -> String {
    let states = RunState.allCases.compactMap { state in
      progress.runs[state].map { "\(Figures.count(Int64($0))) \(state.rawValue)" }
    }
    let count = Figures.count(Int64(progress.count))
    return "\(count) \(progress.count == 1 ? "run" : "runs"): \(states.joined(separator: ", "))"
  }

  /// With what failed.
  public static func text(_ progress: RunQueue.BackfillProgress) -> String {
    let rows = progress.failed.map { [$0.value, $0.run.text] }
    return line(progress) + "\n" + (rows.isEmpty ? "" : Figures.table(["FAILED", "RUN"], rows, right: []))
  }
}
