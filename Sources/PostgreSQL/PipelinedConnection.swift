import CPostgreSQL
import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A connection that no thread waits for. Statements go out one behind the other, before those in front have been
/// answered; a readiness source tells of answers. Statements that are used again are prepared once.
///
/// Unchecked: what changes is touched on `queue` only.
public final class PipelinedConnection: @unchecked Sendable {
  private let queue = DispatchQueue(label: "thalweg.postgresql.pipeline")
  private var handle: OpaquePointer?
  private var reader: (any DispatchSourceRead)?
  private var writer: (any DispatchSourceWrite)?
  /// What has been sent, the oldest first.
  private var sent: [Request] = []
  /// Names of prepared statements, by text and types.
  private var prepared: [String: String] = [:]
  private var made = 0
  private var failure: PostgreSQLError?
  /// For how long the server may say nothing though it is asked something.
  private let patience: Duration
  private var lastHeard = ContinuousClock.now
  private var isWatched = false
  private let onNotification: (@Sendable (_ channel: String) -> Void)?

  /// Statements that take effect together or not at all, unless they begin and end transactions themselves.
  private final class Request {
    /// The statement that is prepared, where that is what it does.
    let preparing: String?
    /// By statement.
    let keys: [String]
    /// What prepares statements for this.
    let preparations: [Request]
    let completion: (Result<[Rows], PostgreSQLError>) -> Void
    var results: [Rows] = []
    var error: PostgreSQLError?

    init(
      preparing: String? = nil, keys: [String] = [], preparations: [Request] = [],
      completion: @escaping (Result<[Rows], PostgreSQLError>) -> Void = { _ in }
    ) {
      self.preparing = preparing
      self.keys = keys
      self.preparations = preparations
      self.completion = completion
    }
  }

  private init(_ patience: Duration, _ onNotification: (@Sendable (String) -> Void)?) {
    self.patience = patience
    self.onNotification = onNotification
  }

  deinit { finish() }

  /// For how long a server may leave unanswered what it is asked: then it, or the way to it, is taken for dead.
  public static let patience = Duration.seconds(20)

  /// Connects, on a thread that may wait.
  /// - Parameter onNotification: Is told the channel of each notification that it listens to.
  public static func open(
    _ address: ServerAddress, patience: Duration = patience,
    onNotification: (@Sendable (_ channel: String) -> Void)? = nil
  ) async throws(PostgreSQLError) -> PipelinedConnection {
    let connection = PipelinedConnection(patience, onNotification)
    let result: Result<Void, PostgreSQLError> = await withCheckedContinuation { continuation in
      connection.queue.async {
        do throws(PostgreSQLError) {
          try connection.connect(address)
          continuation.resume(returning: .success(()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    try result.get()
    return connection
  }

  private func connect(_ address: ServerAddress) throws(PostgreSQLError) {
    let handle = try address.connected()
    guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else {
      let error = PostgreSQLError(result: nil, on: handle)
      PQfinish(handle)
      throw error
    }
    self.handle = handle
    let descriptor = Self.copy(of: PQsocket(handle))
    let reader = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    reader.setEventHandler { [weak self] in self?.receive() }
    reader.setCancelHandler { close(descriptor) }
    reader.resume()
    self.reader = reader
  }

  /// A descriptor for a source alone. libpq closes its own when the connection breaks, and the next to be opened has
  /// its number: a source that still looked at it would hide that one's events.
  private static func copy(of descriptor: Int32) -> Int32 { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }

  /// Runs statements that take effect together: the results of all, or the first error. The server answers what is
  /// asked in the order in which it is asked.
  public func run(_ statements: [SQL]) async throws(PostgreSQLError) -> [Rows] {
    let result: Result<[Rows], PostgreSQLError> = await withCheckedContinuation { continuation in
      queue.async { [self] in send(statements) { continuation.resume(returning: $0) } }
    }
    return try result.get()
  }

  /// Runs one statement.
  @discardableResult
  public func run(_ statement: SQL) async throws(PostgreSQLError) -> Rows { try await run([statement])[0] }

  /// Why the connection can't be used any more; nil while it can.
  public var brokenBy: PostgreSQLError? {
    get async {
      await withCheckedContinuation { done in queue.async { done.resume(returning: self.failure) } }
    }
  }

  // MARK: - Sending

  private func send(_ statements: [SQL], _ completion: @escaping (Result<[Rows], PostgreSQLError>) -> Void) {
    if let failure { return completion(.failure(failure)) }
    guard let handle else { return completion(.failure(PostgreSQLError(.lostConnection, "not connected"))) }
    if sent.isEmpty { lastHeard = .now }
    let bound = statements.map { ($0.text, Parameters($0.values)) }
    let keys = bound.map { text, parameters in "\(parameters.signature) \(text)" }
    var preparations: [Request] = []
    for (key, (text, parameters)) in zip(keys, bound) where prepared[key] == nil {
      // Apart from what uses it, so that it stays where that is taken back.
      made += 1
      let name = "s\(made)"
      prepared[key] = name
      let preparation = Request(preparing: key)
      preparations.append(preparation)
      sent.append(preparation)
      let isSent = parameters.withPointers { types, _, _, _ in
        PQsendPrepare(handle, name, text, Int32(types.count), types) == 1
      }
      guard isSent, PQpipelineSync(handle) == 1 else { return lose(completion) }
    }
    for (key, (_, parameters)) in zip(keys, bound) {
      let isSent = parameters.withPointers { types, places, lengths, formats in
        PQsendQueryPrepared(handle, prepared[key], Int32(types.count), places, lengths, formats, 1) == 1
      }
      guard isSent else { return lose(completion) }
    }
    sent.append(Request(keys: keys, preparations: preparations, completion: completion))
    guard PQpipelineSync(handle) == 1 else { return lose() }
    flush()
    watch()
  }

  /// Sees to it that nobody waits for ever where the network swallows what is sent.
  private func watch() {
    guard !isWatched, !sent.isEmpty else { return }
    isWatched = true
    look(after: patience)
  }

  private func look(after pause: Duration) {
    let (seconds, rest) = pause.components
    let nanoseconds = Int(seconds) * 1_000_000_000 + Int(rest / 1_000_000_000)
    queue.asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { [weak self] in
      guard let self else { return }
      let left = patience - (.now - lastHeard)
      if left > .zero, !sent.isEmpty { return look(after: left) }
      isWatched = false
      if !sent.isEmpty {
        lose(because: PostgreSQLError(.lostConnection, "the server has not answered for \(patience)"))
      }
    }
  }

  private func flush() {
    guard let handle else { return }
    switch PQflush(handle) {
    case 0:
      writer?.cancel()
      writer = nil
    case 1:
      guard writer == nil else { return }
      let descriptor = Self.copy(of: PQsocket(handle))
      let source = DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: queue)
      source.setCancelHandler { close(descriptor) }
      // The server may have to be read from before it reads.
      source.setEventHandler { [weak self] in
        self?.receive()
        self?.flush()
      }
      source.resume()
      writer = source
    default: lose()
    }
  }

  // MARK: - Receiving

  /// A source tells of the end of a connection once, together with what has come before it: all there is must be read.
  private func receive() {
    while let handle {
      guard PQconsumeInput(handle) == 1 else { return lose() }
      lastHeard = .now
      take(from: handle)
      if let handle = self.handle, Self.isQuiet(PQsocket(handle)) { return }
    }
  }

  /// Whether a socket has nothing to say, not even that it is closed.
  private static func isQuiet(_ descriptor: Int32) -> Bool {
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) < 0
      && (errno == EAGAIN || errno == EINTR)
  }

  private func take(from handle: OpaquePointer) {
    while let request = sent.first, PQisBusy(handle) == 0 {
      // Nil stands between the results of two statements.
      guard let result = PQgetResult(handle) else {
        if PQstatus(handle) != CONNECTION_OK { return lose() }
        continue
      }
      switch PQresultStatus(result) {
      case PGRES_PIPELINE_SYNC:
        PQclear(result)
        sent.removeFirst()
        complete(request)
      case PGRES_PIPELINE_ABORTED: PQclear(result)
      default:
        do throws(PostgreSQLError) { request.results.append(try Rows(succeeded: result, on: handle)) } catch {
          if error.kind == .lostConnection { return lose() }
          request.error = request.error ?? error
        }
      }
    }
    // Also takes in what has come without having been asked for.
    while PQisBusy(handle) == 0, let notification = PQnotifies(handle) {
      onNotification?(String(cString: notification.pointee.relname))
      PQfreemem(notification)
    }
  }

  private func complete(_ request: Request) {
    guard let error = request.error else { return request.completion(.success(request.results)) }
    if let key = request.preparing { prepared[key] = nil }
    // The statement is gone, or its table has changed: it is prepared anew.
    if ["26000", "0A000"].contains(error.sqlState) { for key in request.keys { prepared[key] = nil } }
    // A statement that can't be prepared is not there: why, its preparation has been told.
    request.completion(.failure(request.preparations.lazy.compactMap(\.error).first ?? error))
  }

  // MARK: - The end

  /// The connection is of no use any more: nobody is told what became of what was sent.
  private func lose(
    because error: PostgreSQLError? = nil, _ unsent: (Result<[Rows], PostgreSQLError>) -> Void = { _ in }
  ) {
    guard let handle, failure == nil else { return unsent(.failure(failure ?? .missingLibrary)) }
    let error = error ?? PostgreSQLError(lost: handle)
    failure = error
    let waiting = sent
    sent = []
    for request in waiting { request.completion(.failure(error)) }
    unsent(.failure(error))
    finish()
  }

  private func finish() {
    reader?.cancel()
    writer?.cancel()
    PQfinish(handle)
    (handle, reader, writer) = (nil, nil, nil)
  }
}
