/// How the results of partitions are cut into pieces.
struct Pieces {
  private var ranges: [(partition: Int, rows: Range<Int>)] = []

  /// No results.
  init() {}

  /// Pieces of at most `size` rows of results of so many rows each.
  init(_ counts: [Int], size: Int) {
    for (partition, count) in counts.enumerated() {
      for start in stride(from: 0, to: count, by: size) {
        ranges.append((partition, start..<min(start + size, count)))
      }
    }
  }

  var count: Int { ranges.count }

  subscript(index: Int) -> (partition: Int, rows: Range<Int>) { ranges[index] }
}
