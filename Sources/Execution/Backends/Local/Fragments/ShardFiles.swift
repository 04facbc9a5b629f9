import Artifacts
import Columns
import Engine
import Foundation
import Synchronization
import Tasks

/// Rows on their way from one shard to others: a file for each shard that reads them, with one batch behind the other,
/// each behind its length. What is empty has no file.
struct ShardFiles: RowSink {
  let paths: [String]
  /// Who of `paths` reads which rows; without it the only one all.
  let shards: RowShards?

  func open() -> any StagedOutput { Output(files: self) }

  /// Gathers what is written: a file is open only while it is added to, as there may be many.
  private final class Output: StagedOutput {
    private static let most = 1 << 20

    private let files: ShardFiles
    private let waiting: Mutex<[[UInt8]]>

    init(files: ShardFiles) {
      self.files = files
      waiting = Mutex(Array(repeating: [], count: files.paths.count))
    }

    /// Each batch with the number of its file before it.
    func encode(_ batch: Batch) -> [UInt8] {
      var bytes: [UInt8] = []
      for (number, rows) in (files.shards?.split(batch) ?? [batch]).enumerated() where rows.count > 0 {
        let encoded = rows.encoded()
        add(UInt64(number), to: &bytes)
        add(UInt64(encoded.count), to: &bytes)
        bytes += encoded
      }
      return bytes
    }

    func append(_ bytes: [UInt8]) throws {
      try waiting.withLock { waiting in
        var place = 0
        while place < bytes.count {
          let number = Int(word(bytes, at: place))
          let end = place + 16 + Int(word(bytes, at: place + 8))
          waiting[number] += bytes[(place + 8)..<end]
          place = end
          if waiting[number].count >= Self.most { try write(number, &waiting) }
        }
      }
    }

    func finish() throws {
      try waiting.withLock { waiting in
        for number in waiting.indices where !waiting[number].isEmpty { try write(number, &waiting) }
      }
    }

    private func write(_ number: Int, _ waiting: inout [[UInt8]]) throws {
      let path = files.paths[number]
      if !FileManager.default.fileExists(atPath: path),
        !FileManager.default.createFile(atPath: path, contents: nil)
      {
        throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
      }
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      defer { try? file.close() }
      try file.seekToEnd()
      try file.write(contentsOf: waiting[number])
      waiting[number].removeAll(keepingCapacity: true)
    }

    func publish() {}
    func discard() {}
  }
}

/// The rows of such files, one file after the other.
struct ShardRows: RowSource {
  private let paths: [String]

  /// Brings contents of these names to `folder`. What several shards have written alike is one of them, and its rows
  /// are there as often as it is named.
  init(_ names: [String], from artifacts: any ArtifactStore, in folder: String) async throws(TaskFailure) {
    var known: [String: String] = [:]
    for name in Set(names) {
      known[name] = try await TaskValue.path(of: name, from: artifacts, in: "\(folder)/\(UUID().uuidString)")
    }
    paths = names.compactMap { known[$0] }
  }

  var size: Int? { nil }

  func open() -> any MorselReader { Reader(paths) }

  private final class Reader: MorselReader {
    private struct State {
      var rest: ArraySlice<String>
      var file: FileHandle?
    }

    private let state: Mutex<State>

    init(_ paths: [String]) { state = Mutex(State(rest: paths[...])) }

    func next() throws -> (any Morsel)? {
      try state.withLock { state in
        while true {
          if let file = state.file {
            if let head = try file.read(upToCount: 8), !head.isEmpty {
              guard head.count == 8 else { throw DamagedBatch(reason: "the bytes end too soon") }
              let count = Int(word([UInt8](head), at: 0))
              return Piece(bytes: [UInt8](try file.read(upToCount: count) ?? Data()))
            }
            try file.close()
            state.file = nil
          }
          guard let path = state.rest.popFirst() else { return nil }
          state.file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        }
      }
    }
  }

  private struct Piece: Morsel {
    let bytes: [UInt8]
    func decode() throws -> Batch { try Batch.decode(bytes) }
    var size: Int { bytes.count }
  }
}

private func add(_ number: UInt64, to bytes: inout [UInt8]) {
  withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
}

private func word(_ bytes: [UInt8], at place: Int) -> UInt64 {
  bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self)) }
}
