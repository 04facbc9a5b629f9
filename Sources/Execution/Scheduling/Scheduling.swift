import Dataflow
import Diagnosing
import JobStore
import Semantics

/// A pipeline that can be put on the clock, or run for the times of its schedule.
public struct ScheduledPipeline: Sendable {
  let program: CompiledFile
  let pipeline: RunnablePipeline
  let schedule: RunOptions.Schedule
  let clock: ScheduleStore.Clock
  let times: CronTimes

  /// Findings that don't stand in the way.
  public var warnings: [Diagnostic] { pipeline.warnings }
  /// The texts that findings point into.
  public var sources: SourceMap { pipeline.sources }

  /// A pipeline of a program.
  /// - Throws: A `Refusal` where it has no schedule that this machine can follow.
  public init(_ name: String?, of program: CompiledFile) throws(Refusal) {
    self.program = program
    pipeline = try program.pipeline(name, given: [], isPartial: true)
    guard let schedule = pipeline.graph.run.schedule else {
      throw Refusal(
        .notScheduled, "the pipeline `\(pipeline.graph.name)` says no times at which it runs",
        at: name ?? program.file, of: program.invocation, label: "has no schedule",
        help: "as in `run batch { schedule: cron(\"0 3 * * *\", zone: \"UTC\") }`")
    }
    self.schedule = schedule
    let sources = pipeline.sources
    func refuse(_ message: String, _ label: String, _ help: String?) -> Refusal {
      Refusal([Diagnostic(.backendLacks, message, at: schedule.span, label: label, help: help)], sources)
    }
    guard case .cron(let expression, let zone) = schedule.trigger else {
      throw refuse(
        "runs that start at the publication of a dataset can't be scheduled yet", "starts at a publication",
        "`cron(...)` starts runs at times")
    }
    do throws(CronTimes.Unreadable) { times = try CronTimes(expression, zone: zone) } catch {
      throw refuse("the times of the schedule can't be told here: \(error.reason)", "in a zone", nil)
    }
    if pipeline.graph.run.concurrency?.parameter != nil {
      throw refuse(
        "the runs of a schedule can't be counted by a parameter yet: its value follows from the time",
        "starts runs that are counted by a parameter", "leave out `by:`, or submit the runs")
    }
    clock = ScheduleStore.Clock(expression: expression, zone: zone, missed: schedule.missed.rawValue)
  }

  /// What became of a pipeline that was put on the clock.
  public struct Put: Sendable {
    /// Names the schedule.
    public let name: String
    /// Its first time; nil where none comes.
    public let next: Moment?
    /// The arguments that its first run will have, as `-p` takes them.
    public let arguments: [String]
    /// What had the name before.
    public let former: ScheduleStore.Schedule?
  }

  /// Puts it on the clock, with the texts of its program as they are now.
  /// - Parameter profile: The one that was named.
  public func put(as name: String?, under profile: String?, to queue: RunQueue) async throws -> Put {
    let name = name ?? pipeline.graph.name
    let next = times.next(after: Moment.now.seconds).map { Moment(seconds: $0) }
    try program.refuseToSubmit(try program.scheduled(pipeline.graph.name, at: next ?? .now))
    let (former, first) = try await ScheduleStore(queue, of: pipeline.namespace).put(
      ScheduleStore.Entry(
        name: name, pipeline: pipeline.graph.name, file: program.shown, clock: clock,
        plan: pipeline.planRecord, jobs: pipeline.jobRecords,
        submission: program.submission(of: pipeline, given: [:], under: profile),
        terms: pipeline.terms(priority: nil)))
    return Put(
      name: name, next: first, arguments: try first.map { try pipeline.scheduleArguments(at: $0) } ?? [],
      former: former)
  }
}
