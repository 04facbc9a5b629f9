import Columns
public import Engine
public import Synthesis

/// Rows that are made, not read.
public struct SyntheticSource: RowSource {
  /// Rows of a morsel.
  static let rowsAtOnce = 8192

  private let rows: SyntheticRows
  private let needed: [Bool]?

  /// Gives `rows`; only the columns that are `needed`, all of them when nil.
  public init(_ rows: SyntheticRows, needed: [Bool]? = nil) {
    self.rows = rows
    self.needed = needed
  }

  /// Nothing is made before a morsel is decoded.
  public func open() throws -> any MorselReader { Reader(rows: rows, needed: needed) }

  /// There are no bytes.
  public var size: Int? { nil }

  /// Unchecked: called by one worker at a time, as the protocol says.
  private final class Reader: MorselReader, @unchecked Sendable {
    private let rows: SyntheticRows
    private let needed: [Bool]?
    private var start = 0

    init(rows: SyntheticRows, needed: [Bool]?) {
      self.rows = rows
      self.needed = needed
    }

    func next() -> (any Morsel)? {
      guard start < rows.count else { return nil }
      let end = min(start + SyntheticSource.rowsAtOnce, rows.count)
      defer { start = end }
      return SyntheticPiece(rows: rows, range: start..<end, needed: needed)
    }
  }
}

/// Some of the rows.
struct SyntheticPiece: Morsel {
  let rows: SyntheticRows
  let range: Range<Int>
  let needed: [Bool]?

  func decode() -> Batch { rows.batch(range, needed: needed) }
  var size: Int { 0 }
  func position(ofRow row: Int) -> String { "synthetic:\(range.lowerBound + row + 1)" }
}
