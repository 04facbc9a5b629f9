import Foundation
import JobStore
import Tasks

/// Where the logs of one run are.
protocol LogSource: Sendable {
  /// Those that there are now.
  func logs() async throws -> [TaskLogStore.Log]

  /// Some of what is in a log from `position` on; none at its end.
  func pieces(of log: TaskLogStore.Log, from position: Int64) async throws -> [TaskLogStore.Piece]

  /// Some of what has come since the last time, in all logs; none where there is nothing now.
  /// - Parameter isOver: Nothing more is written.
  mutating func next(isOver: Bool) async throws -> [TaskLogStore.Piece]

  /// Whether nothing more is written.
  func isOver() async throws -> Bool
}

/// Logs that workers have sent.
struct SentLogs: LogSource {
  private let run: RunID
  private let store: TaskLogStore
  private var tail: TaskLogStore.Tail

  init(_ run: RunID, _ store: TaskLogStore) {
    self.run = run
    self.store = store
    tail = store.tail(of: run)
  }

  func logs() async throws -> [TaskLogStore.Log] { try await store.logs(of: run) }

  func pieces(of log: TaskLogStore.Log, from position: Int64) async throws -> [TaskLogStore.Piece] {
    try await store.pieces(of: log, run, from: position)
  }

  mutating func next(isOver: Bool) async throws -> [TaskLogStore.Piece] { try await tail.next() }

  func isOver() async throws -> Bool { try await store.isComplete(run) }
}

/// Logs in the current folder, of a run that was started there.
struct FolderLogs: LogSource {
  private let run: RunID
  private let store: any RunStore
  /// What has been given of each log.
  private var positions: [TaskLogStore.Log: Int64] = [:]

  /// Of a log so many bytes at once.
  private static let most = 1 << 18

  init(_ run: RunID, _ store: any RunStore) {
    self.run = run
    self.store = store
  }

  var folder: String { "\(WorkPlaces.logs)/\(run)" }

  func logs() -> [TaskLogStore.Log] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".log") }.map {
      TaskLogStore.Log(lease: 0, name: LogName.text(ofPath: $0), place: "\(folder)/\($0)")
    }
  }

  func pieces(of log: TaskLogStore.Log, from position: Int64) -> [TaskLogStore.Piece] {
    piece(of: log, from: position, isOver: true).map { [$0] } ?? []
  }

  private func piece(
    of log: TaskLogStore.Log, from position: Int64, isOver: Bool
  ) -> TaskLogStore.Piece? {
    TaskLog(path: log.place).piece(from: position, most: Self.most, isOver: isOver).map {
      TaskLogStore.Piece(log: log, position: $0.position, size: $0.size, text: $0.text)
    }
  }

  mutating func next(isOver: Bool) -> [TaskLogStore.Piece] {
    let pieces = logs().sorted { $0.name < $1.name }.compactMap {
      piece(of: $0, from: positions[$0] ?? 0, isOver: isOver)
    }
    for piece in pieces { positions[piece.log] = piece.end }
    return pieces
  }

  func isOver() async throws -> Bool {
    try await RunCatalog.rescue(store)
    return try await store.run(run)?.state.isFinal ?? true
  }
}
