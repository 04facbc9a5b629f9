import Columns
import Dataflow
import Engine
import Semantics
import Synchronization
import Tasks

/// Calls the tasks that the expressions of a run call for rows.
final class RowCalls: RowTasks {
  private let pools: [ObjectIdentifier: RowTaskPool]
  private let places: WorkPlaces

  /// Those of a graph; nil where it calls none.
  init?(
    _ graph: Graph, folder: String, cores: Int, places: WorkPlaces,
    secrets: @escaping @Sendable (String) -> String
  ) {
    var pools: [ObjectIdentifier: RowTaskPool] = [:]
    for node in graph.nodes {
      let isHidden = graph.labelled[node.span] != nil
      node.operation.forEachExpression { expression in
        expression.visit { part in
          guard case .task(let task, _) = part.kind, pools[ObjectIdentifier(task)] == nil else { return }
          let environment = TaskEnvironment(task, secrets)
          pools[ObjectIdentifier(task)] = RowTaskPool(
            task, copies: cores, places: { places.ofRows(task: task.name, call: $0) }
          ) { arguments, result in
            var call = TaskCall(
              task, arguments, result: result, environment: environment.values, secrets: environment.secrets,
              folder: folder, isHidden: isHidden || !task.options.allow.isEmpty)
            call.logs = places.logs
            return call
          }
        }
      }
    }
    if pools.isEmpty { return nil }
    self.pools = pools
    self.places = places
  }

  func call(_ task: TypedTask, _ arguments: [Column]) -> [Result<Column, RowTaskFailure>] {
    guard let pool = pools[ObjectIdentifier(task)] else { preconditionFailure("a task of the graph") }
    return pool.call(arguments).map { result in
      result.mapError { failure in
        let last = failure.lines.last.map { ": \($0)" } ?? ""
        return RowTaskFailure("`\(task.name)` \(failure.message)\(last)")
      }
    }
  }

  func cancel() { for pool in pools.values { pool.cancel() } }

  /// Nobody calls any more. What calls have left is for a look, unless all is well.
  func end(isGood: Bool) {
    for pool in pools.values { pool.end() }
    if isGood { places.remove() }
  }
}
