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
  /// All that there are, those of a prefix without rows, too: event time waits for them.
  private let partitions: Set<String>
  /// Whether more would come after the last piece.
  private let goesOn: Bool

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
    self.init(pieces: result, partitions: Set(result.map(\.partition)), goesOn: false)
  }

  private init(pieces: [Piece], partitions: Set<String>, goesOn: Bool) {
    self.pieces = pieces
    self.partitions = partitions
    self.goesOn = goesOn
  }

  /// Each row ends up at most so far from where it was.
  private static func moved(
    _ rows: [Int32], by distance: Int, _ random: inout SeededGenerator
  ) -> [Int32] {
    guard distance > 0 else { return rows }
    let places = rows.indices.map { ($0 + Int.random(in: 0...distance, using: &random), $0) }
    return places.sorted { $0 < $1 }.map { rows[$0.1] }
  }

  /// What has come at these positions; whether it goes on after them is not theirs to say.
  func prefix(_ positions: [String: String], hasEnded: Bool) -> GivenStream {
    var taken: [String: Int] = [:]
    let pieces = pieces.filter { piece in
      taken[piece.partition, default: 0] += 1
      return taken[piece.partition, default: 0] <= Int(positions[piece.partition] ?? "") ?? 0
    }
    return GivenStream(pieces: pieces, partitions: partitions, goesOn: !hasEnded)
  }

  /// All rows; nil without any.
  var rows: Batch? { pieces.isEmpty ? nil : .concatenated(pieces.map(\.rows)) }

  func open(after positions: [String: String], arrivals: Arrivals) -> any StreamReader {
    Reader(self, after: positions)
  }

  private final class Reader: StreamReader {
    private let rest: Mutex<ArraySlice<StreamEvent>>
    private let goesOn: Bool

    init(_ stream: GivenStream, after positions: [String: String]) {
      goesOn = stream.goesOn
      var events: [StreamEvent] = stream.partitions.sorted().map { .partition($0) }
      var taken: [String: Int] = [:]
      for piece in stream.pieces {
        let number = taken[piece.partition, default: 0] + 1
        taken[piece.partition] = number
        if number <= Int(positions[piece.partition] ?? "") ?? 0 { continue }
        events.append(
          .rows(
            StreamMorsel(GivenMorsel(rows: piece.rows), partition: piece.partition, position: "\(number)")))
      }
      rest = Mutex(events[...])
    }

    func next() -> StreamEvent { rest.withLock { $0.popFirst() } ?? (goesOn ? .nothing : .end) }
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
