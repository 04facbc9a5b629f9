import JobStore
import Synchronization
import Tasks

/// Sends what the tasks of a worker write for people to the store, where anybody may read it: all that was added
/// anywhere in one statement, now and then, and the end of a log before its attempt counts as ended. Should it not come
/// through, nothing waits for it but the next try.
final class LogSender: Sendable {
  /// Of a log that is longer, so many bytes are sent from the beginning and so many from the end.
  static let (mostAtBeginning, mostAtEnd): (Int64, Int64) = (1 << 20, 1 << 16)
  /// Of one log, and of all logs together, in one statement.
  private static let (mostOfLog, most) = (1 << 18, 1 << 20)

  private let store: TaskLogStore
  private let host = Owner.current.host
  private let state = Mutex(State())

  private struct State {
    /// By their paths.
    var logs: [String: Watched] = [:]
    var sending: Task<Void, Never>?
    var isSending = false
  }

  private struct Watched {
    let run: RunID
    let lease: Int64
    let log: TaskLog
    /// What is sent.
    var position: Int64 = 0
    /// Nothing more is written.
    var isOver = false
    /// Nothing more is to be sent.
    var isDone = false
  }

  init(_ store: TaskLogStore) { self.store = store }

  /// Who is told of the logs of a run that is worked at under a lease.
  func watcher(of run: RunID, under lease: Int64) -> any LogWatcher {
    Watcher(sender: self, run: run, lease: lease)
  }

  private struct Watcher: LogWatcher {
    let sender: LogSender
    let run: RunID
    let lease: Int64

    func begin(_ log: TaskLog) {
      sender.state.withLock { $0.logs[log.path] = Watched(run: run, lease: lease, log: log) }
    }

    func end(_ path: String) {
      sender.state.withLock { state in
        state.logs[path]?.isOver = true
        if state.logs[path]?.log.size == 0 { state.logs[path] = nil }
      }
    }
  }

  /// Nothing more is written under a lease.
  func end(under lease: Int64) {
    state.withLock { state in
      for (path, log) in state.logs where log.lease == lease { state.logs[path]?.isOver = true }
    }
  }

  /// Sends what there is, unless that is being done.
  func sendSoon() {
    if state.withLock({ !$0.isSending && !$0.logs.isEmpty }) { _ = send(onlyEnded: false) }
  }

  /// Sends the rest of what has ended.
  func sendEnded() async {
    if state.withLock({ $0.logs.values.contains(where: \.isOver) }) { await send(onlyEnded: true).value }
  }

  private func send(onlyEnded: Bool) -> Task<Void, Never> {
    state.withLock { state in
      let former = state.sending
      let task = Task {
        await former?.value
        self.state.withLock { $0.isSending = true }
        while await sendOnce(onlyEnded: onlyEnded) {}
        self.state.withLock { $0.isSending = false }
      }
      state.sending = task
      return task
    }
  }

  /// - Returns: Whether there is more to be sent at once.
  private func sendOnce(onlyEnded: Bool) async -> Bool {
    var pieces: [(run: RunID, piece: TaskLogStore.Piece)] = []
    var changed: [(path: String, log: Watched)] = []
    var room = Self.most
    let logs = state.withLock { state in state.logs.filter { $0.value.isOver || !onlyEnded } }
    for (path, log) in logs.sorted(by: { $0.value.isOver && !$1.value.isOver }) where room > 0 {
      let (piece, after) = look(log)
      changed.append((path, after))
      guard let piece else { continue }
      pieces.append((log.run, piece))
      room -= Int(piece.size)
    }
    if !pieces.isEmpty {
      do { try await store.add(pieces) } catch { return false }
    }
    return state.withLock { state in
      for (path, log) in changed where state.logs[path]?.lease == log.lease {
        state.logs[path]?.position = log.position
        state.logs[path]?.isDone = log.isDone
        // What is written after the last look is for the next.
        if log.isOver, log.isDone { state.logs[path] = nil }
      }
      return state.logs.values.contains { $0.isOver }
    }
  }

  /// What is to be sent of a log, and how it stands then.
  private func look(_ log: Watched) -> (TaskLogStore.Piece?, Watched) {
    var after = log
    let size = log.log.size
    after.isDone = log.isOver && log.position >= size || log.isDone
    guard log.position < size, !log.isDone else { return (nil, after) }
    let identity = TaskLogStore.Log(
      lease: log.lease, name: LogName.text(ofPath: log.log.path), place: "\(host):\(log.log.path)")
    if log.log.isHidden {
      after.isDone = true
      return (TaskLogStore.Piece(log: identity, position: 0, size: 0, text: nil), after)
    }
    var position = log.position
    if position >= Self.mostAtBeginning {
      guard log.isOver else { return (nil, after) }
      position = max(position, log.log.endPosition(Self.mostAtEnd))
    }
    let piece = log.log.piece(from: position, most: Self.mostOfLog, isOver: log.isOver)
    if let piece { after.position = piece.position + piece.size }
    after.isDone = log.isOver && (piece == nil || after.position >= size)
    return (
      piece.map { TaskLogStore.Piece(log: identity, position: $0.position, size: $0.size, text: $0.text) },
      after
    )
  }
}
