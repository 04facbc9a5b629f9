import Columns
import Compiler
import Dataflow
import Diagnosing
import Foundation
import Semantics
import Testing

@testable import Tasks

/// A task of a program, and a folder to work in.
final class TaskFixture: Sendable {
  let task: TypedTask
  let folder: String

  /// - Parameter text: Declares the task `work(rows: Table<Row>, ...)`, called with these further arguments.
  init(_ text: String, arguments: String = "") async throws {
    let program = """
      record Row { id: Int }
      \(text)
      pipeline p {
        from rows: Table<Row> = csv("rows.csv")
        let given = work(rows\(arguments.isEmpty ? "" : ", \(arguments)"))
      }
      """
    let compilation = await check(["p.thal"]) { $0 == "p.thal" ? Array(program.utf8) : nil }
    try #require(compilation.diagnostics.map(\.message) == [])
    let calls = compilation.graphs.flatMap(\.nodes).compactMap { node in
      if case .task(let call) = node.operation { call.task } else { nil }
    }
    task = try #require(calls.first)
    folder = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Does the work once, with an empty table and these values.
  func attempt(
    _ values: [(Column, Type)] = [], environment: [String: String] = [:], secrets: [String] = []
  ) async throws(TaskFailure) -> Column {
    let call = TaskCall(
      task, [.table(path: "\(folder)/rows.jsonl")] + values.map { .value($0, $1) }, environment: environment,
      secrets: secrets, folder: folder, isHidden: false)
    return try await call.attempt(in: folder + "/work", log: folder + "/work.log")
  }

  /// Why the work fails.
  func failure(
    _ values: [(Column, Type)] = [], environment: [String: String] = [:], secrets: [String] = []
  ) async -> TaskFailure? {
    do throws(TaskFailure) {
      _ = try await attempt(values, environment: environment, secrets: secrets)
      return nil
    } catch { return error }
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
  }

  func read(_ name: String) throws -> String {
    try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
  }
}

extension Column {
  /// One row with a text.
  static func text(_ text: String) -> Column {
    let arena = TextArena()
    return Column(count: 1, storage: .text(Buffer([arena.add(text)]), owners: [arena]))
  }

  static func number(_ number: Int64) -> Column { Column(count: 1, storage: .int64(Buffer([number]))) }

  /// The text of its row.
  var text: String { withExtendedLifetime(self) { texts[0].string } }
}
