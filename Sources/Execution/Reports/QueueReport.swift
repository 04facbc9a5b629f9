import Diagnosing
import JobStore

/// What waits and runs as text and as JSON.
public enum QueueReport {
  /// One line a pipeline.
  public static func text(_ queues: [RunQueue.Queue], now: Moment) -> String {
    if queues.isEmpty { return "nothing waits or runs\n" }
    // Who shares nothing need not know of namespaces.
    let isShared = queues.contains { $0.namespace != RunRecord.defaultNamespace }
    let rows = queues.map { queue in
      [queue.pipeline] + (isShared ? [queue.namespace] : []) + [
        "\(queue.ready)", "\(queue.capped)", "\(queue.held)", "\(queue.running)", "\(queue.calls)",
        "\(queue.calling)",
        queue.oldest.map { Figures.duration(now.seconds(since: $0)) } ?? "",
      ]
    }
    return Figures.table(
      ["PIPELINE"] + (isShared ? ["NAMESPACE"] : []) + [
        "READY", "CAPPED", "HELD", "RUNNING", "CALLS", "CALLING", "OLDEST READY",
      ],
      rows, right: isShared ? [2, 3, 4, 5, 6, 7, 8] : [1, 2, 3, 4, 5, 6, 7])
  }

  /// `version` grows when a member is taken away or changes its meaning.
  public static func json(_ queues: [RunQueue.Queue], now: Moment) -> JSONValue {
    .members([
      "version": .int(1),
      "queues": .array(
        queues.map { queue in
          .members([
            "namespace": .string(queue.namespace), "pipeline": .string(queue.pipeline),
            "ready": .int(Int64(queue.ready)), "capped": .int(Int64(queue.capped)),
            "held": .int(Int64(queue.held)), "running": .int(Int64(queue.running)),
            "calls": .int(Int64(queue.calls)), "calling": .int(Int64(queue.calling)),
            "oldest_ready": .optional(queue.oldest?.description),
            "oldest_ready_ms": .optional(queue.oldest.map { (now.microseconds - $0.microseconds) / 1000 }),
          ])
        }),
    ])
  }
}
