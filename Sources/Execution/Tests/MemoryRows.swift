import Columns
import Engine
import Synchronization

/// Rows in memory as a source of a test.
struct GivenSource: RowSource {
  let rows: Batch

  var size: Int? { nil }

  func open() -> any MorselReader { Reader(rows) }

  private final class Reader: MorselReader {
    private let rows: Mutex<Batch?>

    init(_ rows: Batch) { self.rows = Mutex(rows.count > 0 ? rows : nil) }

    func next() -> (any Morsel)? {
      rows.withLock { rows in
        defer { rows = nil }
        return rows.map { Piece(rows: $0) }
      }
    }
  }

  private struct Piece: Morsel {
    let rows: Batch
    func decode() -> Batch { rows }
    var size: Int { 0 }
  }
}

/// A sink of a test: keeps what is written, shows it to nobody.
final class CapturedSink: RowSink {
  /// In the order in which they are written.
  private let batches = Mutex<[Batch]>([])

  /// All rows; nil where there are none.
  var rows: Batch? {
    let all = batches.withLock { $0 }.filter { $0.count > 0 }
    return all.isEmpty ? nil : .concatenated(all)
  }

  func open() -> any StagedOutput { Output(self) }

  /// The engine moves encoded rows: here these are numbers of batches.
  private final class Output: StagedOutput {
    private let sink: CapturedSink
    private let encoded = Mutex<[Batch]>([])

    init(_ sink: CapturedSink) { self.sink = sink }

    func encode(_ batch: Batch) -> [UInt8] {
      let number = encoded.withLock { encoded in
        encoded.append(batch)
        return encoded.count - 1
      }
      return withUnsafeBytes(of: number) { Array($0) }
    }

    func append(_ bytes: [UInt8]) {
      let number = bytes.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
      let batch = encoded.withLock { $0[number] }
      sink.batches.withLock { $0.append(batch) }
    }

    func finish() {}
    func publish() {}
    func discard() {}
  }
}

extension RowSource {
  /// All rows at once; nothing where there are none.
  var allRows: Batch? {
    guard let reader = try? open() else { return nil }
    var batches: [Batch] = []
    while let morsel = try? reader.next() {
      guard let batch = try? morsel.decode() else { return nil }
      batches.append(batch)
    }
    return batches.isEmpty ? nil : .concatenated(batches)
  }
}
