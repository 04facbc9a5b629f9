import Foundation
import Synchronization

/// A server of HTTP/1.1 on a free port of the loopback interface: one thread, one request a connection.
final class HTTPServer: Sendable {
  /// What was asked.
  struct Request: Sendable {
    let method: String
    let target: String
    /// By their names in lower case.
    let headers: [String: String]
    let body: String
  }

  /// What is answered.
  struct Response: Sendable {
    var status = "200 OK"
    var headers: [String] = []
    var body = ""
  }

  let port: Int
  private let descriptor: Int32
  private let seen = Mutex<[Request]>([])
  private let isStopped = Mutex(false)

  /// Answers with what `answer` says to a request and its number, from 0.
  init(_ answer: @escaping @Sendable (Request, Int) -> Response) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { [descriptor] place in
      place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
    port = Int(UInt16(bigEndian: address.sin_port))
    let thread = Thread { [self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { break }
        serve(connection, answer)
        close(connection)
      }
      // By nobody else: the next to be opened has this number, and would be listened at here.
      close(descriptor)
    }
    thread.start()
  }

  /// What was asked so far.
  var requests: [Request] { seen.withLock { $0 } }

  /// The port is free again.
  func stop() {
    isStopped.withLock { isStopped in
      if !isStopped { shutdown(descriptor, Int32(SHUT_RDWR)) }
      isStopped = true
    }
  }

  private func serve(_ connection: Int32, _ answer: (Request, Int) -> Response) {
    var text = ""
    var room = [UInt8](repeating: 0, count: 4096)
    while !text.contains("\r\n\r\n") {
      let count = read(connection, &room, room.count)
      guard count > 0 else { return }
      text += String(decoding: room[..<count], as: UTF8.self)
    }
    let lines = text.components(separatedBy: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
        in: .whitespaces)
    }
    var body = text.components(separatedBy: "\r\n\r\n").dropFirst().joined(separator: "\r\n\r\n")
    while body.utf8.count < headers["content-length"].flatMap({ Int($0) }) ?? 0 {
      let count = read(connection, &room, room.count)
      guard count > 0 else { return }
      body += String(decoding: room[..<count], as: UTF8.self)
    }
    let words = lines[0].components(separatedBy: " ")
    let request = Request(method: words[0], target: words[1], headers: headers, body: body)
    let number = seen.withLock { seen in
      seen.append(request)
      return seen.count - 1
    }
    let response = answer(request, number)
    var head = ["HTTP/1.1 \(response.status)", "Connection: close"] + response.headers
    // One that promises more breaks off; one to `HEAD` says what the body would have.
    if !head.contains(where: { $0.hasPrefix("Content-Length:") }) {
      head.append("Content-Length: \(response.body.utf8.count)")
    }
    let bytes = Array((head.joined(separator: "\r\n") + "\r\n\r\n" + response.body).utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }
}
