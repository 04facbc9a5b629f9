import Columns
import Engine
import Synchronization

/// Rows kept in memory: what a test writes; between two parts of a run a sink of the one, a source of the other.
final class KeptRows: RowSink, RowSource {
  /// In the order in which they are written.
  private let written = Mutex<[Batch]>([])

  init() {}

  init(_ rows: Batch) { if rows.count > 0 { written.withLock { $0 = [rows] } } }

  /// In order; none is empty.
  var batches: [Batch] { written.withLock { $0 } }

  /// All rows; nil where there are none.
  var rows: Batch? { batches.isEmpty ? nil : .concatenated(batches) }

  var count: Int { batches.reduce(0) { $0 + $1.count } }

  var size: Int? { nil }

  func open() -> any MorselReader { Reader(batches) }

  func open() -> any StagedOutput { Output(self) }

  private final class Reader: MorselReader {
    private let rest: Mutex<ArraySlice<Batch>>

    init(_ batches: [Batch]) { rest = Mutex(batches[...]) }

    func next() -> (any Morsel)? { rest.withLock { $0.popFirst().map { Piece(rows: $0) } } }
  }

  private struct Piece: Morsel {
    let rows: Batch
    func decode() -> Batch { rows }
    var size: Int { 0 }
  }

  /// The engine moves encoded rows: here these are numbers of batches.
  private final class Output: StagedOutput {
    private let rows: KeptRows
    private let encoded = Mutex<[Batch?]>([])

    init(_ rows: KeptRows) { self.rows = rows }

    func encode(_ batch: Batch) -> [UInt8] {
      let number = encoded.withLock { encoded in
        encoded.append(batch)
        return encoded.count - 1
      }
      return withUnsafeBytes(of: number) { Array($0) }
    }

    func append(_ bytes: [UInt8]) {
      let number = bytes.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
      let batch = encoded.withLock { encoded in
        defer { encoded[number] = nil }
        return encoded[number]
      }
      if let batch, batch.count > 0 { rows.written.withLock { $0.append(batch) } }
    }

    func finish() {}
    func publish() {}
    func discard() {}
  }
}
