import GRDB

extension Row {
  func run(at path: String) throws -> RunRecord {
    var record = RunRecord(
      id: RunID(self["id"]), namespace: self["namespace"], pipeline: self["pipeline"], file: self["file"],
      parameters: self["parameters"], planHash: self["plan_hash"], mode: self["mode"],
      backend: self["backend"],
      owner: Owner(
        host: self["owner_host"], boot: self["owner_boot"], process: self["owner_process"],
        began: self["owner_began"]),
      created: Moment(microseconds: self["created"]))
    record.state = try state("state", at: path)
    record.started = moment("started")
    record.ended = moment("ended")
    record.seen = Moment(microseconds: self["seen"])
    record.rowsIn = self["rows_in"]
    record.rowsOut = self["rows_out"]
    record.error = error
    return record
  }

  func attempt(at path: String) throws -> AttemptRecord {
    AttemptRecord(
      number: self["number"], state: try state("state", at: path),
      started: Moment(microseconds: self["started"]),
      ended: moment("ended"), rowsIn: self["rows_in"], rowsOut: self["rows_out"], busy: self["busy"],
      error: error)
  }

  func epoch(of run: RunID) -> EpochRecord {
    var record = EpochRecord(
      run: run, number: self["number"], manifest: self["manifest"],
      committed: Moment(microseconds: self["committed"]), watermark: self["watermark"],
      positions: self["positions"], rows: rowCounts, stateBytes: self["state_bytes"],
      isSavepoint: self["is_savepoint"])
    record.isApplied = self["is_applied"]
    return record
  }

  var operatorRecord: OperatorRecord {
    OperatorRecord(
      name: self["name"], operation: self["operation"], rows: rowCounts, watermark: self["watermark"])
  }

  private var rowCounts: RowCounts {
    RowCounts(
      rowsIn: self["rows_in"], rowsOut: self["rows_out"], late: self["late"], failed: self["failed"],
      faulted: self["faulted"])
  }

  func state<State: RawRepresentable>(_ column: String, at path: String) throws -> State
  where State.RawValue == String {
    let name: String = self[column]
    guard let state = State(rawValue: name) else {
      throw StoreError.damaged(path: path, reason: "there is no state `\(name)`")
    }
    return state
  }

  private func moment(_ column: String) -> Moment? {
    (self[column] as Int64?).map { Moment(microseconds: $0) }
  }

  private var error: RunError? {
    guard let code: String = self["error_code"] else { return nil }
    return RunError(
      code: code, message: self["error_message"] ?? "", text: self["error_text"] ?? "",
      json: self["error_json"] ?? "null")
  }
}
