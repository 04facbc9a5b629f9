import Columns
import Dataflow
import Diagnosing
import Engine
import Foundation
import JobStore
import Semantics

extension RunnablePipeline {
  /// The service, ready to be started; its run is recorded in `store`.
  public func service(
    recordedIn store: any RunStore, workers: Int = ProcessInfo.processInfo.activeProcessorCount
  ) throws(Refusal) -> ServiceRun {
    do throws(Unready) { return try prepare(store, workers) } catch {
      throw Refusal(error.diagnostics, sources)
    }
  }

  private struct Unready: Error {
    let diagnostics: [Diagnostic]

    init(diagnostic: Diagnostic) { diagnostics = [diagnostic] }
    init(diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
  }

  private func prepare(_ store: any RunStore, _ workers: Int) throws(Unready) -> ServiceRun {
    var values: [(local: Local, value: Column)] = []
    for argument in arguments.arguments {
      do throws(RowFailure) {
        let value = try ExpressionCompiler(parameters: values).evaluateConstant(argument.value)
        values.append((argument.parameter, value))
      } catch {
        throw Unready(
          diagnostic: .failed("the value of `\(argument.parameter.name)` can't be computed", error))
      }
    }
    let constants = ExpressionCompiler(parameters: values)
    let connections: Connections
    do throws(Connections.Problem) {
      connections = try Connections(graph, in: folder, constants: constants, outputs: StagedOutputs())
    } catch {
      throw Unready(diagnostic: error.diagnostic)
    }
    if let sink = sinkOfTables { throw Unready(diagnostic: .writtenByNoCall(sink)) }
    let interface: ServiceInterface?
    let intervals: [String: Duration]
    do throws(RowFailure) {
      interface = try ServiceInterface(graph, SchemaConversion(constants: constants))
      intervals = try graph.refreshIntervals(constants)
    } catch {
      throw Unready(diagnostic: .failed("the service can't be set up", error))
    }
    guard let interface else { throw Unready(diagnostic: .noRecords(graph)) }
    do throws(RunFailure) {
      return try ServiceRun(
        request, interface,
        parameters: Dictionary(uniqueKeysWithValues: values.map { ($0.local.id, $0.value) }),
        sources: connections.sources, refresh: intervals, sinks: connections.epochSinks, store: store,
        workers: workers)
    } catch {
      throw Unready(diagnostics: RunDiagnostics(graph: graph, plan: plan).findings(error).diagnostics)
    }
  }

  /// A sink that no call gives rows to.
  private var sinkOfTables: Dataflow.Node? {
    zip(graph.nodes, graph.dependsOnCalls).first { node, depends in
      if case .sink = node.operation { !depends } else { false }
    }?.0
  }
}

extension Diagnostic {
  fileprivate static func failed(_ what: String, _ failure: RowFailure) -> Diagnostic {
    Diagnostic(.failedOperation, "\(what): \(failure.message)", at: failure.span, label: "fails here")
  }

  fileprivate static func writtenByNoCall(_ sink: Dataflow.Node) -> Diagnostic {
    Diagnostic(
      .backendLacks, "the backend `local` writes in a service only what is made of its calls", at: sink.span,
      label: "made of tables alone", help: "write the table in a batch, with a pipeline of its own")
  }

  fileprivate static func noRecords(_ graph: Graph) -> Diagnostic {
    let request = graph.nodes.first { node in
      if case .source = node.operation { node.outputs[0].bound == .request } else { false }
    }
    return Diagnostic(
      .backendLacks, "the backend `local` answers calls that hold records only",
      at: request?.span ?? Span(FileID(0), 0, 0), label: "no records",
      help: "declare a record with a field for the value")
  }
}
