import Dataflow
import Semantics

extension TaskPool {
  /// The tasks that a graph calls, in the order of their first calls.
  static func all(of graph: Graph, _ fragments: Fragments) -> [TaskPool] {
    var order: [TypedTask] = []
    var callers: [ObjectIdentifier: Set<Int>] = [:]
    func note(_ task: TypedTask, _ node: Int) {
      if callers[ObjectIdentifier(task)] == nil { order.append(task) }
      callers[ObjectIdentifier(task), default: []].insert(fragments.position[node] + 1)
    }
    for (index, node) in graph.nodes.enumerated() {
      if case .task(let call) = node.operation { note(call.task, index) }
      for expression in node.operation.expressions {
        expression.visit { part in
          if case .task(let task, _) = part.kind { note(task, index) }
        }
      }
    }
    return order.map { TaskPool($0, callers: callers[ObjectIdentifier($0), default: []].sorted()) }
  }

  private init(_ task: TypedTask, callers: [Int]) {
    name = task.name
    self.callers = callers
    isJob = task.isJob
    work =
      switch task.work {
      case .command: "command"
      case .python(let file, let function): "python \(file):\(function)"
      case .http(let url): "http \(url)"
      case nil: "nothing"
      }
    effect =
      switch task.effect {
      case .pure: "pure"
      case .idempotent: "idempotent"
      case .external: "external"
      }
    options = task.options.texts
  }
}

extension TypedTask.Options {
  /// Each clause that is said.
  fileprivate var texts: [String] {
    let range = { (range: ClosedRange<Int64>) in
      "\(Wording.duration(range.lowerBound))..\(Wording.duration(range.upperBound))"
    }
    let texts: [String?] = [
      container.map { "container \($0)" },
      batch.map { "batch \($0.size)\($0.within.map { " within \(Wording.duration($0))" } ?? "")" },
      replicas.map { "replicas \($0.lowerBound)..\($0.upperBound)" },
      cpu.map { "cpu \($0 == $0.rounded() ? "\(Int64($0))" : "\($0)")" },
      memory.map { "memory \(Wording.size($0))" },
      gpu.map { "gpu \($0)" },
      timeout.map { "timeout \(Wording.duration($0))" },
      retry.map { "retry \($0.count)\($0.backoff.map { " backoff \(range($0))" } ?? "")" },
      cache.map { "cache \(Wording.duration($0))" },
    ]
    return texts.compactMap(\.self)
  }
}
