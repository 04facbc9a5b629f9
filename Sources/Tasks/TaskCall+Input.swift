import Artifacts
import Hashing
import Semantics

extension TaskCall {
  /// Names what is asked of the task: the hash of what it does and of its arguments, files by their content.
  public func input() async throws(TaskFailure) -> String {
    var hash = SHA256Hash()
    // Each part with its length: no two lists of parts look the same.
    func add(_ text: String) { hash.update("\(text.utf8.count):\(text)") }
    add(task.name)
    add("\(task.result)")
    for (name, value) in task.options.environment { add("\(name)=\(Self.text(value))") }
    switch task.work {
    case .command(let parts): for part in parts { add("\(part)") }
    case .python(let file, let function):
      add(function)
      add(try await Self.name(script(file)))
    case .http(let url): add(url)
    case nil: break
    }
    for (parameter, argument) in zip(task.parameters, arguments) {
      add(parameter.local.name)
      switch argument {
      case .table(let path): add(try await Self.name(path))
      case .value(let value, let type): add(try await TaskValue.json(value, type, naming: Artifact.init(of:)))
      }
    }
    return hash.hex()
  }

  private static func name(_ path: String) async throws(TaskFailure) -> String {
    do { return try await Artifact(of: path).text } catch { throw TaskFailure(error) }
  }

  private static func text(_ value: TypedExpression) -> String {
    switch value.kind {
    case .literal(.string(let text)): text
    case .secret(let name): "secret \(name)"
    default: preconditionFailure("the value of a variable is a text or a secret")
    }
  }
}
