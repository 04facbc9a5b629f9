import Foundation
import Synchronization

/// A way to a server of PostgreSQL on which things go wrong. What is asked is understood as far as is needed to see
/// where the answer to a transaction ends.
final class Proxy: Sendable {
  /// What becomes of the answer to a transaction that the server has committed.
  enum Fate: Sendable {
    case delivered
    /// The connection breaks before it is there.
    case lost
    case delayed(milliseconds: Int)
  }

  let port: Int
  private let target: Int
  private let listener: Int32
  private let judge: @Sendable (_ number: Int) -> Fate
  private let state = Mutex(State())

  private struct State {
    var links: [Int: Link] = [:]
    var made = 0
    var answers = 0
    var isStalled = false
    var isStopped = false
  }

  /// - Parameters:
  ///   - target: The server's port on the loopback interface.
  ///   - judge: Is asked at each answer, with its number from 1.
  init(to target: Int, judge: @escaping @Sendable (_ number: Int) -> Fate = { _ in .delivered }) throws {
    self.target = target
    self.judge = judge
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = Self.address(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { [listener] place in
      place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, $0, &length) == 0
      }
    }
    guard isListening else { throw SystemError(number: errno) }
    port = Int(UInt16(bigEndian: address.sin_port))
    Self.thread { [self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { break }
        link(client)
      }
      close(listener)
    }
  }

  /// The address of the server behind it, by this way.
  func url(to address: String) -> String {
    address.replacingOccurrences(of: ":\(target)/", with: ":\(port)/")
      + (address.contains("?") ? "&" : "?") + "sslmode=disable&gssencmode=disable"
  }

  /// How many answers it has passed judgement on.
  var answers: Int { state.withLock { $0.answers } }

  /// Nothing comes through any more, in neither direction, until `resume`; nobody is told.
  func stall() { state.withLock { $0.isStalled = true } }

  /// What was held comes through.
  func resume() { state.withLock { $0.isStalled = false } }

  /// Breaks all connections.
  func cut() { for link in state.withLock({ Array($0.links.values) }) { link.end() } }

  func stop() {
    let isFirst = state.withLock { state in
      defer { (state.isStopped, state.isStalled) = (true, false) }
      return !state.isStopped
    }
    if isFirst { shutdown(listener, Int32(SHUT_RDWR)) }
    cut()
  }

  // MARK: - Connections

  /// Two sockets, each read by a thread of its own; the last to end closes both.
  private final class Link: Sendable {
    let client: Int32
    let server: Int32
    private let open = Mutex(2)

    init(client: Int32, server: Int32) { (self.client, self.server) = (client, server) }

    func end() {
      open.withLock { count in
        guard count > 0 else { return }
        shutdown(client, Int32(SHUT_RDWR))
        shutdown(server, Int32(SHUT_RDWR))
      }
    }

    /// - Returns: Whether both have left.
    func leave() -> Bool {
      open.withLock { count in
        count -= 1
        guard count == 0 else { return false }
        close(client)
        close(server)
        return true
      }
    }
  }

  private func link(_ client: Int32) {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = Self.address(target)
    let isConnected = withUnsafePointer(to: &address) { place in
      place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else {
      close(client)
      close(server)
      return
    }
    for socket in [client, server] {
      var yes: Int32 = 1
      setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }
    let link = Link(client: client, server: server)
    let (number, isStopped) = state.withLock { state in
      state.made += 1
      state.links[state.made] = link
      return (state.made, state.isStopped)
    }
    if isStopped { link.end() }
    Self.thread { [self] in
      forward(link)
      leave(link, number)
    }
    Self.thread { [self] in
      answer(link)
      link.end()
      leave(link, number)
    }
  }

  private func leave(_ link: Link, _ number: Int) {
    if link.leave() { state.withLock { $0.links[number] = nil } }
  }

  /// From the client to the server. What a client has sent before it went away still reaches the server, as on any
  /// network.
  private func forward(_ link: Link) {
    var room = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(link.client, &room, room.count)
      guard count > 0 else { break }
      waitWhileStalled()
      guard Self.write(room[..<count], to: link.server) else { break }
    }
    waitWhileStalled()
    shutdown(link.server, Int32(SHUT_WR))
  }

  /// From the server to the client: one answer after the other, each as a whole.
  private func answer(_ link: Link) {
    var room = [UInt8](repeating: 0, count: 1 << 16)
    var bytes: [UInt8] = []
    // Where the next message begins, and what the answer so far has.
    var (place, isCommand) = (0, false)
    while true {
      let count = read(link.server, &room, room.count)
      guard count > 0 else { return }
      bytes += room[..<count]
      while let size = Self.size(bytes, at: place), bytes.count >= place + size {
        if bytes[place] == UInt8(ascii: "C") { isCommand = true }
        let isEnd = bytes[place] == UInt8(ascii: "Z")
        // `I`: no transaction is open behind it.
        let isCommit = isEnd && isCommand && bytes[place + 5] == UInt8(ascii: "I")
        place += size
        guard isEnd || !isCommand else { continue }
        waitWhileStalled()
        if isCommit {
          let number = state.withLock { state in
            state.answers += 1
            return state.answers
          }
          switch judge(number) {
          case .delivered: break
          case .lost: return
          case .delayed(let milliseconds): usleep(UInt32(milliseconds) * 1000)
          }
        }
        guard Self.write(bytes[..<place], to: link.client) else { return }
        bytes.removeFirst(place)
        (place, isCommand) = (0, isEnd ? false : isCommand)
      }
    }
  }

  /// Of a message with its letter and its length.
  private static func size(_ bytes: [UInt8], at place: Int) -> Int? {
    guard bytes.count >= place + 5 else { return nil }
    return bytes[(place + 1)..<(place + 5)].reduce(0) { $0 << 8 | Int($1) } + 1
  }

  private func waitWhileStalled() {
    while state.withLock({ $0.isStalled }) { usleep(2000) }
  }

  private static func write(_ bytes: ArraySlice<UInt8>, to socket: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.dropFirst(sent).withUnsafeBytes {
        send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  private static func address(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func thread(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.stackSize = 1 << 18
    thread.start()
  }
}
