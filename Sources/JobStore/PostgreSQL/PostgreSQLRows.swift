// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
import PostgreSQL

extension Moment: ArrayElement {
  public static var elementType: TypeID { Timestamp.elementType }
  public static var arrayType: TypeID { Timestamp.arrayType }
  public static var type: TypeID { Timestamp.type }
  public var bytes: [UInt8]? { Timestamp(microseconds: microseconds).bytes }

  public func add(to bytes: inout [UInt8]) { Timestamp(microseconds: microseconds).add(to: &bytes) }

  public init?(_ bytes: UnsafeRawBufferPointer?, type: TypeID) {
    guard let timestamp = Timestamp(bytes, type: type) else { return nil }
    self.init(microseconds: timestamp.microseconds)
  }
}

extension Rows {
  func run(_ row: Int, in place: String) throws -> RunRecord {
    var record = RunRecord(
      id: RunID(try value(row, "id")), namespace: try value(row, "namespace"),
      pipeline: try value(row, "pipeline"), file: try value(row, "file"),
      parameters: try value(row, "parameters"), planHash: try value(row, "plan_hash"),
      mode: try value(row, "mode"), backend: try value(row, "backend"),
      owner: Owner(
        host: try value(row, "owner_host"), boot: try value(row, "owner_boot"),
        process: try value(row, "owner_process"), began: try value(row, "owner_began")),
      created: try value(row, "created"))
    record.state = try state(row, "state", in: place)
    record.started = try value(row, "started")
    record.ended = try value(row, "ended")
    record.seen = try value(row, "seen")
    record.rowsIn = try value(row, "rows_in")
    record.rowsOut = try value(row, "rows_out")
    record.error = try error(row)
    return record
  }

  func heldRun(_ row: Int, in place: String) throws -> RunRecord {
    var record = try run(row, in: place)
    record.hold = try value(row, "hold", as: String?.self).flatMap { RunHold(rawValue: $0) }
    return record
  }

  /// Nil where a job has none.
  func attempt(_ row: Int, in place: String) throws -> AttemptRecord? {
    guard let number: Int = try value(row, "number", as: Int?.self) else { return nil }
    return AttemptRecord(
      number: number, state: try state(row, "state", in: place), started: try value(row, "started"),
      ended: try value(row, "ended"), rowsIn: try value(row, "rows_in"), rowsOut: try value(row, "rows_out"),
      busy: try value(row, "busy"), error: try error(row))
  }

  func epoch(_ row: Int, of run: RunID) throws -> EpochRecord {
    var record = EpochRecord(
      run: run, number: try value(row, "number"), manifest: try value(row, "manifest"),
      committed: try value(row, "committed"), watermark: try value(row, "watermark"),
      positions: try value(row, "positions"), rows: try rowCounts(row),
      stateBytes: try value(row, "state_bytes"), isSavepoint: try value(row, "is_savepoint"))
    record.isApplied = try value(row, "is_applied")
    return record
  }

  func operatorRecord(_ row: Int) throws -> OperatorRecord {
    OperatorRecord(
      name: try value(row, "name"), operation: try value(row, "operation"), rows: try rowCounts(row),
      watermark: try value(row, "watermark"))
  }

  /// Words with commas between.
  func list(_ row: Int, _ column: String) throws -> [String] {
    try value(row, column, as: String.self).split(separator: ",").map(String.init)
  }

  private func rowCounts(_ row: Int) throws -> RowCounts {
    RowCounts(
      rowsIn: try value(row, "rows_in"), rowsOut: try value(row, "rows_out"), late: try value(row, "late"),
      failed: try value(row, "failed"), faulted: try value(row, "faulted"))
  }

  func state<State: RawRepresentable>(_ row: Int, _ column: String, in place: String) throws -> State
  where State.RawValue == String {
    let name: String = try value(row, column)
    guard let state = State(rawValue: name) else {
      throw StoreError.damaged(path: place, reason: "there is no state `\(name)`")
    }
    return state
  }

  private func error(_ row: Int) throws -> RunError? {
    guard let code: String = try value(row, "error_code", as: String?.self) else { return nil }
    return RunError(
      code: code, message: try value(row, "error_message"), text: try value(row, "error_text"),
      json: try value(row, "error_json"))
  }
}
