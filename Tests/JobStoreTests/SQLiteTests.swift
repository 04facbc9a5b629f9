import Foundation
import GRDB
import JobStore
import Testing

@Suite struct SQLiteTests {
  @Test func makesNoDatabaseToReadFrom() async throws {
    try await withFolder { folder in
      let store = try SQLiteRunStore.open(existing: folder + "/.thalweg/state.db")
      #expect(store == nil)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  @Test func keepsItsFolderOutOfVersionControl() async throws {
    try await withFolder { folder in
      _ = try SQLiteRunStore.open(creating: folder + "/.thalweg/state.db")
      #expect(try String(contentsOfFile: folder + "/.thalweg/.gitignore", encoding: .utf8) == "*\n")
    }
  }

  @Test func remembersAcrossProcesses() async throws {
    try await withFolder { folder in
      let path = folder + "/state.db"
      try await SQLiteRunStore.open(creating: path).create(makeRun("r-1"), jobs: twoJobs, plan: somePlan)
      let again = try #require(try SQLiteRunStore.open(existing: path))
      #expect(try await again.run(RunID("r-1")) == makeRun("r-1"))
    }
  }

  @Test func saysThatAFileIsNoDatabase() async throws {
    try await withFolder { folder in
      let path = folder + "/state.db"
      try Data(String(repeating: "not a database ", count: 100).utf8).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: StoreError.self) { try SQLiteRunStore.open(creating: path) }
      guard case .damaged(path, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("not a database"))
    }
  }

  @Test func saysThatANewerVersionWasHere() async throws {
    try await withFolder { folder in
      let path = folder + "/state.db"
      _ = try SQLiteRunStore.open(creating: path)
      try await DatabaseQueue(path: path).write { database in
        try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('0099 from the future')")
      }
      #expect(throws: StoreError.newer(path: path)) { try SQLiteRunStore.open(creating: path) }
    }
  }

  @Test func saysThatAFolderCannotBeMade() async throws {
    try await withFolder { folder in
      try Data().write(to: URL(fileURLWithPath: folder + "/.thalweg"))
      let error = #expect(throws: StoreError.self) {
        try SQLiteRunStore.open(creating: folder + "/.thalweg/state.db")
      }
      guard case .unusable = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test func isMadeOnceByManyAtATime() async throws {
    try await withFolder { folder in
      let path = folder + "/.thalweg/state.db"
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<8 {
          group.addTask {
            let store = try SQLiteRunStore.open(creating: path)
            try await store.create(makeRun("r-\(number)"), jobs: twoJobs, plan: somePlan)
          }
        }
        try await group.waitForAll()
      }
      let store = try #require(try SQLiteRunStore.open(existing: path))
      #expect(try await store.runs(RunFilter()).count == 8)
    }
  }
}
