import Diagnosing
import NIOCore
import NIOHTTP1

/// What goes back to a caller.
struct Answer: Sendable {
  let status: HTTPResponseStatus
  let contentType: String
  var headers: [(name: String, value: String)] = []
  let body: ByteBuffer

  init(_ status: HTTPResponseStatus, _ contentType: String, _ body: ByteBuffer) {
    self.status = status
    self.contentType = contentType
    self.body = body
  }

  static let json = "application/json"
  static let lines = "application/x-ndjson"
  static let problem = "application/problem+json"

  static func json(_ value: JSONValue, _ status: HTTPResponseStatus = .ok) -> Answer {
    Answer(status, json, ByteBuffer(string: value.compact))
  }

  func with(_ name: String, _ value: String) -> Answer {
    var answer = self
    answer.headers.append((name, value))
    return answer
  }
}
