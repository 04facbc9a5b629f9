import Columns
import Engine
import Synchronization

/// The rows of a test as a stream: in partitions, a few at a time. A position is the number of pieces taken.
struct GivenStream: StreamSource {
  /// Some rows of one partition.
  struct Piece: Sendable {
    let partition: String
    let rows: Batch
  }

  /// In the order in which they come.
  let pieces: [Piece]
  /// Whether more would come after the last: a prefix of a stream is not its end.
  var isPrefix = false

  /// Rows dealt out to partitions, moved about within them, and cut into pieces.
  init(_ rows: Batch, _ arrangement: Arrangement) {
    var random = SeededGenerator(arrangement.seed)
    var partitions: [[Int32]] = Array(repeating: [], count: arrangement.partitions)
    for row in 0..<rows.count {
      partitions[Int.random(in: partitions.indices, using: &random)].append(Int32(truncatingIfNeeded: row))
    }
    var queues: [(partition: Int, pieces: [[Int32]])] = []
    for (partition, rows) in partitions.enumerated() {
      var rest = Self.moved(rows, by: arrangement.displacement, &random)[...]
      var pieces: [[Int32]] = []
      while !rest.isEmpty {
        let count = Int.random(in: 1...arrangement.rowsAtOnce, using: &random)
        pieces.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      queues.append((partition, pieces.reversed()))
    }
    var result: [Piece] = []
    while let place = queues.indices.filter({ !queues[$0].pieces.isEmpty }).randomElement(using: &random) {
      let indices = queues[place].pieces.removeLast()
      result.append(
        Piece(partition: "\(queues[place].partition)", rows: rows.gathered(Buffer(indices))))
    }
    pieces = result
  }

  private init(pieces: [Piece], isPrefix: Bool) {
    self.pieces = pieces
    self.isPrefix = isPrefix
  }

  /// Each row ends up at most so far from where it was.
  private static func moved(
    _ rows: [Int32], by distance: Int, _ random: inout SeededGenerator
  ) -> [Int32] {
    guard distance > 0 else { return rows }
    let places = rows.indices.map { ($0 + Int.random(in: 0...distance, using: &random), $0) }
    return places.sorted { $0 < $1 }.map { rows[$0.1] }
  }

  /// What has come at these positions.
  func prefix(_ positions: [String: String]) -> GivenStream {
    var taken: [String: Int] = [:]
    let pieces = pieces.filter { piece in
      taken[piece.partition, default: 0] += 1
      return taken[piece.partition, default: 0] <= Int(positions[piece.partition] ?? "") ?? 0
    }
    return GivenStream(pieces: pieces, isPrefix: true)
  }

  /// All rows; nil without any.
  var rows: Batch? { pieces.isEmpty ? nil : .concatenated(pieces.map(\.rows)) }

  func open(after positions: [String: String], arrivals: Arrivals) -> any StreamReader {
    Reader(pieces, isPrefix: isPrefix, after: positions)
  }

  private final class Reader: StreamReader {
    private let rest: Mutex<ArraySlice<StreamEvent>>
    private let isPrefix: Bool

    init(_ pieces: [Piece], isPrefix: Bool, after positions: [String: String]) {
      self.isPrefix = isPrefix
      var events: [StreamEvent] = Set(pieces.map(\.partition)).sorted().map { .partition($0) }
      var taken: [String: Int] = [:]
      for piece in pieces {
        let number = taken[piece.partition, default: 0] + 1
        taken[piece.partition] = number
        if number <= Int(positions[piece.partition] ?? "") ?? 0 { continue }
        events.append(
          .rows(
            StreamMorsel(GivenMorsel(rows: piece.rows), partition: piece.partition, position: "\(number)")))
      }
      rest = Mutex(events[...])
    }

    func next() -> StreamEvent { rest.withLock { $0.popFirst() } ?? (isPrefix ? .nothing : .end) }
    func commit(_ positions: [String: String]) {}
    func close() {}
  }
}

/// Rows as they are; each morsel counts as one byte, so that a round's bound is a number of morsels.
private struct GivenMorsel: Morsel {
  let rows: Batch
  func decode() -> Batch { rows }
  var size: Int { 1 }
}
