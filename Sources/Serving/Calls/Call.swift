import Columns
import Engine
import Execution
import NIOCore
import NIOHTTP1
import NIOPosix

/// One call: from its head to its answer.
///
/// Unchecked: used by the event loop of its connection, but for the time between `goOn` and its completion, when one
/// other thread at a time has it.
final class Call: @unchecked Sendable {
  private let endpoint: Endpoint
  private let access: Access
  private let token: String?
  private var request: CallRequest
  private let began = CallClock.now
  private let deadline: Int
  private var outcome: Endpoint.Outcome?
  private var hasLeft = false

  /// Larger bodies are not worked off on an event loop: others wait for that.
  private static let largestInline = 64 << 10

  /// - Parameters:
  ///   - token: What is still to be verified.
  ///   - time: Nanoseconds that the call may take.
  init(
    _ endpoint: Endpoint, _ access: Access, token: String?, _ request: CallRequest, time: Int?
  ) {
    self.endpoint = endpoint
    self.access = access
    self.token = token
    self.request = request
    let end = began.addingReportingOverflow(time ?? .max)
    deadline = end.overflow ? .max : end.partialValue
  }

  /// Adds a piece of the body; whether it has become too large.
  func append(_ bytes: ByteBuffer) -> Bool {
    var bytes = bytes
    if request.body.readableBytes == 0 { request.body = bytes } else { request.body.writeBuffer(&bytes) }
    return request.body.readableBytes > access.largestBody
  }

  /// Nanoseconds before the deadline; nil without one.
  var timeLeft: Int? { deadline == .max ? nil : max(0, deadline - CallClock.now) }

  /// The answer, where it takes no waiting.
  func answer() -> Answer? {
    guard token == nil, request.body.readableBytes <= Self.largestInline else { return nil }
    let outcome = endpoint.work(request, deadline: deadline)
    if case .answer(let answer) = outcome { return answer }
    self.outcome = outcome
    return nil
  }

  /// Does what `answer` could not; `completion` is called on any thread.
  func goOn(_ completion: @escaping @Sendable (Answer) -> Void) {
    if let outcome { return finish(outcome, completion) }
    guard let token else { return work(completion) }
    Task {
      do throws(Problem) { try await access.verify(token) } catch { return completion(error.answer) }
      work(completion)
    }
  }

  private func work(_ completion: @escaping @Sendable (Answer) -> Void) {
    NIOThreadPool.singleton.submit { [self] _ in
      finish(endpoint.work(request, deadline: deadline), completion)
    }
  }

  private func finish(_ outcome: Endpoint.Outcome, _ completion: @escaping @Sendable (Answer) -> Void) {
    switch outcome {
    case .answer(let answer): completion(answer)
    case .write(let result, let answer):
      endpoint.run.write(result) { [endpoint] written in
        switch written {
        case .success: completion(answer)
        case .failure(let failure): completion(endpoint.problem(failure).answer)
        }
      }
    }
  }

  /// The call is over: it has this answer, or its caller has gone.
  func leave(_ status: HTTPResponseStatus?) {
    guard !hasLeft else { return }
    hasLeft = true
    endpoint.leave(status, nanoseconds: CallClock.now - began)
  }
}
