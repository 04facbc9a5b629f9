import Diagnosing
import Semantics

extension Plan {
  /// The plan for machines. `version` grows when a member is taken away or changes its meaning.
  public var json: JSONValue {
    let parameters = parameters.map(\.json)
    let sources = sources.map(\.json)
    let sinks = sinks.map(\.json)
    let replies = replies.map(\.json)
    let watermarks = watermarks.map(\.json)
    let regions = regions.map(\.json)
    let tasks = tasks.map(\.json)
    let jobs = jobs.map(\.json)
    return .members([
      "version": .int(1),
      "mode": .string(mode.rawValue),
      "pipeline": .string(pipeline),
      "documentation": .optional(documentation),
      "hash": .string(hash),
      "shards": .int(Int64(virtualShards)),
      "delivery": .string(promise.name),
      "settings": .object(settings.map { ($0.name, .string($0.value)) }),
      "parameters": .array(parameters),
      "sources": .array(sources),
      "sinks": .array(sinks),
      "replies": .array(replies),
      "watermarks": .array(watermarks),
      "regions": .array(regions),
      "tasks": .array(tasks),
      "jobs": .array(jobs),
    ])
  }
}

extension Plan.Parameter {
  fileprivate var json: JSONValue {
    .members([
      "name": .string(name), "type": .string(type), "default": .optional(defaultValue),
      "value": .optional(value),
    ])
  }
}

extension Plan.Source {
  fileprivate var json: JSONValue {
    .members([
      "name": .string(name), "type": .string(type), "connector": .string(connector), "path": .optional(path),
      "replayable": .bool(isReplayable), "refresh": .optional(refresh), "every": .optional(every),
      "until": .optional(until),
    ])
  }
}

extension Plan.Sink {
  fileprivate var json: JSONValue {
    .members([
      "name": .string(name), "connector": .string(connector), "path": .optional(path),
      "delivery": .string(promise.name), "publishes_always": .bool(publishesAlways),
    ])
  }
}

extension Plan.Reply {
  fileprivate var json: JSONValue { .members(["status": .int(Int64(status)), "type": .string(type)]) }
}

extension Plan.Watermark {
  fileprivate var json: JSONValue { .members(["operator": .string(name), "time": .string(text)]) }
}

extension Region {
  fileprivate var json: JSONValue {
    .members([
      "id": .int(Int64(id)), "kind": .string(kind.rawValue), "text": .string(text),
      "collects_failures": .bool(collectsFailures), "parent": parent.map { .int(Int64($0)) } ?? .null,
    ])
  }
}

extension TaskPool {
  fileprivate var json: JSONValue {
    .members([
      "name": .string(name), "work": .string(work), "effect": .string(effect), "job": .bool(isJob),
      "options": .array(options.map { .string($0) }), "callers": .array(callers.map { .int(Int64($0)) }),
    ])
  }
}

extension Job {
  fileprivate var json: JSONValue {
    let inputs = inputs.map(\.json)
    let steps = steps.map(\.json)
    let uses = uses.map(\.json)
    return .members([
      "id": .int(Int64(id)),
      "name": .string(name),
      "role": .string(role.rawValue),
      "region": region.map { .int(Int64($0)) } ?? .null,
      "after": .array(dependencies.map { .int(Int64($0)) }),
      "uses": .array(uses),
      "gives": .array(gives.map { .string($0) }),
      "inputs": .array(inputs),
      "steps": .array(steps),
    ])
  }
}

extension Job.ValueUse {
  fileprivate var json: JSONValue { .members(["from": .int(Int64(from)), "value": .string(name)]) }
}

extension Exchange {
  fileprivate var json: JSONValue {
    let key: JSONValue = if case .hash(let key) = kind { .string(key) } else { .null }
    return .members([
      "from": .int(Int64(from)), "producer": .string(producer), "consumer": .string(consumer),
      "exchange": .string(kind.word), "key": key,
    ])
  }
}

extension Step {
  fileprivate var json: JSONValue {
    .members([
      "name": .string(name), "operator": .string(operation), "detail": .string(detail),
      "holds": holds?.json ?? .null,
    ])
  }
}

extension HeldState {
  fileprivate var json: JSONValue {
    .members([
      "what": .string(description), "grows": .string(growth.rawValue), "until": .optional(bound),
    ])
  }
}
