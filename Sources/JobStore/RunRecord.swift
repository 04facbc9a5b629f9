/// Names a run: the pipeline and eight random letters, such as `revenue-7k3f9q2m`.
public struct RunID: Hashable, Sendable, CustomStringConvertible {
  /// The name.
  public let text: String

  /// The id that `text` names.
  public init(_ text: String) { self.text = text }

  /// A new id for a run of `pipeline`.
  public static func make(
    pipeline: String, using generator: inout some RandomNumberGenerator
  ) -> RunID {
    // No letters that look like others.
    let letters = Array("0123456789abcdefghjkmnpqrstvwxyz")
    let random = (0..<8).map { _ in letters[Int.random(in: 0..<32, using: &generator)] }
    return RunID("\(pipeline)-\(String(random))")
  }

  /// The name.
  public var description: String { text }
}

/// Why a run or a job failed: its diagnostic, as it was shown and as JSON.
public struct RunError: Hashable, Codable, Sendable {
  /// The diagnostic's code.
  public let code: String
  /// What went wrong, in one line.
  public let message: String
  /// The diagnostic as people saw it, without colours.
  public let text: String
  /// The diagnostic as JSON; of one that has no place in a source, null.
  public let json: String

  /// Makes an error.
  public init(code: String, message: String, text: String, json: String) {
    self.code = code
    self.message = message
    self.text = text
    self.json = json
  }
}

/// Why a submitted run does not go on.
public enum RunHold: String, Hashable, Sendable {
  /// Somebody has paused it.
  case paused
  /// It has failed, and is begun anew a while later.
  case retry
  /// As many runs of its backfill are under way as may be.
  case backfill
}

/// What is known of one run.
public struct RunRecord: Hashable, Sendable {
  /// Of a run whose project names none.
  public static let defaultNamespace = "default"

  /// The run's name.
  public let id: RunID
  /// Whose it is, where users share a database.
  public let namespace: String
  /// The pipeline's name.
  public let pipeline: String
  /// The file that declares it, as it was named.
  public let file: String
  /// The arguments, a JSON object of strings.
  public let parameters: String
  /// The hash of the plan.
  public let planHash: String
  /// `batch`, `stream` or `service`.
  public let mode: String
  /// The backend that runs it.
  public let backend: String
  /// The process that runs it.
  public let owner: Owner
  /// When it was recorded.
  public let created: Moment
  /// How far it is.
  public var state: RunState
  /// When it began to run.
  public var started: Moment?
  /// When it ended.
  public var ended: Moment?
  /// When its owner last wrote.
  public var seen: Moment
  /// Rows read from sources.
  public var rowsIn: Int64
  /// Rows written to sinks.
  public var rowsOut: Int64
  /// Why it failed; of one that is to be begun anew, why it failed the last time.
  public var error: RunError?
  /// Why nothing more of it is begun for now.
  public var hold: RunHold?

  /// Makes the record of a run that is planned.
  public init(
    id: RunID, namespace: String = RunRecord.defaultNamespace, pipeline: String, file: String,
    parameters: String, planHash: String, mode: String, backend: String, owner: Owner, created: Moment
  ) {
    self.id = id
    self.namespace = namespace
    self.pipeline = pipeline
    self.file = file
    self.parameters = parameters
    self.planHash = planHash
    self.mode = mode
    self.backend = backend
    self.owner = owner
    self.created = created
    state = .planned
    seen = created
    rowsIn = 0
    rowsOut = 0
  }
}

/// What is known of one job of a run.
public struct JobRecord: Hashable, Sendable {
  /// The job's id in the plan, from 1.
  public let id: Int
  /// The job's stable name.
  public let name: String
  /// How far it is.
  public var state: JobState
  /// Each try, in order; none before it began.
  public var attempts: [AttemptRecord]

  /// Makes the record of a job that waits.
  public init(id: Int, name: String, state: JobState = .waiting, attempts: [AttemptRecord] = []) {
    self.id = id
    self.name = name
    self.state = state
    self.attempts = attempts
  }
}

/// One try of a job.
public struct AttemptRecord: Hashable, Sendable {
  /// From 1.
  public let number: Int
  /// How far it is.
  public var state: JobState
  /// When it began.
  public var started: Moment
  /// When it ended.
  public var ended: Moment?
  /// Rows that came in.
  public var rowsIn: Int64
  /// Rows that went out.
  public var rowsOut: Int64
  /// Microseconds of work, over all threads.
  public var busy: Int64
  /// Why it failed.
  public var error: RunError?

  /// Makes the record of a try.
  public init(
    number: Int, state: JobState, started: Moment, ended: Moment? = nil, rowsIn: Int64 = 0,
    rowsOut: Int64 = 0,
    busy: Int64 = 0, error: RunError? = nil
  ) {
    self.number = number
    self.state = state
    self.started = started
    self.ended = ended
    self.rowsIn = rowsIn
    self.rowsOut = rowsOut
    self.busy = busy
    self.error = error
  }
}

/// A plan as it was run: kept once for all runs that share it.
public struct PlanRecord: Hashable, Sendable {
  /// The plan's hash.
  public let hash: String
  /// The plan as JSON.
  public let json: String

  /// Makes a record.
  public init(hash: String, json: String) {
    self.hash = hash
    self.json = json
  }
}
