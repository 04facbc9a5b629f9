import Columns
import Foundation
import Semantics

extension TaskCall {
  /// A process in the container that the task asks for.
  func contained(
    _ script: String, _ arguments: [String], image: String, name: String, _ place: WorkFolder
  ) throws(TaskFailure) -> (script: String, arguments: [String]) {
    guard let engine = ContainerEngine.installed else {
      throw TaskFailure(
        "can't run in a container: neither of \(ContainerEngine.names.joined(separator: ", ")) is in `PATH`")
    }
    let work = ContainerEngine.Work(
      image: image, name: name, folders: [folder, place.path],
      inputs: self.arguments.flatMap(\.paths).filter { !$0.hasPrefix(folder + "/") },
      variables: task.options.environment.map(\.name) + ["TMPDIR", "THALWEG_WORK"],
      cpu: task.options.cpu, memory: task.options.memory)
    return ("exec \"$@\"", try engine.command(work, script: script, arguments))
  }
}

extension TaskArgument {
  /// Those of its table, files and folders.
  fileprivate var paths: [String] {
    switch self {
    case .table(let path): [path]
    case .value(let value, let type): value.paths(type)
    }
  }
}

extension Column {
  /// The files and folders in values of a type.
  fileprivate func paths(_ type: Type) -> [String] {
    switch type {
    case .file, .directory: (0..<count).filter(isPresent).map { texts[$0].string }
    case .optional(let wrapped): paths(wrapped)
    case .list(let element): lists.1.paths(element)
    case .record(let record): zip(fields, record.fields).flatMap { $0.paths($1.type) }
    default: []
    }
  }
}
