import AsyncHTTPClient
import Columns
public import Engine
public import Formats
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// An address that is asked again and again: what it answers is rows, each time all of them. An answer that is
/// known already, by its `ETag` or `Last-Modified`, gives none.
///
/// What an address answers is gone afterwards: nothing can be read again. A position is the time of a poll, with
/// what the server said the answer is known by.
public struct PollSource: StreamSource {
  /// Polls that got no answer in their time.
  public struct Failure: Sendable {
    /// Polls since the last answer.
    public let count: Int
    /// Why the last attempt failed.
    public let message: String
  }

  private let url: String
  private let interval: Duration
  private let schema: TableSchema
  private let told: @Sendable (Failure) -> Void

  /// Asks nothing before `open`.
  /// - Parameters:
  ///   - every: From poll to poll.
  ///   - told: Is told of a poll that got no answer before the next one was due.
  public init(
    url: String, every interval: Duration, schema: TableSchema,
    told: @escaping @Sendable (Failure) -> Void = { _ in }
  ) {
    self.url = url
    self.interval = interval
    self.schema = schema
    self.told = told
  }

  /// Asks at once, and then with each interval.
  public func open(after positions: [String: String], arrivals: Arrivals) throws -> any StreamReader {
    let address = shownAddress
    guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
      throw RowFault(
        position: address, message: "the address is none of HTTP",
        help: "it begins with `http://` or `https://`")
    }
    // The client would end the process where the port is none.
    guard let target = URL(string: url), (1...65_535).contains(target.port ?? 80) else {
      throw RowFault(
        position: address, message: "this is no address of a server",
        help: "it is like `https://host:8443/path`, with a port up to 65535 where there is one")
    }
    let inbox = PollInbox(arrivals)
    let known = positions[PollReader.partition].map { PollAnswer.Validators(position: $0) }
    let poller = Poller(
      url: url, address: address, interval: interval, schema: schema, inbox: inbox, told: told)
    return PollReader(inbox, Task { await poller.run(known ?? PollAnswer.Validators()) })
  }

  /// Without what may be secret: a user, a password, a query.
  private var shownAddress: String {
    let plain = url.prefix { $0 != "?" && $0 != "#" }
    guard let scheme = plain.firstRange(of: "://") else { return "http" }
    let rest = plain[scheme.upperBound...]
    let host = rest.prefix { $0 != "/" }
    guard let at = host.lastIndex(of: "@") else { return String(plain) }
    return "\(plain[..<scheme.upperBound])\(rest[rest.index(after: at)...])"
  }
}

/// What polls have given and nobody has taken yet.
final class PollInbox: Sendable {
  private struct State {
    var answer: StreamMorsel?
    var refusal: RowFault?
  }
  private let state = Mutex(State())
  private let arrivals: Arrivals

  init(_ arrivals: Arrivals) { self.arrivals = arrivals }

  /// Whether what came last has been taken: no more than one answer waits.
  var isEmpty: Bool { state.withLock { $0.answer == nil } }

  func put(_ answer: StreamMorsel) {
    state.withLock { $0.answer = answer }
    arrivals.signal()
  }

  func refuse(_ fault: RowFault) {
    state.withLock { $0.refusal = fault }
    arrivals.signal()
  }

  func take() throws -> StreamMorsel? {
    let (answer, refusal) = state.withLock { state in
      defer { state.answer = nil }
      return (state.answer, state.refusal)
    }
    if let refusal { throw refusal }
    return answer
  }
}

private final class PollReader: StreamReader {
  /// There is only one.
  static let partition = "polls"

  private let inbox: PollInbox
  private let polling: Task<Void, Never>

  init(_ inbox: PollInbox, _ polling: Task<Void, Never>) {
    self.inbox = inbox
    self.polling = polling
  }

  func next() throws -> StreamEvent { try inbox.take().map { .rows($0) } ?? .nothing }
  func commit(_ positions: [String: String]) {}
  func close() { polling.cancel() }
}

/// Asks, again and again.
private struct Poller {
  /// An answer is read as a whole.
  private static let largestAnswer = 256 << 20
  private static let firstPause = Duration.milliseconds(100)

  let url: String
  let address: String
  let interval: Duration
  let schema: TableSchema
  let inbox: PollInbox
  let told: @Sendable (PollSource.Failure) -> Void

  /// Why an attempt failed.
  private struct Problem: Error {
    let message: String
    /// Whether the server will say the same again.
    var isLasting = false
  }

  func run(_ known: PollAnswer.Validators) async {
    var known = known
    var failures = 0
    var isAnswered = false
    let clock = ContinuousClock()
    var due = clock.now
    while !Task.isCancelled {
      // While the last answer waits there is no use in another.
      if inbox.isEmpty {
        do throws(Problem) {
          known = try await poll(known, until: due + interval)
          isAnswered = true
          failures = 0
        } catch {
          if Task.isCancelled { return }
          if error.isLasting, !isAnswered {
            return inbox.refuse(
              RowFault(
                position: address, message: error.message, help: "ask it with `curl`, and mend the address"))
          }
          failures += 1
          told(PollSource.Failure(count: failures, message: "\(address): \(error.message)"))
        }
      }
      due = max(due + interval, clock.now)
      try? await clock.sleep(until: due)
    }
  }

  /// Tries until there is an answer, or the next poll is due.
  private func poll(
    _ known: PollAnswer.Validators, until end: ContinuousClock.Instant
  ) async throws(Problem) -> PollAnswer.Validators {
    var pause = Self.firstPause
    while true {
      do throws(Problem) {
        return try await ask(known)
      } catch {
        guard !error.isLasting, ContinuousClock.now + pause < end, !Task.isCancelled else { throw error }
        try? await Task.sleep(for: pause)
        pause *= 2
      }
    }
  }

  private func ask(_ known: PollAnswer.Validators) async throws(Problem) -> PollAnswer.Validators {
    var request = HTTPClientRequest(url: url)
    request.headers.add(name: "Accept", value: "application/json, application/x-ndjson")
    request.headers.add(name: "User-Agent", value: "thalweg")
    if let tag = known.tag { request.headers.add(name: "If-None-Match", value: tag) }
    if let date = known.modified { request.headers.add(name: "If-Modified-Since", value: date) }
    do {
      let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
      switch response.status.code {
      case 304: return known
      case 200..<300: break
      case 408, 425, 429, 500...:
        throw Problem(message: "the server answers \(response.status)")
      default: throw Problem(message: "the server answers \(response.status)", isLasting: true)
      }
      let body = try await response.body.collect(upTo: Self.largestAnswer)
      let answer = PollAnswer(
        body: Array(body.readableBytesView), address: address, schema: schema,
        validators: .init(
          tag: response.headers.first(name: "ETag"), modified: response.headers.first(name: "Last-Modified")))
      if !answer.isBlank {
        inbox.put(StreamMorsel(answer, partition: PollReader.partition, position: answer.position))
      }
      return answer.validators
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(message: "no answer: \(error)")
    }
  }
}
