import Columns
import Foundation
import Semantics

// Calls by processes that stay.

extension TaskCall {
  /// A process that calls the function as often as it is asked.
  func replica(in work: String, log: String) throws(TaskFailure) -> PythonReplica {
    guard case .python(let file, let function)? = task.work else {
      preconditionFailure("a function of Python")
    }
    let path = try existing(file)
    let place = try WorkFolder(work, log: log)
    logs?.begin(self.log(at: log))
    do {
      return try PythonReplica { input, output in
        var process = process(
          "exec python3 \"$@\"", ["-c", PythonCall.server, path, function], place, output: .pipe(output),
          memory: task.options.memory)
        process.input = input
        // The time is that of a call.
        process.timeout = nil
        return process
      }
    } catch { throw TaskFailure("could not be started: \(error)") }
  }

  /// The value in what a replica answers.
  func answered(_ answer: [UInt8]) throws(TaskFailure) -> Column {
    let value = Array("{\"value\":".utf8)
    if answer.starts(with: value) { return try returned(Array(answer.dropFirst(value.count).dropLast())) }
    struct Failed: Decodable { let error: PythonCall.Problem }
    guard let failed = try? JSONDecoder().decode(Failed.self, from: Data(answer)) else {
      throw TaskFailure("gave an answer that is no JSON")
    }
    throw failure(failed.error)
  }

  /// Why a replica is gone.
  func explained(_ ending: ChildProcess.Ending, log: String) -> TaskFailure {
    do throws(TaskFailure) {
      try Self.explain(ending)
      return told(TaskFailure("ended before it gave an answer"), [log], log: log)
    } catch { return told(error, [log], log: log) }
  }
}
