import Artifacts
import Columns
import Dataflow
import Engine
import JobStore
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
    let origin = agenda.origins[index]
    let call = TaskCall(
      task, given, at: origin, of: graph, secrets: secrets, in: work.folder, logs: work.places.logs)
    return Call(
      node: index, name: agenda.graph.nodes[index].name, task: task, given: given, call: call,
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
    var used = state.running.values.reduce(0) { $0 + $1.task.cores }
    while let next = state.waiting.first {
      // Of a pass that failed nothing more is done.
      let isWanted = state.agenda.isRunning(next.node)
      let hasRoom = work.dispatcher != nil || used == 0 || used + next.task.cores <= work.cores
      guard !isWanted || hasRoom else { break }
      // One alone is made here; of several each by any worker.
      let isAlone = state.running.isEmpty && state.waiting.count == 1
      state.waiting.removeFirst()
      guard isWanted else { continue }
      state.running[next.node] = next
      used += next.task.cores
      progress.begin(next.origin)
      group.addTask { Finished(node: next.node, result: await attempts(next, isAlone: isAlone, work)) }
    }
  }

  /// Tries until it succeeds, or has failed for good; does nothing where it is known what comes of it.
  private func attempts(
    _ call: Call, isAlone: Bool, _ work: TaskWork
  ) async -> Result<Column, TaskFailure> {
    do throws(TaskFailure) {
      let input = try await call.call.input()
      let former = work.journal.known[call.name].flatMap { $0.input == input ? $0 : nil }
      let isOpen = await work.dispatcher?.isOpen(call.name, input) ?? false
      if let value = try await value(of: former, isOpen: isOpen, call, work) { return .success(value) }
      let dispatcher = isAlone && !isOpen ? nil : work.dispatcher
      return .success(try await attempts(call, input, after: former?.attempt ?? 0, dispatcher, work))
    } catch {
      return .failure(error)
    }
  }

  /// What a call gave that was made before.
  private func value(
    of former: CallRecord?, isOpen: Bool, _ call: Call, _ work: TaskWork
  ) async throws(TaskFailure) -> Column? {
    switch (former?.state, former?.value) {
    case (.succeeded?, let json?):
      do throws(TaskFailure) {
        return try await TaskValue.value(
          json, call.task.result, from: work.artifacts, in: work.places.files(of: call.place))
      } catch {
        // What is lost of its files can be made again, where that may be.
        if call.task.isExternal || error.isCancellation { throw error }
        return nil
      }
    case (.running?, _) where call.task.isExternal && !isOpen: throw .unknown
    default: return nil
    }
  }

  private func attempts(
    _ call: Call, _ input: String, after made: Int, _ dispatcher: (any CallDispatcher)?, _ work: TaskWork
  ) async throws(TaskFailure) -> Column {
    var backoff = Backoff(call.task.options.retry?.backoff)
    var number = made + 1
    while true {
      do throws(CancellationError) { try await work.pause.wait() } catch { throw .cancelled }
      func record(_ state: CallState, _ value: String? = nil) -> CallRecord {
        CallRecord(name: call.name, input: input, attempt: number, state: state, value: value)
      }
      // Whether it was begun must be known, where it may not be begun again.
      if call.task.isExternal {
        await work.journal.commit(record(.running))
      } else {
        work.journal.note(record(.running))
      }
      do throws(TaskFailure) {
        let (value, json) = try await attempt(call, input, number, dispatcher, work)
        // Nothing that needs it begins before it is sure to be known.
        await work.journal.commit(record(.succeeded, json))
        await dispatcher?.settle(call.name)
        return value
      } catch {
        guard !error.isCancellation else { throw error }
        await dispatcher?.settle(call.name)
        work.journal.note(record(.failed))
        guard number - made <= call.task.options.retry?.count ?? 0 else { throw error }
        work.retrying(call.origin, error.inPass(call.place.name))
      }
      do { try await Task.sleep(for: backoff.next()) } catch { throw .cancelled }
      number += 1
    }
  }

  /// Makes a call here, or has it made; gives the value, and its JSON.
  private func attempt(
    _ call: Call, _ input: String, _ number: Int, _ dispatcher: (any CallDispatcher)?, _ work: TaskWork
  ) async throws(TaskFailure) -> (Column, String) {
    guard let dispatcher else {
      let value = try await call.call.attempt(
        in: work.places.work(of: call.place, attempt: number),
        log: work.places.log(of: call.place, attempt: number))
      return (value, try await TaskValue.json(value, call.task.result, naming: work.artifacts.put))
    }
    let sent = try await CallWork(node: call.origin, place: call.place, call.given, in: work.artifacts)
    let offer = CallQueue.Offer(
      name: call.name, input: input, attempt: number, work: OfferedWork.call(sent).json)
    let json = try await dispatcher.dispatch(offer, mayRepeat: !call.task.isExternal)
    let files = work.places.files(of: call.place)
    return (try await TaskValue.value(json, call.task.result, from: work.artifacts, in: files), json)
  }

  func finish(
    _ finished: Finished, _ state: inout State, _ progress: RunProgress
  ) throws(RunFailure) {
    let origin = state.agenda.origins[finished.node]
    let place = state.running.removeValue(forKey: finished.node)?.place
    guard state.agenda.isRunning(finished.node) else { return }
    switch finished.result {
    case .success(let value):
      state.agenda.finish(finished.node, value: value)
    case .failure(let failure):
      if failure.isCancellation { throw .cancelled }
      guard case .task(let call) = state.agenda.graph.nodes[finished.node].operation, call.isCovered else {
        let pass = state.agenda.fallible(state.agenda.passes[finished.node])
        let shown = pass == nil ? failure.inPass(place?.name) : failure
        return try fail(pass, .work(node: origin, error: shown), &state)
      }
      state.agenda.fail(finished.node, failure.message)
    }
  }
}

extension TypedTask {
  /// The cores that a call of it needs.
  fileprivate var cores: Double { options.cpu ?? 1 }

  /// Whether it may count when its work is done twice.
  fileprivate var isExternal: Bool { if case .external = effect { true } else { false } }
}
