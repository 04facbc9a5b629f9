import GRDB

extension SQLiteRunStore {
  /// Records that a run is planned again.
  public func resume(_ run: RunRecord, jobs: [JobRecord], plan: PlanRecord) async throws(StoreError) -> Bool {
    try await write { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT number, state, plan_hash FROM run WHERE id = ?", arguments: [run.id.text])
      guard let row, let state = RunState(rawValue: row["state"]), state.isResumable else { return false }
      let number: Int64 = row["number"]
      try Self.insert(plan, database)
      try database.execute(
        sql: """
          UPDATE run SET pipeline = ?, file = ?, parameters = ?, plan_hash = ?, mode = ?, backend = ?, owner_host = ?,
            owner_boot = ?, owner_process = ?, owner_began = ?, batch = NULL WHERE number = ?
          """,
        arguments: [
          run.pipeline, run.file, run.parameters, plan.hash, run.mode, run.backend, run.owner.host,
          run.owner.boot, run.owner.process, run.owner.began, number,
        ])
      if row["plan_hash"] != plan.hash {
        try database.execute(sql: "DELETE FROM job WHERE run = ?", arguments: [number])
        try Self.insert(jobs, of: number, database)
      }
      try Self.record(.again(at: run.seen, error: nil), of: number, database)
      return true
    }
  }
}
