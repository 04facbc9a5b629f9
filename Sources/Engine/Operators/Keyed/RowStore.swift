import Columns

/// Rows by number, put in, replaced and let go many at a time. They lie in chunks; two that are about as long become
/// one, so there are only few, and what was let go does not stay for long.
final class RowStore: @unchecked Sendable {
  // Unchecked: changed by one task at a time; while several read, nobody changes it.
  /// So few keys or rows are kept whether they are needed or not.
  static let few = 64

  private struct Place: BitwiseCopyable {
    var chunk: Int32
    var row: Int32
  }

  private struct Chunk {
    let rows: Batch
    let numbers: Buffer<Int32>
  }

  private let places = FlatArray<Place>(filledWith: Place(chunk: -1, row: -1))
  private var chunks: [Chunk] = []

  /// Puts each row under its number, in the place of what was there.
  func put(_ rows: Batch, at numbers: Buffer<Int32>) {
    guard rows.count > 0 else { return }
    var most: Int32 = 0
    for number in numbers.values { most = max(most, number) }
    places.grow(to: Int(most) + 1)
    append(Chunk(rows: rows, numbers: numbers))
    while chunks.count > 1, chunks[chunks.count - 1].rows.count * 2 >= chunks[chunks.count - 2].rows.count {
      mergeLast()
    }
  }

  /// Forgets a row.
  func remove(_ number: Int32) { places[Int(number)] = Place(chunk: -1, row: -1) }

  private func append(_ chunk: Chunk) {
    for (row, number) in chunk.numbers.values.enumerated() {
      places[Int(number)] = Place(
        chunk: Int32(truncatingIfNeeded: chunks.count), row: Int32(truncatingIfNeeded: row))
    }
    chunks.append(chunk)
  }

  /// Makes one chunk of the last two, without rows that are gone.
  private func mergeLast() {
    let live = chunks.indices.suffix(2).map { chunk in
      let numbers = chunks[chunk].numbers
      return Bitmap(count: numbers.count) { row in
        let place = places[Int(numbers[row])]
        return place.chunk == chunk && place.row == row
      }.setIndices()
    }
    let parts = zip(chunks.suffix(2), live).map { chunk, live in
      Chunk(rows: chunk.rows.gathered(live), numbers: chunk.numbers.gathered(live))
    }
    chunks.removeLast(2)
    let rows = Batch.concatenated(parts.map(\.rows)).compacted()
    if rows.count > 0 { append(Chunk(rows: rows, numbers: .joined(parts.map(\.numbers)))) }
  }

  /// The rows with these numbers, of which there is at least one.
  func rows(at numbers: Buffer<Int32>) -> Batch {
    let source = Buffer<UInt32>(uninitialized: numbers.count)
    let row = Buffer<Int32>(uninitialized: numbers.count)
    for (index, number) in numbers.values.enumerated() {
      let place = places[Int(number)]
      source.base[index] = UInt32(truncatingIfNeeded: place.chunk)
      row.base[index] = place.row
    }
    return .interleaved(chunks.map(\.rows), Choices(source: source, row: row))
  }
}
