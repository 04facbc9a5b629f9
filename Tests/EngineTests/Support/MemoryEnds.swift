import Columns
import Semantics
import Synchronization

@testable import Engine

/// A source of rows in memory, in morsels of a given size. A position at which decoding fails may be set.
struct MemorySource: RowSource {
  let rows: [Value]
  let element: Type
  let needed: [Bool]
  let morselRows: Int
  var failingRow: Int?
  /// Rows that do not fit, but can be left out.
  var misfits: Set<Int> = []

  var size: Int? { rows.count }

  func open() throws -> any MorselReader { Reader(source: self) }

  private final class Reader: MorselReader {
    let source: MemorySource
    let place = Mutex(0)
    init(source: MemorySource) { self.source = source }

    func next() throws -> (any Morsel)? {
      place.withLock { next in
        guard next < source.rows.count else { return nil }
        defer { next += source.morselRows }
        return Piece(source: source, range: next..<min(next + source.morselRows, source.rows.count))
      }
    }
  }

  private struct Piece: Morsel {
    let source: MemorySource
    let range: Range<Int>
    var size: Int { range.count }

    func decode() throws -> Batch {
      if let row = source.failingRow, range.contains(row) {
        throw RowFault(position: "memory:\(row + 1)", column: "x", message: "expected a number")
      }
      if let row = range.first(where: { source.misfits.contains($0) }) { throw misfit(row) }
      return Batch(Array(source.rows[range]), source.element, needed: source.needed)
    }

    private func misfit(_ row: Int) -> RowFault {
      RowFault(position: "memory:\(row + 1)", column: "x", message: "expected a number")
    }

    func decodeFitting() throws -> DecodedRows {
      let fitting = range.filter { !source.misfits.contains($0) }
      let refused = range.filter { source.misfits.contains($0) }.map { row in
        RefusedRow(row: row - range.lowerBound, fault: misfit(row), text: "row \(row)")
      }
      return DecodedRows(
        Batch(fitting.map { source.rows[$0] }, source.element, needed: source.needed), refused: refused)
    }

    func position(ofRow row: Int) -> String { "memory:\(range.lowerBound + row + 1)" }
  }
}

/// A sink that remembers what was published, and whether it was discarded.
final class MemorySink: RowSink {
  struct State {
    var staged: [Value] = []
    var published: [Value]?
    var isFinished = false
    var isDiscarded = false
    var failsToAppend = false
  }
  let element: Type
  let state = Mutex(State())

  init(_ element: Type) { self.element = element }

  var published: [Value]? { state.withLock { $0.published } }
  var isDiscarded: Bool { state.withLock { $0.isDiscarded } }

  func open() throws -> any StagedOutput { Output(sink: self) }

  struct Refusal: Error {}

  private final class Output: StagedOutput {
    let sink: MemorySink
    /// Encoded rows are numbers of batches kept here.
    let batches = Mutex<[[Value]]>([])
    init(sink: MemorySink) { self.sink = sink }

    func encode(_ batch: Batch) throws -> [UInt8] {
      let values = batch.values(sink.element)
      let number = batches.withLock { batches in
        batches.append(values)
        return batches.count - 1
      }
      return withUnsafeBytes(of: number) { Array($0) }
    }

    func append(_ bytes: [UInt8]) throws {
      let number = bytes.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
      let values = batches.withLock { $0[number] }
      try sink.state.withLock { state in
        if state.failsToAppend { throw Refusal() }
        state.staged += values
      }
    }

    func finish() throws { sink.state.withLock { $0.isFinished = true } }
    func publish() throws { sink.state.withLock { $0.published = $0.staged } }
    func discard() { sink.state.withLock { $0.isDiscarded = true } }
  }
}
