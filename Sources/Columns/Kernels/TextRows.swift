/// Collects a text a row and makes a column of them.
public struct TextRows: ~Copyable {
  /// Where the text of the row under way is appended.
  public var bytes = ByteWriter()
  private let ends: Buffer<Int>
  private var row = 0

  /// Room for the ends of `count` rows.
  public init(count: Int) { ends = Buffer(uninitialized: count) }

  /// Ends a row's text.
  public mutating func endRow() {
    ends.base[row] = bytes.count
    row += 1
  }

  /// The texts of all rows, in a block of their own.
  public consuming func storage() -> Storage {
    let block = Buffer<UInt8>(uninitialized: bytes.count)
    bytes.withBytes { source in
      if let start = source.baseAddress { block.base.initialize(from: start, count: source.count) }
    }
    let views = Buffer<TextView>(uninitialized: row)
    var start = 0
    for index in 0..<row {
      let end = ends[index]
      views.base[index] = TextView(block.base + start, count: end - start)
      start = end
    }
    return .text(views, owners: [block])
  }
}
