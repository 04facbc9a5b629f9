import Columns
import Foundation
import Semantics

/// One call of a task, which may be attempted more than once.
public struct TaskCall: Sendable {
  let task: TypedTask
  let arguments: [TaskArgument]
  private let environment: [String: String]
  private let secrets: [String]
  let folder: String
  private let result: TaskResult
  /// Follows what attempts write for people.
  public var logs: (any LogWatcher)?

  /// Between SIGTERM and SIGKILL.
  public static let grace = Duration.seconds(5)

  /// What processes inherit of the environment: all else is declared in `env`.
  static let inherited = [
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "VIRTUAL_ENV",
  ]

  /// - Parameters:
  ///   - arguments: One for each of the task's parameters.
  ///   - result: The type of its result, where that is not the task's: of several rows.
  ///   - environment: What `env` says.
  ///   - secrets: The values in it that must not be shown.
  ///   - folder: The project's, where the work begins.
  ///   - isHidden: Whether the result must not be shown, because it is labelled.
  public init(
    _ task: TypedTask, _ arguments: [TaskArgument], result: Type? = nil, environment: [String: String],
    secrets: [String], folder: String, isHidden: Bool
  ) {
    self.task = task
    self.arguments = arguments
    self.secrets = secrets
    self.folder = folder
    let own = ProcessInfo.processInfo.environment
    let names = Self.inherited + (task.options.container == nil ? [] : ContainerEngine.inherited)
    let inherited = names.compactMap { name in own[name].map { (name, $0) } }
    self.environment = environment.merging(inherited) { declared, _ in declared }
    self.result = TaskResult(type: result ?? task.result, isHidden: isHidden)
  }

  /// Does the work once.
  /// - Parameters:
  ///   - work: A folder of the attempt's own, made here: what it is given and what it writes.
  ///   - log: Where its output goes.
  /// - Returns: The result, as a column of one row.
  public func attempt(in work: String, log: String) async throws(TaskFailure) -> Column {
    let place = try WorkFolder(work, log: log)
    logs?.begin(self.log(at: log))
    defer { logs?.end(log) }
    do throws(TaskFailure) {
      switch task.work {
      case .command(let parts): return try await run(parts, place)
      case .python(let file, let function): return try await call(file, function, place)
      case .http(let url): return try await ask(url, place)
      case nil: throw TaskFailure("is work that can't be done here")
      }
    } catch {
      throw told(error, [log, place.printed], log: log)
    }
  }

  func log(at path: String) -> TaskLog {
    TaskLog(path: path, secrets: secrets, isHidden: result.isHidden)
  }

  /// A failure with the last lines of the first of some files that has any.
  func told(_ failure: TaskFailure, _ files: [String], log: String) -> TaskFailure {
    let lines = files.lazy.map { LogFile(path: $0).lastLines() }.first { !$0.isEmpty }
    return failure.telling(result.isHidden ? [] : lines ?? [], of: log, without: secrets)
  }

  // MARK: Commands

  private func run(
    _ parts: [TypedTask.CommandPart], _ place: WorkFolder
  ) async throws(TaskFailure) -> Column {
    var given: [String] = []
    for (parameter, argument) in zip(task.parameters, arguments) {
      given.append(try self.given(argument, for: parameter, place))
    }
    let command = ShellCommand(parts) { part in
      switch part {
      case .text(let text): text
      case .parameter(let index): given[index]
      case .output: place.output
      case .outputField(let name): place.output(name)
      }
    }
    let printsResult = result.hasValues && !parts.contains(.output)
    try await perform(
      command.script, command.arguments, place, output: printsResult ? .file(place.printed) : .log)
    let value = try result.value(
      json: { () throws(TaskFailure) in try Self.read(printsResult ? place.printed : place.output) },
      from: printsResult ? "its standard output" : "the file at `{out}`",
      path: { $0.map { place.output($0) } ?? place.output })
    place.leave()
    return value
  }

  /// What stands for a parameter in a command: the text of a scalar, else the path of a file.
  private func given(
    _ argument: TaskArgument, for parameter: TypedTask.Parameter, _ place: WorkFolder
  ) throws(TaskFailure) -> String {
    switch argument {
    case .table(let path): return path
    case .value(let value, let type):
      if let text = try TaskArgument.text(value, type) { return text }
      let path = place.input("\(parameter.local.name).json")
      try WorkFolder.write(try TaskArgument.json(value, type), to: path)
      return path
    }
  }

  // MARK: Python

  private func call(
    _ file: String, _ function: String, _ place: WorkFolder
  ) async throws(TaskFailure) -> Column {
    let path = try existing(file)
    try WorkFolder.write(try keywords(), to: place.input("arguments.json"))
    let arguments = [
      "-c", PythonCall.script, path, function, place.input("arguments.json"), place.output, place.problem,
    ]
    do throws(TaskFailure) {
      try await perform("exec python3 \"$@\"", arguments, place)
    } catch {
      guard let text = FileManager.default.contents(atPath: place.problem),
        let problem = try? JSONDecoder().decode(PythonCall.Problem.self, from: text)
      else { throw error }
      throw failure(problem)
    }
    return try returned(try Self.read(place.output))
  }

  /// Where a file of Python is, which must be there.
  func existing(_ file: String) throws(TaskFailure) -> String {
    let path = script(file)
    guard FileManager.default.fileExists(atPath: path) else {
      throw TaskFailure(
        "can't be called: there is no file `\(file)`", help: "it is looked for in the project's folder")
    }
    return path
  }

  /// What an exception says, and where it was thrown.
  func failure(_ problem: PythonCall.Problem) -> TaskFailure {
    let file =
      problem.file.hasPrefix(folder + "/") ? String(problem.file.dropFirst(folder.count + 1)) : problem.file
    let said = result.isHidden ? "what it says is not shown, because it may be labelled" : problem.message
    return TaskFailure("failed: \(said) (\(file)\(problem.line.map { ":\($0)" } ?? ""))")
  }

  /// Where a file of Python is.
  func script(_ file: String) -> String {
    URL(fileURLWithPath: file, relativeTo: URL(fileURLWithPath: folder, isDirectory: true)).path
  }

  /// The arguments by their names.
  func keywords() throws(TaskFailure) -> [UInt8] {
    var text: [UInt8] = []
    for (parameter, argument) in zip(task.parameters, arguments) {
      let (kind, json): (String, [UInt8]) =
        switch argument {
        case .table(let path): ("path", Self.quoted(path))
        case .value(let value, let type): (type.isPath ? "path" : "value", try TaskArgument.json(value, type))
        }
      text += "\(text.isEmpty ? "{" : ",")\"\(parameter.local.name)\":{\"\(kind)\":".utf8 + json + "}".utf8
    }
    return (text.isEmpty ? Array("{".utf8) : text) + "}".utf8
  }

  private static func quoted(_ text: String) -> [UInt8] {
    (try? JSONEncoder().encode(text)).map { Array($0) } ?? []
  }

  /// What the function returned: files as their paths, which start from where the work began.
  func returned(_ json: [UInt8]) throws(TaskFailure) -> Column {
    var paths: [String: String] = [:]
    var only: String?
    if result.type.isPath {
      only = try? JSONDecoder().decode(String.self, from: Data(json))
      if only == nil { throw TaskFailure("returned no path, and its result is a `\(result.type)`") }
    } else if case .record(let record) = result.type {
      let object = (try? JSONSerialization.jsonObject(with: Data(json))) as? [String: Any]
      for field in record.fields where field.type.isPath {
        guard let path = object?[field.column] as? String else {
          throw TaskFailure("returned no path as `\(field.name)`, a `\(field.type)`")
        }
        paths[field.name] = path
      }
    }
    return try result.value(json: { json }, from: "what it returns") { field in
      let path = field.map { paths[$0] ?? "" } ?? only ?? ""
      return path.hasPrefix("/") ? path : "\(folder)/\(path)"
    }
  }

  // MARK: HTTP

  /// One argument is the body itself, several are an object.
  private func ask(_ url: String, _ place: WorkFolder) async throws(TaskFailure) -> Column {
    var members: [[UInt8]] = []
    for (parameter, argument) in zip(task.parameters, arguments) {
      guard case .value(let value, let type) = argument else { continue }
      let json = try TaskArgument.json(value, type)
      members.append(arguments.count == 1 ? json : Self.quoted(parameter.local.name) + ":".utf8 + json)
    }
    let object = [UInt8](members.joined(separator: [UInt8(ascii: ",")]))
    let body = arguments.count == 1 ? object : [UInt8(ascii: "{")] + object + [UInt8(ascii: "}")]
    let call = HTTPCall(url: url, timeout: task.options.timeout.map { .microseconds($0) })
    let answer = try await call.post(body, log: place.log)
    return try result.value(json: { answer }, from: "the answer") { _ in "" }
  }

  // MARK: Processes

  /// Runs a script of the shell, in a container where the task says so, and explains what it ended with.
  private func perform(
    _ script: String, _ arguments: [String], _ place: WorkFolder, output: ChildProcess.Output = .log
  ) async throws(TaskFailure) {
    guard let image = task.options.container else {
      let process = process(script, arguments, place, output: output, memory: task.options.memory)
      return try Self.explain(await process.run())
    }
    let name = "thalweg-\(UUID().uuidString.lowercased())"
    let inside = try contained(script, arguments, image: image, name: name, place)
    let ending = await process(inside.script, inside.arguments, place, output: output).run()
    if ending != .exited(0), let engine = ContainerEngine.installed {
      // Who asked for it may have been ended, and not the container.
      let removal = ChildProcess(
        script: "exec \"$@\"", arguments: engine.removal(of: name), environment: environment, folder: folder,
        log: "/dev/null", output: .log, timeout: .seconds(30), memory: nil, grace: Self.grace)
      // It is done even where the attempt is cancelled.
      _ = await Task.detached { await removal.run() }.value
    }
    if ending == .exited(125) { throw TaskFailure("could not be started in the container `\(image)`") }
    try Self.explain(ending)
  }

  func process(
    _ script: String, _ arguments: [String], _ place: WorkFolder, output: ChildProcess.Output = .log,
    memory: Int64? = nil
  ) -> ChildProcess {
    var environment = environment
    environment["TMPDIR"] = place.path
    environment["THALWEG_WORK"] = place.path
    return ChildProcess(
      script: script, arguments: arguments, environment: environment, folder: folder,
      log: place.log, output: output, timeout: task.options.timeout.map { .microseconds($0) },
      memory: memory, grace: Self.grace)
  }

  static func explain(_ ending: ChildProcess.Ending) throws(TaskFailure) {
    switch ending {
    case .exited(0): return
    case .exited(let code): throw TaskFailure("ended with exit code \(code)\(ExitText.meaning(ofCode: code))")
    case .signaled(let signal): throw TaskFailure("was ended by \(ExitText.name(ofSignal: signal))")
    case .timedOut: throw .tooLate
    case .cancelled: throw .cancelled
    case .notStarted(let reason): throw TaskFailure("could not be started: \(reason)")
    }
  }

  private static func read(_ path: String) throws(TaskFailure) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw TaskFailure(
        "gave no result: it wrote nothing to `{out}`", help: "hand `{out}` to the program, which writes it")
    }
    return Array(data)
  }
}
