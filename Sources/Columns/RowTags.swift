/// What the engine knows of rows besides their values: event times, and where they come from.
public struct RowTags: Sendable {
  /// Event times, in microseconds since 1970 UTC, of a timed flow.
  public let times: Buffer<Int64>?
  /// The watermark of each row's own partition when it came: by it lateness is judged. Without one nothing is
  /// late.
  public let watermarks: Buffer<Int64>?
  /// Where the rows come from, as long as they are of one morsel.
  public let origin: RowOrigin?

  /// Tags of rows; buffers have a value for each.
  public init(times: Buffer<Int64>? = nil, watermarks: Buffer<Int64>? = nil, origin: RowOrigin? = nil) {
    self.times = times
    self.watermarks = watermarks
    self.origin = origin
  }

  /// Those of the rows at `indices`.
  public func gathered(_ indices: UnsafeBufferPointer<Int32>) -> RowTags {
    RowTags(
      times: times?.gathered(indices), watermarks: watermarks?.gathered(indices),
      origin: origin?.gathered(indices))
  }

  /// Those of the rows at `indices`.
  public func gathered(_ indices: Buffer<Int32>) -> RowTags {
    withExtendedLifetime(indices) { gathered(indices.values) }
  }

  /// The same without the rows' places.
  public var withoutOrigin: RowTags? {
    times == nil && watermarks == nil ? nil : RowTags(times: times, watermarks: watermarks)
  }

  /// Those of the rows of `range`.
  public func sliced(_ range: Range<Int>) -> RowTags {
    RowTags(
      times: times?.sliced(range), watermarks: watermarks?.sliced(range), origin: origin?.sliced(range))
  }

  /// One after the other; rows of several origins have none.
  public static func concatenated(_ batches: [Batch]) -> RowTags? {
    guard batches.contains(where: { $0.tags != nil }) else { return nil }
    let times = batches.compactMap { $0.tags?.times }
    guard times.count == batches.count else { return nil }
    var watermarks: Buffer<Int64>?
    if batches.contains(where: { $0.tags?.watermarks != nil }) {
      watermarks = .concatenated(
        batches.map { $0.tags?.watermarks ?? Buffer(repeating: .min, count: $0.count) })
    }
    return RowTags(times: .concatenated(times), watermarks: watermarks)
  }
}

/// Names the places that the rows of a morsel come from: `data/orders.csv:17`, `clicks/3/120`.
public protocol RowPositions: Sendable {
  /// The place of the row that was the `row`th of the morsel, from 0; asked only where something is wrong.
  func position(ofRow row: Int) -> String
  /// The number of the partition that the morsel is of, among those of its source.
  var partition: Int { get }
  /// The source's name.
  var source: String { get }
}

/// Rows of one morsel and which of its rows they are.
public struct RowOrigin: Sendable {
  /// The morsel's places.
  public let positions: any RowPositions
  /// For each row its number in the morsel; nil for all of them in order.
  private let rows: Buffer<Int32>?

  /// All rows of a morsel.
  public init(_ positions: any RowPositions) { self.init(positions, nil) }

  private init(_ positions: any RowPositions, _ rows: Buffer<Int32>?) {
    self.positions = positions
    self.rows = rows
  }

  /// The place of a row.
  public func position(of row: Int) -> String {
    positions.position(ofRow: rows.map { Int($0[row]) } ?? row)
  }

  func gathered(_ indices: UnsafeBufferPointer<Int32>) -> RowOrigin {
    let picked = Buffer<Int32>(uninitialized: indices.count)
    if let rows {
      for index in 0..<indices.count { picked.base[index] = rows.base[Int(indices[index])] }
    } else {
      for index in 0..<indices.count { picked.base[index] = indices[index] }
    }
    return RowOrigin(positions, picked)
  }

  func sliced(_ range: Range<Int>) -> RowOrigin {
    let picked = Buffer<Int32>(uninitialized: range.count)
    for index in 0..<range.count {
      let row = range.lowerBound + index
      picked.base[index] = rows?.base[row] ?? Int32(truncatingIfNeeded: row)
    }
    return RowOrigin(positions, picked)
  }
}

extension Batch {
  /// The same rows with these tags.
  public func tagged(_ tags: RowTags?) -> Batch { Batch(count: count, columns: columns, tags: tags) }
}
