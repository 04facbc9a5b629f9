import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Sends JSON to an address, which answers with JSON.
struct HTTPCall {
  let url: String
  let timeout: Duration?

  /// More than this is no answer to a task.
  private static let largestAnswer = 64 << 20

  /// The answer of an address that is content; what it says otherwise goes to the log.
  func post(_ body: [UInt8], log: String) async throws(TaskFailure) -> [UInt8] {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.headers.add(name: "Accept", value: "application/json")
    request.headers.add(name: "User-Agent", value: "thalweg")
    request.body = .bytes(ByteBuffer(bytes: body))
    let deadline = timeout.map { NIODeadline.now() + TimeAmount($0) } ?? .distantFuture
    let answer: [UInt8]
    let status: Int
    let name: String
    do {
      let response = try await HTTPClient.shared.execute(request, deadline: deadline)
      status = Int(response.status.code)
      name = response.status.reasonPhrase
      answer = Array(try await response.body.collect(upTo: Self.largestAnswer).readableBytesView)
    } catch {
      if Task.isCancelled { throw .cancelled }
      if let error = error as? HTTPClientError, error == .deadlineExceeded { throw .tooLate }
      throw TaskFailure("got no answer of \(url): \(error)")
    }
    guard (200..<300).contains(status) else {
      try WorkFolder.write(answer, to: log)
      throw TaskFailure("was refused: \(url) answers \(status) \(name)")
    }
    return answer
  }
}
