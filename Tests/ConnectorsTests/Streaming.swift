import Columns
import Engine
import Formats
import Synchronization

@testable import Connectors

/// What a stream's reader has said so far.
struct StreamLog {
  private(set) var numbers: [Int64] = []
  private(set) var lines: [String] = []
  private(set) var position: [String: String] = [:]
  private(set) var partitions: Set<String> = []
  private(set) var hasEnded = false

  /// Asks until there is nothing now.
  mutating func read(_ reader: any StreamReader) throws {
    while !hasEnded {
      switch try reader.next() {
      case .nothing: return
      case .partition(let name): partitions.insert(name)
      case .partitionEnded: break
      case .end: hasEnded = true
      case .rows(let rows): try take(rows)
      }
    }
  }

  /// Asks until so many rows have come, or no more come.
  mutating func read(_ reader: any StreamReader, rows: Int) throws {
    while !hasEnded, numbers.count < rows { try read(reader) }
  }

  private mutating func take(_ rows: StreamMorsel) throws {
    let batch = try rows.morsel.decode()
    if case .int64(let buffer) = batch.columns[0].storage { numbers += buffer.values }
    lines += (0..<batch.count).map { rows.morsel.position(ofRow: $0) }
    position[rows.partition] = rows.position()
  }
}

/// Chunks in memory.
struct MemoryChunks: SpooledChunks {
  let chunks: [[UInt8]]

  func forEach(_ body: ([UInt8]) throws -> Void) throws { try chunks.forEach(body) }
  var size: Int { chunks.reduce(0) { $0 + $1.count } }
}

extension EpochOutput {
  /// Applies an epoch with these rows.
  func apply(_ epoch: Int, _ batches: [Batch]) throws {
    try apply(epoch, MemoryChunks(chunks: batches.map { try encode($0) }))
  }
}
