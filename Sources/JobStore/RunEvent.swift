import Foundation

/// Something that happened to a run, as its store keeps it: events are only added, and tell the whole of it but the
/// rows that jobs under way have counted so far.
public struct RunEvent: Hashable, Sendable {
  /// From 1 in each run, without gaps.
  public let sequence: Int64
  /// The lease under which it was recorded; 0 where there was none.
  public let epoch: Int64
  /// What happened.
  public let change: RunChange

  /// Makes an event.
  public init(sequence: Int64, epoch: Int64, change: RunChange) {
    self.sequence = sequence
    self.epoch = epoch
    self.change = change
  }
}

/// How far a call of a task is.
public enum CallState: String, Hashable, Sendable, CaseIterable {
  case running, succeeded, failed
}

/// What is known of one call of a task: kept, so that who goes on with the run need not make it again.
public struct CallRecord: Hashable, Sendable {
  /// The stable name of the operator, with the elements of its pass: `scores.train[north, 2]`.
  public let name: String
  /// The hash of the task's definition and of its arguments.
  public let input: String
  /// The attempt, from 1.
  public let attempt: Int
  /// How far it is.
  public let state: CallState
  /// What it gave, or why it failed; as JSON.
  public let value: String?

  /// Makes a record.
  public init(name: String, input: String, attempt: Int, state: CallState, value: String? = nil) {
    self.name = name
    self.input = input
    self.attempt = attempt
    self.state = state
    self.value = value
  }
}

/// A change as stores write it, in columns.
struct EventRow {
  let kind: String
  let at: Moment
  var job: Int64?
  var call: String?
  /// A JSON object.
  var data: String
  /// Of a call, its value.
  var value: String?
}

extension EventRow {
  /// Nil for what is no event: rows that jobs under way have counted.
  init?(_ change: RunChange) {
    func json(_ error: RunError?) -> String { error.map { #","error":\#(Self.json($0))"# } ?? "" }
    at = change.moment
    switch change {
    case .progress, .jobProgress: return nil
    case .run(let state, _, let rowsIn, let rowsOut, let error):
      kind = "run"
      data = #"{"state":"\#(state.rawValue)","rowsIn":\#(rowsIn),"rowsOut":\#(rowsOut)\#(json(error))}"#
    case .job(let id, let state, _, let rowsIn, let rowsOut, let busy, let error):
      kind = "job"
      job = Int64(id)
      data =
        #"{"state":"\#(state.rawValue)","rowsIn":\#(rowsIn),"rowsOut":\#(rowsOut),"busy":\#(busy)\#(json(error))}"#
    case .call(let record, _):
      kind = "call"
      call = record.name
      data =
        #"{"state":"\#(record.state.rawValue)","attempt":\#(record.attempt),"input":"\#(record.input)"}"#
      value = record.value
    case .again(_, let error):
      kind = "again"
      data = "{" + json(error).dropFirst() + "}"
    case .close(let state, _, let error):
      kind = "close"
      data = #"{"state":"\#(state.rawValue)"\#(json(error))}"#
    }
  }

  private static func json(_ error: RunError) -> String {
    guard let data = try? JSONEncoder().encode(error) else { preconditionFailure("texts can be encoded") }
    return String(decoding: data, as: UTF8.self)
  }

  private struct Content: Decodable {
    var state: String?
    var attempt: Int?
    var input: String?
    var rowsIn: Int64?
    var rowsOut: Int64?
    var busy: Int64?
    var error: RunError?
  }

  /// Nil where it is no change that this version knows.
  var change: RunChange? {
    guard let content = try? JSONDecoder().decode(Content.self, from: Data(data.utf8)) else { return nil }
    let (rowsIn, rowsOut) = (content.rowsIn ?? 0, content.rowsOut ?? 0)
    switch kind {
    case "run":
      guard let state = content.state.flatMap({ RunState(rawValue: $0) }) else { return nil }
      return .run(state, at: at, rowsIn: rowsIn, rowsOut: rowsOut, error: content.error)
    case "job":
      guard let job, let state = content.state.flatMap({ JobState(rawValue: $0) }) else { return nil }
      return .job(
        Int(job), state, at: at, rowsIn: rowsIn, rowsOut: rowsOut, busy: content.busy ?? 0,
        error: content.error)
    case "call":
      guard let call, let state = content.state.flatMap({ CallState(rawValue: $0) }) else { return nil }
      return .call(
        CallRecord(
          name: call, input: content.input ?? "", attempt: content.attempt ?? 1, state: state, value: value),
        at: at)
    case "again": return .again(at: at, error: content.error)
    case "close":
      guard let state = content.state.flatMap({ RunState(rawValue: $0) }) else { return nil }
      return .close(state, at: at, error: content.error)
    default: return nil
    }
  }
}
