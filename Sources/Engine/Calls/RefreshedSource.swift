import Columns
import Synchronization

/// A table that is read again now and then. What was read is kept, because the tables of a service are made anew
/// together: one that is not due gives the rows that it gave before.
public final class RefreshedSource: RowSource {
  private let source: any RowSource
  private let kept = Mutex<[Kept]?>(nil)
  private let isDue = Atomic<Bool>(true)

  /// A piece that was read. One with rows that do not fit is read again, so that what is wrong with them is told.
  private struct Kept: Morsel {
    let morsel: any Morsel
    let rows: Batch?
    var size: Int { morsel.size }

    init(_ morsel: any Morsel) throws {
      let decoded = try morsel.decodeFitting()
      self.morsel = morsel
      rows = decoded.refused.isEmpty ? decoded.batch.compacted() : nil
    }

    func decode() throws -> Batch { try rows ?? morsel.decode() }
    func decodeFitting() throws -> DecodedRows { try rows.map { DecodedRows($0) } ?? morsel.decodeFitting() }
    func position(ofRow row: Int) -> String { morsel.position(ofRow: row) }
  }

  /// Reads `source` when it is first opened, and again after each `expire`.
  public init(_ source: any RowSource) { self.source = source }

  /// As the source has it.
  public var size: Int? { source.size }

  /// The next `open` reads anew.
  public func expire() { isDue.store(true, ordering: .relaxed) }

  /// Reads the table, or gives what was read before.
  public func open() throws -> any MorselReader {
    if isDue.load(ordering: .relaxed) {
      let reader = try source.open()
      var pieces: [Kept] = []
      while let morsel = try reader.next() {
        pieces.append(try Kept(morsel))
      }
      // Only a table that could be read as a whole takes the place of the one before.
      kept.withLock { $0 = pieces }
      isDue.store(false, ordering: .relaxed)
    }
    return Reader(kept.withLock { $0 ?? [] })
  }

  /// Unchecked: one worker at a time asks.
  private final class Reader: MorselReader, @unchecked Sendable {
    private var rest: ArraySlice<Kept>

    init(_ pieces: [Kept]) { rest = pieces[...] }

    func next() -> (any Morsel)? { rest.popFirst() }
  }
}
