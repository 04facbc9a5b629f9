import Diagnosing
import JobStore

/// Recorded runs as text and as JSON.
public enum RunReport {
  /// One line a run.
  public static func text(_ runs: [RunRecord], now: Moment) -> String {
    if runs.isEmpty { return "no runs\n" }
    // Who shares nothing need not know of namespaces.
    let isShared = runs.contains { $0.namespace != RunRecord.defaultNamespace }
    let rows = runs.map { run in
      [run.id.text] + (isShared ? [run.namespace] : []) + [
        state(run), run.created.toSeconds, took(run, now: now), Figures.count(run.rowsIn),
        Figures.count(run.rowsOut), run.error?.code ?? "", run.file,
      ]
    }
    return Figures.table(
      ["RUN"] + (isShared ? ["NAMESPACE"] : [])
        + ["STATE", "CREATED", "TOOK", "ROWS IN", "ROWS OUT", "ERROR", "FILE"], rows,
      right: isShared ? [4, 5, 6] : [3, 4, 5])
  }

  /// A run with its jobs and its error.
  public static func text(_ entry: RunCatalog.Entry, now: Moment) -> String {
    let run = entry.run
    var facts = [
      ["run", run.id.text],
      ["state", state(run) + (entry.resumePoint.map { ", may go on after epoch \($0)" } ?? "")],
      ["pipeline", "\(run.pipeline) of \(run.file)"],
      ["plan", "\(run.planHash.prefix(12))   \(run.mode) on \(run.backend)"],
      ["created", run.created.description],
      ["took", took(run, now: now)],
      ["rows", "\(Figures.count(run.rowsIn)) in, \(Figures.count(run.rowsOut)) out"],
    ]
    if run.parameters != "{}" {
      facts.insert(["parameters", run.parameters], at: facts.firstIndex { $0[0] == "plan" } ?? 0)
    }
    if let standing = entry.standing { facts.insert(fact(standing, run, now: now), at: 2) }
    if run.namespace != RunRecord.defaultNamespace { facts.insert(["namespace", run.namespace], at: 1) }
    let jobs = entry.jobs.map { job in
      let last = job.attempts.last
      return [
        "\(job.id)", job.name, job.state.rawValue, "\(job.attempts.count)",
        last.map { Figures.duration(($0.ended ?? now).seconds(since: $0.started)) } ?? "",
        last.map { Figures.duration(Double($0.busy) / 1_000_000) } ?? "",
        last.map { Figures.count($0.rowsIn) } ?? "", last.map { Figures.count($0.rowsOut) } ?? "",
      ]
    }
    var text = Figures.table([], facts, right: [])
    text +=
      "\n"
      + Figures.table(
        ["JOB", "NAME", "STATE", "TRIES", "TOOK", "WORK", "ROWS IN", "ROWS OUT"], jobs,
        right: [0, 3, 4, 5, 6, 7])
    if let newest = entry.epochs.last { text += "\n" + streamText(entry, newest) }
    if let error = run.error { text += "\n" + error.text }
    return text
  }

  /// All of the runs; `version` grows when a member is taken away or changes its meaning.
  public static func json(_ runs: [RunRecord]) -> JSONValue {
    .members(["version": .int(1), "runs": .array(runs.map { .object(members($0)) })])
  }

  /// A run with its jobs.
  public static func json(_ entry: RunCatalog.Entry) -> JSONValue {
    let jobs = entry.jobs.map { job in
      JSONValue.members([
        "id": .int(Int64(job.id)),
        "name": .string(job.name),
        "state": .string(job.state.rawValue),
        "attempts": .array(
          job.attempts.map { attempt in
            .members([
              "number": .int(Int64(attempt.number)),
              "state": .string(attempt.state.rawValue),
              "started": .string(attempt.started.description),
              "ended": .optional(attempt.ended?.description),
              "rows_in": .int(attempt.rowsIn),
              "rows_out": .int(attempt.rowsOut),
              "busy_us": .int(attempt.busy),
              "error": json(attempt.error),
            ])
          }),
      ])
    }
    var run = members(entry.run) + [("standing", json(entry.standing)), ("jobs", .array(jobs))]
    if entry.run.mode == "stream" { run += streamMembers(entry) }
    return .members(["version": .int(1), "run": .object(run)])
  }

  private static func members(_ run: RunRecord) -> [(key: String, value: JSONValue)] {
    [
      ("id", .string(run.id.text)),
      ("namespace", .string(run.namespace)),
      ("pipeline", .string(run.pipeline)),
      ("file", .string(run.file)),
      ("parameters", .raw(run.parameters)),
      ("plan", .string(run.planHash)),
      ("mode", .string(run.mode)),
      ("backend", .string(run.backend)),
      ("state", .string(run.state.rawValue)),
      ("hold", .optional(run.hold?.rawValue)),
      ("created", .string(run.created.description)),
      ("started", .optional(run.started?.description)),
      ("ended", .optional(run.ended?.description)),
      ("rows_in", .int(run.rowsIn)),
      ("rows_out", .int(run.rowsOut)),
      (
        "owner",
        .members(["host": .string(run.owner.host), "process": .int(run.owner.process)])
      ),
      ("error", json(run.error)),
    ]
  }

  private static func json(_ error: RunError?) -> JSONValue {
    guard let error else { return .null }
    return .members([
      "code": .string(error.code), "message": .string(error.message), "diagnostic": .raw(error.json),
    ])
  }

  /// What a run waits for that has not begun.
  public static func waits(_ run: RunRecord) -> String? {
    switch run.hold {
    case .paused where run.state == .planned: "is paused"
    case .retry: "has failed, and is tried again soon"
    case .backfill: "waits for others of its backfill"
    default: run.state == .planned ? "waits for a worker" : nil
    }
  }

  private static func state(_ run: RunRecord) -> String {
    switch run.hold {
    case .paused: "\(run.state.rawValue), paused"
    case .retry: "\(run.state.rawValue), to be tried again"
    case .backfill: "\(run.state.rawValue), after others"
    case nil: run.state.rawValue
    }
  }

  private static func took(_ run: RunRecord, now: Moment) -> String {
    guard let started = run.started else { return "" }
    return Figures.duration((run.ended ?? now).seconds(since: started))
  }
}

extension RunSnapshot {
  /// How far a run is by its records.
  public init(_ run: RunRecord, _ jobs: [JobRecord], now: Moment) {
    let elapsed = run.started.map { now.seconds(since: $0) } ?? 0
    self.init(
      jobs: jobs.map { job in
        let last = job.attempts.last
        return Job(
          name: job.name + (job.attempts.count > 1 ? ", try \(job.attempts.count)" : ""), state: job.state,
          rowsIn: last?.rowsIn ?? 0, rowsOut: last?.rowsOut ?? 0, busy: last?.busy ?? 0)
      }, rowsIn: run.rowsIn, rowsOut: run.rowsOut, elapsed: elapsed)
  }
}
