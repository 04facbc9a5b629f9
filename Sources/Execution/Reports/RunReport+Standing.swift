import Diagnosing
import JobStore

/// Where a submitted run is that has not ended.
extension RunReport {
  /// A line for people: what it is about, and the words.
  static func fact(_ standing: RunStanding, _ run: RunRecord, now: Moment) -> [String] {
    switch standing {
    case .ready(_, workers: 0):
      return [
        "waits", "for a worker: none is there that takes on what is of `\(run.namespace)` and wants its tags",
      ]
    case .ready(let before, _): return ["waits", "for a worker\(line(before))"]
    case .capped(let key, let size, let used, let before):
      return ["waits", "at `\(key)`, \(used) of \(size) in use\(line(before))"]
    case .paused: return ["waits", "until it is resumed"]
    case .retry(let at): return ["waits", "to be tried again\(at.map { " at \($0)" } ?? "")"]
    case .backfill(let name): return ["waits", "for others of the backfill `\(name)`"]
    case .running(let worker, let isPaused, let waiting, let calls):
      let silence = now.seconds(since: worker.seen)
      var text = "\(worker.host), process \(worker.process) (\(worker.id))"
      if silence > 5 { text += ", silent for \(Figures.duration(silence))" }
      if isPaused { text += ", paused" }
      if calls + waiting > 0 {
        text += "; \(calls) of its calls are made by workers, \(waiting) wait for one"
      }
      return ["worker", text]
    }
  }

  private static func line(_ before: Int) -> String {
    before == 0 ? ", as the next" : ", behind \(Figures.count(Int64(before)))"
  }

  static func json(_ standing: RunStanding?) -> JSONValue {
    switch standing {
    case nil: return .null
    case .ready(let before, let workers):
      return .members([
        "state": .string("ready"), "before": .int(Int64(before)), "workers": .int(Int64(workers)),
      ])
    case .capped(let key, let size, let used, let before):
      return .members([
        "state": .string("capped"), "cap": .string(key), "size": .int(Int64(size)), "used": .int(Int64(used)),
        "before": .int(Int64(before)),
      ])
    case .paused: return .members(["state": .string("paused")])
    case .retry(let at): return .members(["state": .string("retry"), "until": .optional(at?.description)])
    case .backfill(let name): return .members(["state": .string("backfill"), "backfill": .string(name)])
    case .running(let worker, let isPaused, let waiting, let calls):
      return .members([
        "state": .string("running"), "worker": .string(worker.id), "host": .string(worker.host),
        "process": .int(worker.process), "seen": .string(worker.seen.description), "paused": .bool(isPaused),
        "calls": .int(Int64(calls)), "calls_waiting": .int(Int64(waiting)),
      ])
    }
  }
}
