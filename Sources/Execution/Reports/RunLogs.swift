import Diagnosing
import JobStore

/// What the tasks of a run write for people: of a submitted run as workers have sent it, else from the files of the
/// current folder.
public struct RunLogs: Sendable {
  private let run: RunRecord
  private let jobs: [JobRecord]
  private let source: any LogSource
  /// Whose logs are wanted.
  private let wanted: String?

  /// Of a run of `catalog`.
  /// - Parameter job: Only of this one: its number, its name, or the task that it calls.
  /// - Throws: A `Refusal` where the run has no such job; a `StoreError`.
  public init(of entry: RunCatalog.Entry, in catalog: RunCatalog, job: String?) async throws {
    guard let store = catalog.store else { preconditionFailure("the run was found there") }
    run = entry.run
    jobs = entry.jobs
    wanted = job
    if run.backend == RunQueue.backend, let shared = store as? PostgreSQLRunStore {
      source = SentLogs(run.id, TaskLogStore(shared))
    } else {
      source = FolderLogs(run.id, store)
    }
    guard let job, !jobs.contains(where: { Self.names($0, job) }) else { return }
    if try await source.logs().contains(where: { LogName($0.name)?.task == job }) { return }
    let some = jobs.prefix(5).map { "`\($0.name)`" }.joined(separator: ", ")
    throw Refusal(
      .unknownRun, "`\(run.id)` has no job `\(job)`", at: job, of: catalog.invocation,
      label: "not a job of it", help: "it has \(some); `thalweg runs show \(run.id)` lists all")
  }

  /// A piece of the log of an attempt, or of a process that is called for rows.
  public struct Part: Sendable {
    /// The piece.
    public let piece: TaskLogStore.Piece
    let name: LogName
    /// Bytes before it that are not to be had.
    let missing: Int64
  }

  /// Between two looks at what is written.
  private static let look = Duration.milliseconds(250)

  /// What has been written, attempt by attempt.
  public func forEachPart(_ body: (Part) throws -> Void) async throws {
    let logs = try await source.logs().compactMap { log in part(log).map { (log, $0) } }
    for (log, name) in logs.sorted(by: { ($0.1, $0.0.lease) < ($1.1, $1.0.lease) }) {
      var end: Int64 = 0
      while case let pieces = try await source.pieces(of: log, from: end), !pieces.isEmpty {
        for piece in pieces {
          try body(Part(piece: piece, name: name, missing: piece.position - end))
          end = piece.end
        }
        // What is not to be seen has no end.
        if pieces.contains(where: { $0.text == nil }) { break }
      }
    }
  }

  /// What is written until the run ends, as it comes.
  public func follow(_ body: (Part) throws -> Void) async throws {
    var source = source
    var ends: [TaskLogStore.Log: Int64] = [:]
    while true {
      let isOver = try await source.isOver()
      while case let pieces = try await source.next(isOver: isOver), !pieces.isEmpty {
        for piece in pieces {
          guard let name = part(piece.log) else { continue }
          try body(Part(piece: piece, name: name, missing: piece.position - ends[piece.log, default: 0]))
          ends[piece.log] = piece.end
        }
      }
      if isOver { return }
      try await Task.sleep(for: Self.look)
    }
  }

  /// The name of a log that is wanted.
  private func part(_ log: TaskLogStore.Log) -> LogName? {
    guard let name = LogName(log.name) else { return nil }
    guard let wanted else { return name }
    return name.task == wanted || jobs.contains { $0.id == name.job && Self.names($0, wanted) } ? name : nil
  }

  /// Whether a text is the number of a job, its name, or the value or the task in its name.
  private static func names(_ job: JobRecord, _ text: String) -> Bool {
    if let number = Int(text) { return job.id == number }
    return job.name == text || job.name.split(separator: ".").contains { $0 == text }
  }

  // MARK: - Reports

  /// Prints parts for people: with a heading where another log begins.
  public struct Text {
    private let jobs: [JobRecord]
    private var last: TaskLogStore.Log?
    private var endsLine = true

    /// Of the logs of a run.
    public init(_ logs: RunLogs) { jobs = logs.jobs }

    /// The next part.
    public mutating func text(_ part: Part) -> String {
      let log = part.piece.log
      var text = ""
      if log != last {
        text += endsLine ? "" : "\n"
        text += "\(last == nil ? "" : "\n")==> \(part.name.title(jobs)) (\(log.place))\n"
      }
      last = log
      if part.missing > 0 { text += "[\(Figures.size(part.missing)) are only in that file]\n" }
      text += part.piece.text ?? "[what is labelled may be in it: it is only in that file]\n"
      endsLine = text.hasSuffix("\n")
      return text
    }
  }

  /// A part for programs, in one line; `version` grows when a member is taken away or changes its meaning.
  public func json(_ part: Part) -> JSONValue {
    let (name, piece) = (part.name, part.piece)
    return .members([
      "version": .int(1), "run": .string(run.id.text), "job": .optional(name.job.map(Int64.init)),
      "name": .optional(jobs.first { $0.id == name.job }?.name ?? name.task),
      "pass": .optional(name.pass.map(Int64.init)),
      name.job == nil ? "process" : "attempt": .int(Int64(name.number)), "lease": .int(piece.log.lease),
      "place": .string(piece.log.place), "position": .int(piece.position), "size": .int(piece.size),
      "missing": .int(part.missing), "text": .optional(piece.text),
    ])
  }

  /// What is said where no task has written anything.
  public var nothing: String {
    run.backend == RunQueue.backend || run.owner.host == Owner.current.host
      ? "no task of \(run.id) has written anything\(run.backend == RunQueue.backend ? "" : " here")"
      : "\(run.id) was started on \(run.owner.host): what its tasks have written is there"
  }
}
