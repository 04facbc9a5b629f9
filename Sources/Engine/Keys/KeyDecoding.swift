import Columns

extension KeyLayout {
  /// The key columns of `count` rows from their lanes; `owners` hold the bytes of long texts.
  func decode(_ lanes: UnsafePointer<UInt64>, count: Int, owners: [any TextOwner]) -> [Column] {
    var lane = 0
    return parts.map { part in
      decode(part, lanes, &lane, count, validity: nil, owners)
    }
  }

  private func decode(
    _ part: Part, _ lanes: UnsafePointer<UInt64>, _ lane: inout Int, _ count: Int, validity: Bitmap?,
    _ owners: [any TextOwner]
  ) -> Column {
    let start = lanes + lane
    let width = width
    lane += part.ownWidth
    switch part {
    case .optional(let inner):
      let present = Bitmap(count: count) { start[$0 * width] != 0 }
      return decode(inner, lanes, &lane, count, validity: present.setCount == count ? nil : present, owners)
    case .structure(let parts):
      let fields = parts.map { decode($0, lanes, &lane, count, validity: nil, owners) }
      return Column(count: count, validity: validity, storage: .structure(fields))
    case .bits:
      return Column(
        count: count, validity: validity, storage: .bits(Bitmap(count: count) { start[$0 * width] != 0 }))
    case .int32:
      let values = Buffer<Int32>(uninitialized: count)
      for row in 0..<count { values.base[row] = Int32(truncatingIfNeeded: start[row * width]) }
      return Column(count: count, validity: validity, storage: .int32(values))
    case .int64:
      let values = Buffer<Int64>(uninitialized: count)
      for row in 0..<count { values.base[row] = Int64(bitPattern: start[row * width]) }
      return Column(count: count, validity: validity, storage: .int64(values))
    case .float64:
      let values = Buffer<Double>(uninitialized: count)
      for row in 0..<count { values.base[row] = Double(bitPattern: start[row * width]) }
      return Column(count: count, validity: validity, storage: .float64(values))
    case .int128:
      let values = Buffer<Int128>(uninitialized: count)
      for row in 0..<count {
        let high = Int128(Int64(bitPattern: start[row * width + 1]))
        values.base[row] = high << 64 | Int128(start[row * width])
      }
      return Column(count: count, validity: validity, storage: .int128(values))
    case .text, .bytes:
      let views = Buffer<TextView>(uninitialized: count)
      for row in 0..<count {
        views.base[row] = TextView(head: start[row * width], tail: start[row * width + 1])
      }
      return Column(count: count, validity: validity, storage: .text(views, owners: owners))
    }
  }
}

extension KeyLayout.Part {
  /// Lanes of the part itself, without those of the parts within.
  fileprivate var ownWidth: Int {
    switch self {
    case .structure: 0
    case .optional: 1
    default: width
    }
  }
}
