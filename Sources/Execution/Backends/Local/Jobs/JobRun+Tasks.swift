import Columns
import Dataflow
import Engine
import Semantics
import Tasks

extension JobRun {
  func call(
    _ operation: TaskOperation, _ index: Int, _ tables: [GraphPart.Table: String], _ agenda: Agenda
  ) throws(RunFailure) -> Call {
    guard let work else { preconditionFailure("tasks were refused") }
    let task = operation.task
    var given: [TaskArgument] = []
    for (parameter, argument) in zip(task.parameters, operation.arguments) {
      switch argument {
      case .flow(let input):
        given.append(.table(path: tables[GraphPart.Table(node: index, input: input)] ?? ""))
      case .value(let expression):
        given.append(.value(try value(of: expression, at: index, agenda), parameter.local.type))
      }
    }
    var environment: [String: String] = [:]
    var hidden: [String] = []
    for (name, value) in task.options.environment {
      switch value.kind {
      case .literal(.string(let text)): environment[name] = text
      case .secret(let secret):
        environment[name] = secrets(secret)
        hidden.append(secrets(secret))
      default: preconditionFailure("the value of a variable is a text or a secret")
      }
    }
    let origin = agenda.origins[index]
    let call = TaskCall(
      task, given, environment: environment, secrets: hidden, folder: work.folder,
      isHidden: !task.options.allow.isEmpty || graph.labelled[graph.nodes[origin].span] != nil)
    return Call(
      node: index, call: call, retry: task.options.retry, cores: task.options.cpu ?? 1,
      place: place(of: index, agenda, work), origin: origin)
  }

  func place(of node: Int, _ agenda: Agenda, _ work: TaskWork) -> WorkPlaces.Place {
    WorkPlaces.Place(
      job: work.jobs[agenda.origins[node]], pass: agenda.passes[node],
      name: agenda.passes[node] == nil ? nil : String(agenda.graph.nodes[node].name.drop { $0 != "[" }))
  }

  /// Starts the tasks that there are cores for; one that needs more than there are runs alone.
  func start(_ state: inout State, _ progress: RunProgress, _ group: inout TaskGroup<Finished>) {
    guard let work else { return }
    var used = state.running.values.reduce(0) { $0 + $1.cores }
    while let next = state.waiting.first, used == 0 || used + next.cores <= work.cores {
      state.waiting.removeFirst()
      state.running[next.node] = next
      used += next.cores
      progress.begin(next.origin)
      group.addTask { Finished(node: next.node, result: await attempts(next, work)) }
    }
  }

  /// Tries until it succeeds, or has failed for good.
  private func attempts(_ call: Call, _ work: TaskWork) async -> Result<Column, TaskFailure> {
    var backoff = Backoff(call.retry?.backoff)
    var number = 1
    while true {
      let failure: TaskFailure
      do throws(TaskFailure) {
        return .success(
          try await call.call.attempt(
            in: work.places.work(of: call.place, attempt: number),
            log: work.places.log(of: call.place, attempt: number)))
      } catch { failure = error.inPass(call.place.name) }
      guard !failure.isCancellation, number <= call.retry?.count ?? 0 else { return .failure(failure) }
      work.retrying(call.origin, failure)
      do { try await Task.sleep(for: backoff.next()) } catch { return .failure(.cancelled) }
      number += 1
    }
  }

  func finish(
    _ finished: Finished, _ state: inout State, _ progress: RunProgress
  ) throws(RunFailure) {
    let origin = state.agenda.origins[finished.node]
    state.running[finished.node] = nil
    switch finished.result {
    case .success(let value):
      state.agenda.finish(finished.node, value: value)
      if state.agenda.isDone(origin: origin) { progress.finish(origin) }
    case .failure(let failure):
      if failure.isCancellation { throw .cancelled }
      guard case .task(let call) = state.agenda.graph.nodes[finished.node].operation, call.isCovered else {
        throw .work(node: origin, error: failure)
      }
      state.agenda.fail(finished.node, failure.message)
      if state.agenda.isDone(origin: origin) { progress.finish(origin) }
    }
  }
}
