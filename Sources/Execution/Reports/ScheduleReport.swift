import Diagnosing
import Engine
import JobStore

/// The schedules of a database as text and as JSON.
public enum ScheduleReport {
  /// So many coming times are told.
  private static let shown = 5

  /// One line a schedule.
  public static func text(_ schedules: [ScheduleStore.Schedule]) -> String {
    if schedules.isEmpty { return "no schedules\n" }
    // Who shares nothing need not know of namespaces.
    let isShared = schedules.contains { $0.namespace != RunRecord.defaultNamespace }
    let rows = schedules.map { schedule in
      [schedule.name] + (isShared ? [schedule.namespace] : []) + [
        state(schedule), schedule.clock.expression, schedule.clock.zone,
        schedule.isPaused ? "" : schedule.next?.toSeconds ?? "never", schedule.last?.time.toSeconds ?? "",
        schedule.last.map { "\($0.run) \($0.state?.rawValue ?? "removed")" } ?? "",
      ]
    }
    return Figures.table(
      ["SCHEDULE"] + (isShared ? ["NAMESPACE"] : [])
        + ["STATE", "TIMES", "ZONE", "NEXT", "LAST", "ITS RUN"], rows, right: [])
  }

  /// A schedule with the times that come and those that came.
  public static func text(
    _ schedule: ScheduleStore.Schedule, _ fires: [ScheduleStore.Fire], missed: [Range<Moment>]
  ) -> String {
    var facts = [
      ["schedule", schedule.name],
      ["state", state(schedule)],
      ["pipeline", "\(schedule.pipeline) of \(schedule.file)"],
      ["folder", schedule.folder],
      ["times", "\(schedule.clock.expression) in \(schedule.clock.zone)"],
      ["missed", schedule.clock.missed],
      ["added", schedule.added.toSeconds],
    ]
    if schedule.namespace != RunRecord.defaultNamespace {
      facts.insert(["namespace", schedule.namespace], at: 1)
    }
    if let profile = schedule.profile { facts.append(["profile", profile]) }
    var text = Figures.table([], facts, right: [])
    let coming = coming(schedule)
    if !coming.isEmpty {
      text +=
        "\n"
        + Figures.table(
          ["NEXT", "IN \(schedule.clock.zone)"],
          coming.map { [$0.toSeconds, $0.onTheWall(in: schedule.clock.zone)] }, right: [])
    }
    if !fires.isEmpty {
      text +=
        "\n"
        + Figures.table(
          ["TIME", "RUN", "STATE"],
          fires.map { [$0.time.toSeconds, $0.run.text, $0.state?.rawValue ?? "removed"] },
          right: [])
    }
    if !missed.isEmpty {
      text +=
        "\n"
        + Figures.table(
          ["MISSED FROM", "BEFORE"], missed.map { [$0.lowerBound.toSeconds, $0.upperBound.toSeconds] },
          right: [])
    }
    return text
  }

  /// `version` grows when a member is taken away or changes its meaning.
  public static func json(_ schedules: [ScheduleStore.Schedule]) -> JSONValue {
    .members(["version": .int(1), "schedules": .array(schedules.map { .object(members($0)) })])
  }

  /// A schedule with the times that come and those that came.
  public static func json(
    _ schedule: ScheduleStore.Schedule, _ fires: [ScheduleStore.Fire], missed: [Range<Moment>]
  ) -> JSONValue {
    let spans = missed.map {
      JSONValue.members([
        "from": .string($0.lowerBound.description), "before": .string($0.upperBound.description),
      ])
    }
    return .members([
      "version": .int(1),
      "schedule": .object(
        members(schedule) + [("fires", .array(fires.map(json))), ("missed_spans", .array(spans))]),
    ])
  }

  /// What became of a pipeline that was put on the clock.
  public static func text(_ put: ScheduledPipeline.Put) -> String {
    let first =
      put.next.map { "runs next at \($0.toSeconds)" } ?? "is scheduled, and none of its times comes"
    let arguments = put.arguments.isEmpty ? "" : " with \(put.arguments.joined(separator: " "))"
    var text = "\(put.name) \(first)\(arguments)\n"
    if let former = put.former {
      text += "it takes the place of \(former.pipeline) of \(former.file), put at \(former.added.toSeconds)\n"
      if former.isPaused {
        text += "it is paused still: `thalweg schedules resume \(put.name)` lets it go on\n"
      }
    }
    return text
  }

  private static func members(_ schedule: ScheduleStore.Schedule) -> [(key: String, value: JSONValue)] {
    [
      ("namespace", .string(schedule.namespace)),
      ("name", .string(schedule.name)),
      ("state", .string(state(schedule))),
      ("pipeline", .string(schedule.pipeline)),
      ("file", .string(schedule.file)),
      ("folder", .string(schedule.folder)),
      ("profile", .optional(schedule.profile)),
      ("cron", .string(schedule.clock.expression)),
      ("zone", .string(schedule.clock.zone)),
      ("missed", .string(schedule.clock.missed)),
      ("added", .string(schedule.added.description)),
      ("next", .array(coming(schedule).map { .string($0.description) })),
      ("last", schedule.last.map(json) ?? .null),
    ]
  }

  private static func json(_ fire: ScheduleStore.Fire) -> JSONValue {
    .members([
      "time": .string(fire.time.description), "run": .string(fire.run.text),
      "state": .optional(fire.state?.rawValue),
    ])
  }

  private static func state(_ schedule: ScheduleStore.Schedule) -> String {
    schedule.isPaused ? "paused" : schedule.next == nil ? "over" : "active"
  }

  private static func coming(_ schedule: ScheduleStore.Schedule) -> [Moment] {
    guard !schedule.isPaused, var next = schedule.next?.seconds else { return [] }
    var coming = [next]
    let times = try? CronTimes(schedule.clock.expression, zone: schedule.clock.zone)
    while coming.count < shown, let later = times?.next(after: next) {
      coming.append(later)
      next = later
    }
    return coming.map { Moment(seconds: $0) }
  }
}

extension Moment {
  /// `2026-01-31 08:00:00Z`.
  var toSeconds: String { String(description.prefix(19)).replacing("T", with: " ") + "Z" }

  /// `2026-01-31 09:00 +01:00`; empty where the zone is not known here.
  fileprivate func onTheWall(in zone: String) -> String {
    guard let rules = TimeZoneRules.named(zone).0 else { return "" }
    let east = Int64(rules.offset(at: seconds))
    let minutes = abs(east) / 60
    func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let local = Moment(seconds: seconds + east).toSeconds.dropLast(4)
    return "\(local) \(east < 0 ? "-" : "+")\(padded(minutes / 60)):\(padded(minutes % 60))"
  }
}
