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
