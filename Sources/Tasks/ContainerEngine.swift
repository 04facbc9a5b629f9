import Foundation

/// The program that runs the work of tasks in containers.
public struct ContainerEngine: Sendable {
  /// Where it is.
  let path: String

  /// The names of those that are known, in the order in which they are looked for.
  public static let names = ["podman", "docker"]

  /// The first of them in `PATH`.
  public static var installed: ContainerEngine? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    for name in names {
      for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
        return ContainerEngine(path: "\(folder)/\(name)")
      }
    }
    return nil
  }

  private var isPodman: Bool { path.hasSuffix("/podman") }

  /// What the program itself needs of the environment.
  static let inherited = [
    "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "DBUS_SESSION_BUS_ADDRESS", "CONTAINER_HOST",
    "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY",
  ]

  /// What one attempt is given.
  struct Work {
    let image: String
    /// By which it can be removed.
    let name: String
    /// What it may write to; the first is where it begins.
    let folders: [String]
    /// What it may read besides.
    let inputs: [String]
    /// The names of its variables: values are not part of a command line, which others can see.
    let variables: [String]
    let cpu: Double?
    let memory: Int64?
  }

  /// The command line that runs a script of the shell, with `arguments`, under the same paths as outside.
  func command(_ work: Work, script: String, _ arguments: [String]) throws(TaskFailure) -> [String] {
    var command = [path, "run", "--rm", "--name", work.name, "--security-opt", "label=disable"]
    for path in work.folders { command += try Self.mount(path, "") }
    for path in work.inputs { command += try Self.mount(path, ",readonly") }
    command += ["--workdir", work.folders[0]] + owner + work.variables.flatMap { ["--env", $0] }
    if let cpu = work.cpu { command += ["--cpus", "\(cpu)"] }
    if let memory = work.memory { command += ["--memory", "\(memory)"] }
    return command + ["--entrypoint", "/bin/sh", work.image, "-euc", script, "sh"] + arguments
  }

  /// Ends a container that its command has left behind.
  func removal(of name: String) -> [String] { [path, "rm", "--force", name] }

  /// What it writes belongs to who runs it.
  private var owner: [String] {
    if getuid() == 0 { return [] }
    return isPodman ? ["--userns", "keep-id"] : ["--user", "\(getuid()):\(getgid())"]
  }

  private static func mount(_ path: String, _ options: String) throws(TaskFailure) -> [String] {
    guard !path.contains(",") else {
      throw TaskFailure("can't be given `\(path)` in a container: a path with a comma can't be named there")
    }
    return ["--mount", "type=bind,source=\(path),target=\(path)\(options)"]
  }
}
