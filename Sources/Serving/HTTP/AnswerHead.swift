import NIOCore
import NIOHTTP1

/// What stands before the body of an answer, as bytes.
enum AnswerHead {
  /// How an answer goes back.
  struct Connection {
    var isKeptAlive = true
    var version = HTTPVersion.http1_1
  }

  /// Most have no more bytes.
  static let usualSize = 192

  /// Asks for the body of a request that waits for that.
  static let goOn = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")

  static func write(_ answer: Answer, _ connection: Connection, to bytes: inout ByteBuffer) {
    bytes.writeStaticString(connection.version == .http1_0 ? "HTTP/1.0 " : "HTTP/1.1 ")
    bytes.writeString(String(answer.status.code))
    bytes.writeStaticString(" ")
    bytes.writeString(answer.status.reasonPhrase)
    bytes.writeStaticString("\r\ncontent-type: ")
    bytes.writeString(answer.contentType)
    bytes.writeStaticString("\r\ncontent-length: ")
    bytes.writeString(String(answer.body.readableBytes))
    bytes.writeStaticString("\r\ndate: ")
    bytes.writeString(HTTPDate.now)
    for (name, value) in answer.headers {
      bytes.writeStaticString("\r\n")
      bytes.writeString(name)
      bytes.writeStaticString(": ")
      bytes.writeString(value)
    }
    if !connection.isKeptAlive {
      bytes.writeStaticString("\r\nconnection: close")
    } else if connection.version == .http1_0 {
      bytes.writeStaticString("\r\nconnection: keep-alive")
    }
    bytes.writeStaticString("\r\n\r\n")
  }
}
