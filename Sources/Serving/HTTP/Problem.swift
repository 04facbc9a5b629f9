import Diagnosing
import NIOCore
import NIOHTTP1

/// Why a call has another answer than its pipeline's: a problem document, as RFC 9457 has it.
struct Problem: Error {
  /// A value that is wrong.
  struct Wrong: Error {
    /// Its place: a JSON pointer into the body or, of another part of the request, into its record.
    let pointer: String
    /// `body`, `path`, `query` or `header`.
    let part: String
    let detail: String
  }

  let status: HTTPResponseStatus
  let detail: String
  var errors: [Wrong] = []
  /// Seconds after which to try again.
  var retryAfter: Int?
  var headers: [(name: String, value: String)] = []

  init(_ status: HTTPResponseStatus, _ detail: String) {
    self.status = status
    self.detail = detail
  }

  var answer: Answer {
    var members: [(key: String, value: JSONValue)] = [
      ("type", .string("about:blank")), ("title", .string(status.reasonPhrase)),
      ("status", .int(Int64(status.code))), ("detail", .string(detail)),
    ]
    if !errors.isEmpty {
      members.append(
        (
          "errors",
          .array(
            errors.map { wrong in
              .members([
                "pointer": .string(wrong.pointer), "in": .string(wrong.part), "detail": .string(wrong.detail),
              ])
            })
        ))
    }
    var answer = Answer(status, Answer.problem, ByteBuffer(string: JSONValue.object(members).compact))
    answer.headers = headers
    if let retryAfter { answer.headers.append(("retry-after", "\(retryAfter)")) }
    return answer
  }

  // MARK: The common ones

  static func notFound(_ path: String) -> Problem { Problem(.notFound, "nothing answers at `\(path)`") }

  static func wrongMethod(_ method: String, allowed: [String]) -> Problem {
    var problem = Problem(
      .methodNotAllowed, "`\(method)` is not answered here; \(allowed.joined(separator: ", ")) is")
    problem.headers = [("allow", allowed.joined(separator: ", "))]
    return problem
  }

  static func tooLarge(_ limit: Int) -> Problem {
    Problem(.payloadTooLarge, "the body is larger than \(limit) bytes")
  }

  /// What came is no HTTP, or more of it than a head may have.
  static func unreadable(_ error: HTTPParserError) -> Problem {
    if case .headerOverflow = error {
      return Problem(.requestHeaderFieldsTooLarge, "the headers of the request are too large")
    }
    return Problem(.badRequest, "the request can't be read: \(error.debugDescription)")
  }

  static func busy(_ limit: Int) -> Problem {
    var problem = Problem(.tooManyRequests, "\(limit) calls are under way, and no more may be at once")
    problem.retryAfter = 1
    return problem
  }

  static func unavailable(_ detail: String) -> Problem {
    var problem = Problem(.serviceUnavailable, detail)
    problem.retryAfter = 2
    return problem
  }

  static let tooLate = Problem(.gatewayTimeout, "the call has taken longer than it may")
}
