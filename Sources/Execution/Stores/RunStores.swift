import Compiler
import Diagnosing
import Foundation
import JobStore
import PostgreSQL
import Settings

/// Where runs are recorded: in the PostgreSQL database that the profile or a variable of the environment names, which
/// many machines may share; else in a file of the current folder.
public struct RunStores: Sendable {
  /// The variable that holds the database's address.
  public static let variable = "THALWEG_DATABASE_URL"
  /// Where a folder keeps its runs.
  static let path = ".thalweg/state.db"

  private let address: ServerAddress?

  /// What the environment says.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) throws(StoreError) {
    try self.init(address: environment[Self.variable].flatMap { $0.isEmpty ? nil : $0 }, from: Self.variable)
  }

  /// - Parameter place: Who says so, for messages.
  init(address text: String?, from place: String) throws(StoreError) {
    do throws(PostgreSQLError) {
      address = try text.map { text throws(PostgreSQLError) in try ServerAddress(text) }
    } catch {
      throw .unreachable(database: "`\(place)`", reason: error.message)
    }
  }

  /// What the project's profile says, or the environment.
  init(of project: Project?, in folder: String, _ sources: SourceMap) throws {
    guard let database = project?.profile?.database else {
      try self.init()
      return
    }
    switch Secrets(profile: project?.profile, folder: folder).value(of: database) {
    case .success(let address): try self.init(address: address, from: "database")
    case .failure(let problem):
      throw Refusal(
        [
          Diagnostic(
            .missingSecret, "the address of the database of runs has no value: \(problem.reason)",
            at: problem.place, label: "is to be here", help: problem.help)
        ], sources)
    }
  }

  /// Whether a namespace can have this name.
  public static func isNamespace(_ name: String) -> Bool { Settings.isNamespace(name) }

  /// The store, made where there is none yet: a database is made by `db migrate` alone.
  public func create() async throws(StoreError) -> any RunStore {
    if let address { return try await PostgreSQLRunStore.open(address) }
    return try SQLiteRunStore.open(creating: Self.path)
  }

  /// The store; nil where the folder has none.
  public func existing() async throws(StoreError) -> (any RunStore)? {
    if let address { return try await PostgreSQLRunStore.open(address) }
    return try SQLiteRunStore.open(existing: Self.path)
  }

  /// The store from which old runs can be removed; nil where the folder has none.
  public func pruner() async throws(StoreError) -> (any RunPruner)? {
    if let address { return try await PostgreSQLRunStore.open(address) }
    return try SQLiteRunStore.open(existing: Self.path)
  }

  /// The tables of the database.
  public func schema() throws(StoreError) -> PostgreSQLSchema { PostgreSQLSchema(try database()) }

  /// The runs that wait for a worker.
  public func queue() async throws(StoreError) -> RunQueue {
    RunQueue(
      try await PostgreSQLRunStore.open(try database()),
      lost: RunError(lost: "the worker that ran it was lost"))
  }

  private func database() throws(StoreError) -> ServerAddress {
    guard let address else { throw .noDatabase }
    return address
  }
}

extension RunnablePipeline {
  /// Where its runs are recorded.
  public func stores() throws -> RunStores { try RunStores(of: project, in: folder, sources) }
}
