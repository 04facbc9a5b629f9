import Semantics

/// The variables of a task, with the secrets that must not be shown.
struct TaskEnvironment {
  private(set) var values: [String: String] = [:]
  private(set) var secrets: [String] = []

  init(_ task: TypedTask, _ secret: (String) -> String) {
    for (name, value) in task.options.environment {
      switch value.kind {
      case .literal(.string(let text)): values[name] = text
      case .secret(let id):
        values[name] = secret(id)
        secrets.append(secret(id))
      default: preconditionFailure("the value of a variable is a text or a secret")
      }
    }
  }
}
