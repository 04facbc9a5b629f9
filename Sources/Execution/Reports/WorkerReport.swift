import Diagnosing
import JobStore

/// The workers of a database as text and as JSON.
public enum WorkerReport {
  /// One line a worker.
  public static func text(_ workers: [RunQueue.Worker], now: Moment) -> String {
    if workers.isEmpty { return "no workers\n" }
    let rows = workers.map { worker in
      [
        worker.id, worker.host, "\(worker.process)", worker.isDraining ? "draining" : "working",
        "\(worker.running) of \(worker.slots)", "\(worker.calling) of \(worker.slots)",
        Figures.duration(now.seconds(since: worker.started)),
        "\(Figures.duration(now.seconds(since: worker.seen))) ago",
        worker.namespaces.isEmpty ? "all" : worker.namespaces.joined(separator: ","),
        worker.tags.joined(separator: ","),
      ]
    }
    return Figures.table(
      ["WORKER", "HOST", "PROCESS", "STATE", "RUNS", "CALLS", "UP", "SEEN", "SERVES", "TAGS"], rows,
      right: [2, 6])
  }

  /// `version` grows when a member is taken away or changes its meaning.
  public static func json(_ workers: [RunQueue.Worker]) -> JSONValue {
    .members([
      "version": .int(1),
      "workers": .array(
        workers.map { worker in
          .members([
            "id": .string(worker.id), "host": .string(worker.host), "process": .int(worker.process),
            "slots": .int(Int64(worker.slots)), "running": .int(Int64(worker.running)),
            "calling": .int(Int64(worker.calling)),
            "draining": .bool(worker.isDraining), "started": .string(worker.started.description),
            "seen": .string(worker.seen.description),
            "namespaces": .array(worker.namespaces.map { .string($0) }),
            "tags": .array(worker.tags.map { .string($0) }),
          ])
        }),
    ])
  }
}
