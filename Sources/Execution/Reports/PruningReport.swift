import Diagnosing
import JobStore

/// What `db prune` tells.
public enum PruningReport {
  /// For people.
  public static func text(_ result: Pruning.Result) -> String {
    let runs = result.runs
    var facts: [String] = []
    func add(_ count: Int, _ what: String) {
      if count > 0 { facts.append("\(Figures.count(Int64(count))) \(what)\(count == 1 ? "" : "s")") }
    }
    add(runs.runs, "run")
    add(runs.backfills, "backfill")
    add(runs.plans, "plan or program")
    if let first = runs.parts.first {
      facts.append(
        runs.parts.count == 1
          ? "the part `\(first)`"
          : "\(runs.parts.count) parts, from `\(first)` to `\(runs.parts.last ?? first)`")
    }
    if let files = result.files, files.count > 0 {
      add(files.count, "object")
      facts[facts.count - 1] += " of \(Figures.size(files.bytes))"
    }
    if facts.isEmpty { return "nothing to remove\n" }
    return facts.map { "\(result.isTrial ? "would remove" : "removed") \($0)\n" }.joined()
  }

  /// `version` grows when a member is taken away or changes its meaning.
  public static func json(_ result: Pruning.Result) -> JSONValue {
    let (runs, files) = (result.runs, result.files)
    return .members([
      "version": .int(1), "dry_run": .bool(result.isTrial), "runs": .int(Int64(runs.runs)),
      "backfills": .int(Int64(runs.backfills)), "plans": .int(Int64(runs.plans)),
      "parts": .array(runs.parts.map { .string($0) }),
      "objects": .optional(files.map { Int64($0.count) }), "bytes": .optional(files.map(\.bytes)),
    ])
  }
}
