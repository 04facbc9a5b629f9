import Artifacts
import Columns
import Dataflow
import Foundation
import Semantics
import Tasks

/// A call as it is sent to a worker, which has the program, too.
struct CallWork: Codable, Sendable {
  /// The node of the program.
  let node: Int
  /// Where its log is to be, and its folder.
  let place: WorkPlaces.Place
  let arguments: [Argument]

  /// What a parameter is given: files by the names of their content.
  enum Argument: Codable, Sendable {
    case table(String)
    case value(String)
  }

  init(
    node: Int, place: WorkPlaces.Place, _ given: [TaskArgument], in store: any ArtifactStore
  ) async throws(TaskFailure) {
    self.node = node
    self.place = place
    var arguments: [Argument] = []
    for argument in given {
      switch argument {
      case .table(let path):
        do { arguments.append(.table(try await store.put(path).text)) } catch { throw TaskFailure(error) }
      case .value(let value, let type):
        arguments.append(.value(try await TaskValue.json(value, type, naming: store.put)))
      }
    }
    self.arguments = arguments
  }

  /// The arguments, with their files below `folder`.
  func given(
    to task: TypedTask, from store: any ArtifactStore, in folder: String
  ) async throws(TaskFailure) -> [TaskArgument] {
    var given: [TaskArgument] = []
    for (parameter, argument) in zip(task.parameters, arguments) {
      switch argument {
      case .table(let name):
        given.append(.table(path: try await TaskValue.path(of: name, from: store, in: folder)))
      case .value(let json):
        let type = parameter.local.type
        given.append(.value(try await TaskValue.value(json, type, from: store, in: folder), type))
      }
    }
    return given
  }
}

extension TaskCall {
  /// A call of the task of a node.
  init(
    _ task: TypedTask, _ given: [TaskArgument], at node: Int, of graph: Graph,
    secrets: (String) -> String, in folder: String, logs: (any LogWatcher)?
  ) {
    let environment = TaskEnvironment(task, secrets)
    self.init(
      task, given, environment: environment.values, secrets: environment.secrets, folder: folder,
      isHidden: !task.options.allow.isEmpty || graph.labelled[graph.nodes[node].span] != nil)
    self.logs = logs
  }
}
