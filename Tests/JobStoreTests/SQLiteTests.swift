import Foundation
import GRDB
@testable import JobStore
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

  @Test func keepsWhatAnEarlierVersionHasRecorded() async throws {
    try await withFolder { folder in
      let path = folder + "/state.db"
      let queue = try DatabaseQueue(path: path)
      try Migrations.all.migrate(queue, upTo: "0001 runs, jobs, attempts, plans")
      try await queue.write { database in
        try database.execute(
          sql: """
            INSERT INTO plan VALUES ('abc', '{}');
            INSERT INTO run VALUES (7, 'r-1', 'p', 'p.thal', '{}', 'abc', 'batch', 'local', 'a', 'b', 42, 7,
              1, 'failed', 2, 3, 4, 5, 6, 'F480', 'a row', 'text', '{}');
            INSERT INTO job VALUES (7, 1, 'sales', 'failed');
            INSERT INTO attempt VALUES (7, 1, 1, 'failed', 2, 3, 5, 6, 8, NULL, NULL, NULL, NULL);
            """)
      }
      try queue.close()
      let store = try #require(try SQLiteRunStore.open(existing: path))
      let run = try #require(try await store.run(RunID("r-1")))
      #expect(run.state == .failed && run.rowsOut == 6 && run.error?.code == "F480" && run.owner == someone)
      let jobs = try await store.jobs(of: run.id)
      #expect(jobs.map(\.name) == ["sales"] && jobs[0].attempts.map(\.busy) == [8])
      #expect(try await store.resume(run, jobs: jobs, plan: somePlan))
      #expect(try await store.update(run.id, [.run(.stopped, at: at(9), rowsIn: 0, rowsOut: 0, error: nil)]))
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
