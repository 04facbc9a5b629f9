import Diagnosing
import Semantics

extension BatchPlan {
  /// The plan for machines. `version` grows when a member is taken away or changes its meaning.
  public var json: JSONValue {
    .members([
      "version": .int(1),
      "mode": .string("batch"),
      "pipeline": .string(pipeline),
      "documentation": .optional(documentation),
      "hash": .string(hash),
      "shards": .int(Int64(virtualShards)),
      "delivery": .string(promise.name),
      "parameters": .array(
        parameters.map { parameter in
          .members([
            "name": .string(parameter.name),
            "type": .string(parameter.type),
            "default": .optional(parameter.defaultValue),
            "value": .optional(parameter.value),
          ])
        }),
      "sources": .array(
        sources.map { source in
          .members([
            "name": .string(source.name),
            "connector": .string(source.connector),
            "path": .optional(source.path),
            "replayable": .bool(source.isReplayable),
          ])
        }),
      "sinks": .array(
        sinks.map { sink in
          .members([
            "name": .string(sink.name),
            "connector": .string(sink.connector),
            "path": .optional(sink.path),
            "delivery": .string(sink.promise.name),
          ])
        }),
      "jobs": .array(jobs.map { json($0) }),
    ])
  }

  private func json(_ job: Job) -> JSONValue {
    .members([
      "id": .int(Int64(job.id)),
      "name": .string(job.name),
      "after": .array(job.dependencies.map { .int(Int64($0)) }),
      "inputs": .array(
        job.inputs.map { exchange in
          .members([
            "from": .int(Int64(exchange.from)),
            "producer": .string(exchange.producer),
            "consumer": .string(exchange.consumer),
            "exchange": .string(exchange.kind.word),
            "key": exchange.kind.key.map { .string($0) } ?? .null,
          ])
        }),
      "steps": .array(
        job.steps.map { step in
          .members([
            "name": .string(step.name),
            "operator": .string(step.operation),
            "detail": .string(step.detail),
            "holds": step.holds.map { held in
              .members(["what": .string(held.description), "grows": .string(held.growth.rawValue)])
            } ?? .null,
          ])
        }),
    ])
  }
}

extension Exchange.Kind {
  fileprivate var key: String? {
    if case .hash(let key) = self { key } else { nil }
  }
}
