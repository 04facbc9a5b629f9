import Columns

/// Where the values of one column lie in a block: for each row a start and a length, -1 for null.
struct Cells {
  let starts: Buffer<Int32>
  let lengths: Buffer<Int32>

  /// Rows.
  var count: Int { starts.count }

  /// Those of some rows; nothing is copied where these are all.
  subscript(rows: Range<Int>) -> Cells {
    rows == 0..<count ? self : Cells(starts: starts.sliced(rows), lengths: lengths.sliced(rows))
  }

  /// The rows that are not null; nil when none is.
  var validity: Bitmap? {
    for row in 0..<count where lengths.base[row] < 0 {
      return Bitmap(count: count) { lengths.base[$0] >= 0 }
    }
    return nil
  }
}

/// Bytes that were copied out of a server: whole rows in the binary form, without header and trailer.
struct CopiedRows: Sendable {
  let bytes: Buffer<UInt8>
  /// Rows.
  let count: Int

  /// Where the values of each of `width` columns lie; nil where these are no such rows.
  func cells(width: Int) -> [Cells]? {
    let all = (0..<width).map { _ in
      Cells(starts: Buffer(uninitialized: count), lengths: Buffer(uninitialized: count))
    }
    let base = UnsafeRawPointer(bytes.base)
    var place = 0
    for row in 0..<count {
      guard place + 2 <= bytes.count,
        Int(Int16(bigEndian: base.loadUnaligned(fromByteOffset: place, as: Int16.self))) == width
      else { return nil }
      place += 2
      for column in all {
        guard place + 4 <= bytes.count else { return nil }
        let length = Int32(bigEndian: base.loadUnaligned(fromByteOffset: place, as: Int32.self))
        place += 4
        column.starts.base[row] = Int32(truncatingIfNeeded: place)
        column.lengths.base[row] = length
        place += max(Int(length), 0)
      }
      guard place <= bytes.count else { return nil }
    }
    return place == bytes.count ? all : nil
  }
}
