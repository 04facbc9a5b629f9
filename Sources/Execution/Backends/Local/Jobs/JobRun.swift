import Artifacts
import Columns
import Connectors
import Dataflow
import Engine
import Foundation
import Formats
import Planning
import Semantics
import Tasks

/// A batch with jobs: flows run in parts, each as soon as the values are known that it uses, and tasks beside them.
/// Nothing is visible before all of it is done.
struct JobRun: Sendable {
  /// Where and how tasks work.
  struct TaskWork: Sendable {
    /// The project's folder.
    let folder: String
    /// How many of the machine tasks may use at a time.
    let cores: Double
    let places: WorkPlaces
    let journal: CallJournal
    /// Who has calls made by other workers; nil where there are none.
    let dispatcher: (any CallDispatcher)?
    /// Where the files of results are kept.
    let artifacts: any ArtifactStore
    /// The job of each node, by its place in the plan.
    let jobs: [Int]
    /// No attempt begins while it is on.
    let pause: PauseSwitch
    /// Is told of an attempt that failed and is followed by another.
    let retrying: @Sendable (_ node: Int, TaskFailure) -> Void
  }

  let graph: Graph
  let arguments: [(local: Local, value: Column)]
  let secrets: @Sendable (String) -> String
  let options: Engine.RunOptions
  /// Where and how tasks work; nil where there are none.
  let work: TaskWork?
  /// Makes what a part reads and writes, after what other parts do.
  let connect: @Sendable (Graph, ExpressionCompiler, Connections?) throws(Connections.Problem) -> Connections
  /// What a task gave.
  struct Finished: Sendable {
    let node: Int
    let result: Result<Column, TaskFailure>
  }

  /// Runs to the end, as `BatchRun` does.
  func run(progress: RunProgress) async throws(RunFailure) -> StagedRun {
    // Of a former process of the same run, which left it in the middle.
    work?.places.remove()
    let result = await withTaskGroup(of: Finished.self) { group in
      var state = State(agenda: Agenda(graph, arguments: arguments, secrets: secrets))
      do throws(RunFailure) {
        while true {
          let ready = try next(&state)
          for part in state.agenda.parts(of: ready) {
            try await advance(part, &state, progress)
            start(&state, progress, &group)
          }
          start(&state, progress, &group)
          tell(&state, progress)
          if state.agenda.isDone { break }
          if ready.isEmpty {
            guard let finished = await group.next() else { preconditionFailure("jobs wait for each other") }
            try finish(finished, &state, progress)
          }
        }
        if let refusal = state.refusal { throw refusal }
        work?.places.remove()
        let failed = state.staged.filter { state.agenda.isBroken($0.pass) }
        for part in failed { part.run.discard() }
        let done = state.staged.filter { !state.agenda.isBroken($0.pass) }
        return Result<StagedRun, RunFailure>.success(StagedRun(joining: done.map(\.run)))
      } catch {
        group.cancelAll()
        for part in state.staged { part.run.discard() }
        await group.waitForAll()
        return .failure(error)
      }
    }
    return try result.get()
  }

  struct State {
    var agenda: Agenda
    /// Why the run is refused. It goes on with what outputs need that are to be seen all the same.
    var refusal: RunFailure?
    /// What parts have written, not visible yet; with the pass that must not fail.
    var staged: [(pass: Int?, run: StagedRun)] = []
    /// Rows of parts that others read.
    var kept: [Edge: KeptRows] = [:]
    /// The tables that stubs are given.
    var given: [GraphPart.Table: KeptRows] = [:]
    var connections: Connections?
    /// Tasks that wait for cores.
    var waiting: ArraySlice<Call> = []
    var running: [Int: Call] = [:]
  }

  /// A task that can be called.
  struct Call: Sendable {
    let node: Int
    /// The stable name of the operator, with its pass.
    let name: String
    let task: TypedTask
    let given: [TaskArgument]
    let call: TaskCall
    /// By its job and pass.
    let place: WorkPlaces.Place
    /// The node of the program.
    let origin: Int
  }

  private func next(_ state: inout State) throws(RunFailure) -> [Int] {
    do throws(RowFailure) { return try state.agenda.ready() } catch {
      throw fault(error, at: graph.nodes.firstIndex { $0.region != nil } ?? 0)
    }
  }

  private func tell(_ state: inout State, _ progress: RunProgress) {
    for (origin, isSkipped) in state.agenda.takeSettled() {
      if !isSkipped { progress.finish(origin) } else if state.refusal == nil { progress.skip(origin) }
    }
  }

  // MARK: Parts

  /// Does what can be done now. What fails in a pass of a `try for` fails that pass.
  private func advance(
    _ part: Agenda.Part, _ state: inout State, _ progress: RunProgress
  ) async throws(RunFailure) {
    let members = part.members.filter(state.agenda.isWaiting)
    if members.isEmpty { return }
    do throws(RunFailure) { try await advance(members, of: part.pass, &state, progress) } catch {
      try fail(part.pass, error, &state)
    }
  }

  /// Fails a pass of a `try for`, or what is of none.
  func fail(_ pass: Int?, _ failure: RunFailure, _ state: inout State) throws(RunFailure) {
    guard let pass, let why = Agenda.PassFailure(failure, in: graph, state.agenda.place(of: pass)) else {
      throw failure
    }
    state.agenda.fail(pass: pass, why)
  }

  /// A check or a `fail` refuses the run.
  private func refuse(_ failure: RunFailure, _ state: inout State) {
    state.refusal = state.refusal ?? failure
    state.agenda.refuse()
  }

  private func advance(
    _ ready: [Int], of pass: Int?, _ state: inout State, _ progress: RunProgress
  ) async throws(RunFailure) {
    for index in ready {
      let node = state.agenda.graph.nodes[index]
      guard case .fail(let message) = node.operation else { continue }
      let text = try value(of: message, at: index, state.agenda)
      // The checker has seen that the text tells nothing that is labelled.
      let failure = wrong(index, state.agenda, withExtendedLifetime(text) { text.texts[0].string })
      if pass != nil { throw failure }
      refuse(failure, &state)
    }
    let ready = ready.filter(state.agenda.isWaiting)
    let part = GraphPart(ready, of: state.agenda)
    var tables: [GraphPart.Table: String] = [:]
    if !part.graph.nodes.isEmpty { tables = try await run(part, of: pass, &state, progress) }
    for index in ready where state.agenda.isWaiting(index) {
      let origin = state.agenda.origins[index]
      switch state.agenda.graph.nodes[index].operation {
      case .single, .toList:
        progress.begin(origin)
        state.agenda.finish(index, value: try value(ofRowsInto: index, state))
      case .task(let operation) where operation.stub != nil: try stub(operation, index, &state)
      case .task(let operation):
        state.waiting.append(try call(operation, index, tables, state.agenda))
        state.agenda.begin(index)
      default: state.agenda.finish(index)
      }
    }
    state.kept = state.kept.filter { state.agenda.isWanted($0.key, besides: []) }
  }

  /// Runs a part; gives the files of the tables that tasks are given.
  private func run(
    _ part: GraphPart, of pass: Int?, _ state: inout State, _ progress: RunProgress
  ) async throws(RunFailure) -> [GraphPart.Table: String] {
    let values = state.agenda.values(for: part.members)
    let constants = ExpressionCompiler(parameters: values, secrets: secrets)
    let origins = part.origins.map { $0.map { state.agenda.origins[$0] } }
    let connections: Connections
    do throws(Connections.Problem) {
      connections = try connect(part.graph, constants, state.connections)
    } catch {
      throw .work(node: origins[error.node] ?? 0, error: error)
    }
    state.connections = connections
    var sources = connections.sources
    var sinks = connections.sinks
    for (edge, name) in part.incoming { sources[name] = state.kept[edge] ?? KeptRows() }
    for (edge, name) in part.outgoing {
      let rows = KeptRows()
      state.kept[edge] = rows
      sinks[name] = rows
    }
    for case (let name, let index?) in zip(part.graph.nodes.map(\.name), part.origins) {
      guard case .rows(let value) = state.agenda.graph.nodes[index].operation else { continue }
      sources[name] = KeptRows(rows(of: try self.value(of: value, at: index, state.agenda), value.type))
    }
    var files: [GraphPart.Table: String] = [:]
    for (table, name) in part.tables {
      if case .task(let call) = state.agenda.graph.nodes[table.node].operation, call.stub != nil {
        let rows = KeptRows()
        state.given[table] = rows
        sinks[name] = rows
        continue
      }
      let (path, file) = try self.file(for: table, state.agenda)
      files[table] = path
      sinks[name] = file
    }
    let run = BatchRun(
      graph: part.graph,
      parameters: Dictionary(uniqueKeysWithValues: values.map { ($0.local.id, $0.value) }),
      sources: sources, sinks: sinks, options: options)
    do throws(RunFailure) {
      let staged = try await run.run(progress: RunProgress(partOf: progress, nodes: origins))
      state.staged.append((pass, staged))
    } catch {
      let failure = error.inWhole(origins)
      guard case .checks = failure, pass == nil else { throw failure }
      // All rows are in.
      refuse(failure, &state)
    }
    return files
  }

  private func file(
    for table: GraphPart.Table, _ agenda: Agenda
  ) throws(RunFailure) -> (path: String, sink: any RowSink) {
    guard case .task(let call) = agenda.graph.nodes[table.node].operation,
      let parameter = zip(call.task.parameters, call.arguments).first(where: { $1.isFlow(table.input) })?.0,
      let work
    else { preconditionFailure("a table of a task") }
    let format = call.task.options.format
    let path =
      "\(work.places.work(of: place(of: table.node, agenda, work)))/\(parameter.local.name).\(format)"
    do throws(RowFailure) {
      let schema = try SchemaConversion(constants: ExpressionCompiler()).schema(of: parameter.local.type)
      return (path, TableFile(path: path, format: format, schema: schema))
    } catch { throw fault(error, at: agenda.origins[table.node]) }
  }

  // MARK: Values

  func value(
    of expression: TypedExpression, at node: Int, _ agenda: Agenda
  ) throws(RunFailure) -> Column {
    do throws(RowFailure) { return try agenda.evaluate(expression) } catch {
      throw fault(error, at: agenda.origins[node])
    }
  }

  private func fault(_ failure: RowFailure, at node: Int) -> RunFailure {
    .fault(
      RunFault(
        node: node, operatorName: graph.nodes[node].name, span: failure.span,
        message: failure.message(in: graph)))
  }

  private func wrong(_ index: Int, _ agenda: Agenda, _ message: String) -> RunFailure {
    let node = agenda.graph.nodes[index]
    return .fault(
      RunFault(node: agenda.origins[index], operatorName: node.name, span: node.span, message: message))
  }

  /// The value that a node makes of the rows that come to it.
  private func value(ofRowsInto index: Int, _ state: State) throws(RunFailure) -> Column {
    let node = state.agenda.graph.nodes[index]
    let edge = state.agenda.source(of: node.inputs[0]) ?? node.inputs[0]
    let element = state.agenda.graph.nodes[edge.node].outputs[edge.port].element
    let all = (state.kept[edge] ?? KeptRows()).elements(of: element)
    guard case .toList(let most) = node.operation else {
      if all.count == 1 { return all }
      throw wrong(
        index, state.agenda,
        "it needs exactly one row, and there are \(all.count == 0 ? "none" : "\(all.count)")")
    }
    let limit = try value(of: most, at: index, state.agenda).int64s[0]
    if all.count > limit {
      throw wrong(index, state.agenda, "there are \(all.count) rows, and `max` allows \(limit)")
    }
    return .list(of: all)
  }

  /// The rows that a value stands for: the elements of a list, or the value alone.
  private func rows(of value: Column, _ type: Type) -> Batch {
    guard case .list(let element) = type else { return Batch(elements: value, of: type) }
    let (offsets, values) = value.lists
    return Batch(elements: values.sliced(Int(offsets[0])..<Int(offsets[1])), of: element)
  }
}

extension TaskOperation.Argument {
  fileprivate func isFlow(_ input: Int) -> Bool {
    if case .flow(input) = self { true } else { false }
  }
}

extension RunFailure {
  /// The failure of a part, with the nodes of the whole.
  func inWhole(_ origins: [Int?]) -> RunFailure {
    switch self {
    case .fault(let fault):
      .fault(
        RunFault(
          node: origins[fault.node] ?? fault.node, operatorName: fault.operatorName, span: fault.span,
          position: fault.position, column: fault.column, message: fault.message, row: fault.row,
          help: fault.help))
    case .checks(let failed, let warnings):
      .checks(failed.map { $0.at(origins[$0.node]) }, warnings: warnings.map { $0.at(origins[$0.node]) })
    default: self
    }
  }
}

extension FailedCheck {
  fileprivate func at(_ node: Int?) -> FailedCheck {
    FailedCheck(
      node: node ?? self.node, operatorName: operatorName, span: span, description: description,
      found: found, examples: examples)
  }
}
