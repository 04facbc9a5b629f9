import Foundation
import JobStore
import Testing

@testable import TestServers

/// The drivers that the conformance suite runs on.
enum Driver: String, CaseIterable {
  case memory, sqlite, postgresql

  /// Runs `body` on an empty store.
  func withStore(_ body: (any RunStore) async throws -> Void) async throws {
    switch self {
    case .memory: try await body(InMemoryRunStore())
    case .sqlite:
      try await withFolder { folder in
        try await body(try SQLiteRunStore.open(creating: folder + "/.thalweg/state.db"))
      }
    case .postgresql:
      let address = try Database().address
      _ = try await PostgreSQLSchema(address).migrate()
      try await body(try await PostgreSQLRunStore.open(address))
    }
  }
}

/// Gives `body` a folder that is removed afterwards.
func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
  let folder = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try await body(folder.path)
}

/// A moment so many seconds after a fixed one.
func at(_ seconds: Int64) -> Moment {
  Moment(microseconds: 1_767_225_600_000_000).advanced(bySeconds: seconds)
}

let someone = Owner(host: "a", boot: "b", process: 42, began: 7)

func makeRun(
  _ id: String, namespace: String = "default", pipeline: String = "revenue", created: Int64 = 0,
  owner: Owner = someone
) -> RunRecord {
  RunRecord(
    id: RunID(id), namespace: namespace, pipeline: pipeline, file: "revenue.thal",
    parameters: #"{"day":"2026-01-01"}"#, planHash: "abc", mode: "batch", backend: "local", owner: owner,
    created: at(created))
}

let twoJobs = [JobRecord(id: 1, name: "sales"), JobRecord(id: 2, name: "shops.aggregate.1")]
let somePlan = PlanRecord(hash: "abc", json: #"{"version":1}"#)
let someError = RunError(
  code: "F480", message: "a row", text: "error[F480]: a row\n", json: #"{"code":"F480"}"#)
