import Columns
import Dataflow
import Diagnosing
import Foundation
import Hashing
import JobStore
import Planning
import Semantics

/// The runs of a pipeline for each of many values of a parameter, or for each time of its schedule.
public struct Backfill: Sendable {
  /// More are a mistake, or several backfills.
  private static let most = 10_000

  /// Names it: runs for values that it has already are not made again.
  public let id: String
  /// Whose runs they are.
  public var namespace: String { pipelines[0].pipeline.namespace }
  /// Findings that don't stand in the way.
  public let warnings: [Diagnostic]
  /// The texts that findings point into.
  public let sources: SourceMap

  private let program: CompiledFile
  private let profile: String?
  private let pipelines: [(value: String, pipeline: RunnablePipeline)]

  /// The runs of a pipeline.
  /// - Parameters:
  ///   - given: Its arguments, as `-p` takes them; one is a range: `day=2026-01-01..2026-01-31`.
  ///   - times: Or a range of days or moments, whose times of the schedule have runs.
  ///   - id: Names the backfill; without it, it is named after the program and what is given besides the range.
  ///   - profile: The one that was named.
  public init(
    _ name: String?, of program: CompiledFile, given: [String], times: String?, id: String?,
    under profile: String?
  ) throws {
    self.program = program
    self.profile = profile
    let open = try program.pipeline(name, given: [], isPartial: true)
    let range = try Range(given, of: open, program)
    let rest = given.filter { $0 != range?.text }
    let label: String
    switch (range, times) {
    case (let range?, nil):
      label = range.name
      pipelines = try range.values.map { value in
        let argument = "\(range.name)=\(value)"
        return (
          argument,
          try program.pipeline(open.graph.name, given: rest + [argument], isPartial: false)
        )
      }
    case (nil, let times?):
      if let surplus = given.first {
        throw Refusal(
          .repeatedParameter, "the arguments of a time follow from the schedule", at: surplus,
          of: program.invocation, label: "given besides `--times`")
      }
      label = "times"
      let scheduled = try ScheduledPipeline(name, of: program)
      pipelines = try Self.times(of: scheduled, in: times, program).map { time in
        (time.toSeconds, try program.scheduled(open.graph.name, at: time))
      }
    default:
      throw Refusal(
        .missingParameter, "a backfill needs one range of values, and no more",
        at: range?.text ?? program.file,
        of: program.invocation, label: "over what?",
        help: "as in `-p day=2026-01-01..2026-01-31`, or `--times 2026-01-01..2026-01-31` of a schedule")
    }
    guard let first = pipelines.first?.pipeline else {
      throw Refusal(
        .wrongParameterValue, "no time of the schedule is in the range", at: times ?? "",
        of: program.invocation, label: "is empty")
    }
    try program.refuseToSubmit(first)
    warnings = first.warnings
    sources = first.sources
    if let id {
      self.id = id
    } else {
      let submission = program.submission(of: first, given: [:], under: profile)
      let parts =
        [submission.program, submission.folder, profile ?? "", open.graph.name, label] + rest.sorted()
      self.id = "\(open.graph.name)-\(SHA256Hash.hex(parts.joined(separator: "\n")).prefix(8))"
    }
  }

  /// Submits the runs that it has not made before.
  /// - Parameter atOnce: So many may be under way at a time.
  /// - Returns: How many are new, of how many.
  public func submit(to queue: RunQueue, atOnce: Int?) async throws -> (new: Int, all: Int) {
    var generator = SystemRandomNumberGenerator()
    let pipeline = pipelines[0].pipeline
    let runs = pipelines.map { value, pipeline in
      RunQueue.BackfillRun(
        value: value, id: RunID.make(pipeline: pipeline.graph.name, using: &generator),
        parameters: pipeline.arguments.json.compact,
        arguments: JSONValue.object(pipeline.arguments.given.map { ($0, .string($1)) }).compact,
        caps: pipeline.terms(priority: nil).caps)
    }
    let new = try await queue.backfill(
      id, atOnce: atOnce, runs, like: program.record(of: runs[0].id, pipeline), jobs: pipeline.jobRecords,
      plan: pipeline.planRecord, program.submission(of: pipeline, given: [:], under: profile),
      pipeline.terms(priority: nil))
    guard let new else {
      throw Refusal(
        .unknownRun, "the backfill `\(id)` is one of another pipeline", at: id, of: program.invocation,
        label: "is taken", help: "give it another `--id`")
    }
    return (new, runs.count)
  }

  // MARK: - Ranges

  /// One parameter's values.
  private struct Range {
    let text: String
    let name: String
    let values: [String]

    init?(_ given: [String], of pipeline: RunnablePipeline, _ program: CompiledFile) throws {
      let ranges = given.compactMap { text -> (text: String, name: String, ends: [String], type: Type)? in
        guard let split = text.firstIndex(of: "=") else { return nil }
        let name = String(text[..<split])
        let ends = text[text.index(after: split)...].split(separator: "..", omittingEmptySubsequences: false)
        guard ends.count == 2,
          let type = pipeline.graph.parameters.first(where: { $0.local.name == name })?.local.type.raw,
          type == .date || type == .int
        else { return nil }
        return (text, name, ends.map(String.init), type)
      }
      guard let first = ranges.first else { return nil }
      func refuse(_ message: String, _ text: String, _ help: String? = nil) -> Refusal {
        Refusal(
          .wrongParameterValue, message, at: text, of: program.invocation, label: "not a range", help: help)
      }
      if ranges.count > 1 { throw refuse("a backfill goes over one range", ranges[1].text) }
      let ends = first.ends.compactMap { end -> Int64? in
        guard case .success(let value) = ArgumentValue.read(end, first.type) else { return nil }
        switch value.kind {
        case .literal(.date(let days)): return Int64(days)
        case .literal(.int(let number)): return number
        default: return nil
        }
      }
      guard ends.count == 2 else {
        throw refuse(
          "a range has two values of a `\(first.type)`, both of which belong to it", first.text,
          "as in `-p \(first.name)=\(first.type == .date ? "2026-01-01..2026-01-31" : "1..12")`")
      }
      guard ends[0] <= ends[1] else { throw refuse("the range runs backwards", first.text) }
      let (length, isTooLong) = ends[1].subtractingReportingOverflow(ends[0])
      if isTooLong || length >= Backfill.most {
        throw refuse("a backfill has at most \(Figures.count(Int64(Backfill.most))) runs", first.text)
      }
      text = first.text
      name = first.name
      values = (ends[0]...ends[1]).compactMap { value in
        ArgumentValue.text(first.type == .date ? .date(Int32(value)) : .int(value), first.type)
      }
    }
  }

  /// The times of a schedule within `FROM..TO`: days of its zone, the last one whole, or moments.
  private static func times(
    of scheduled: ScheduledPipeline, in text: String, _ program: CompiledFile
  ) throws(Refusal) -> [Moment] {
    func refuse(_ message: String) -> Refusal {
      Refusal(
        .wrongParameterValue, message, at: text, of: program.invocation, label: "not a range of times",
        help: "as in `--times 2026-01-01..2026-01-31`, or `2026-01-01T00:00:00Z..2026-01-01T12:00:00Z`")
    }
    let ends = text.split(separator: "..", omittingEmptySubsequences: false).map(String.init)
    guard ends.count == 2 else { throw refuse("a range has two ends") }
    func moment(_ end: String, daysLater: Int64) -> Int64? {
      if case .success(let value) = ArgumentValue.read(end, .timestamp),
        case .literal(.timestamp(let microseconds)) = value.kind
      {
        return Moment(microseconds: microseconds).seconds
      }
      guard case .success(let value) = ArgumentValue.read(end, .date),
        case .literal(.date(let days)) = value.kind
      else { return nil }
      return scheduled.times.midnight(of: Int64(days) + daysLater) - daysLater
    }
    guard let from = moment(ends[0], daysLater: 0), let through = moment(ends[1], daysLater: 1) else {
      throw refuse("the ends of a range are days or moments")
    }
    guard from <= through else { throw refuse("the range runs backwards") }
    var found: [Moment] = []
    var last = from - 1
    while let next = scheduled.times.next(after: last), next <= through {
      found.append(Moment(seconds: next))
      last = next
      if found.count > most {
        throw refuse("a backfill has at most \(Figures.count(Int64(most))) runs")
      }
    }
    return found
  }
}

extension Type {
  /// What the type is of, without being optional or distinct.
  fileprivate var raw: Type {
    switch self {
    case .optional(let wrapped): wrapped.raw
    case .distinct(let distinct): distinct.raw.raw
    default: self
    }
  }
}
