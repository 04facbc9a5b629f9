import Columns
import Synchronization

/// An unbounded source as the stages see it: the morsels of one round, and then it seems to end.
final class RoundSource: RowSource {
  private let morsels = Mutex<[any Morsel]>([])

  var size: Int? { nil }

  func append(_ morsel: any Morsel) { morsels.withLock { $0.append(morsel) } }

  /// Reads what has come for this round.
  func open() -> any MorselReader { Reader(morsels.withLock { take(&$0) }) }

  private final class Reader: MorselReader {
    private let rest: Mutex<ArraySlice<any Morsel>>

    init(_ morsels: [any Morsel]) { rest = Mutex(morsels[...]) }

    func next() -> (any Morsel)? { rest.withLock { $0.popFirst() } }
  }
}

/// A morsel whose rows know their partition.
struct PartitionedMorsel: Morsel, RowPositions {
  let morsel: any Morsel
  let source: String
  let partition: Int

  func decode() throws -> Batch { try morsel.decode().tagged(RowTags(origin: RowOrigin(self))) }

  func decodeFitting() throws -> DecodedRows {
    let rows = try morsel.decodeFitting()
    return DecodedRows(rows.batch.tagged(RowTags(origin: RowOrigin(self))), refused: rows.refused)
  }

  var size: Int { morsel.size }

  func position(ofRow row: Int) -> String { morsel.position(ofRow: row) }
}

/// The morsels, which are then gone.
private func take(_ morsels: inout [any Morsel]) -> [any Morsel] {
  defer { morsels = [] }
  return morsels
}
