import Columns
import Semantics

/// Ranges of values, one a row, without their ends. Both ends only ever go on from row to row, so what holds of one
/// range is found from the one before.
struct Ranges {
  let starts: Buffer<Int32>
  let ends: Buffer<Int32>

  var count: Int { starts.count }

  /// How many values are in each.
  var counts: Column {
    let counts = Buffer<Int64>(uninitialized: count)
    for row in 0..<count { counts.base[row] = Int64(ends[row] - starts[row]) }
    return Column(count: count, storage: .int64(counts))
  }

  /// A place in each, -1 in empty ones.
  func places(_ place: (Range<Int32>) -> Int32?) -> Buffer<Int32> {
    let places = Buffer<Int32>(uninitialized: count)
    for row in 0..<count { places.base[row] = place(starts[row]..<ends[row]) ?? -1 }
    return places
  }

  /// The place of the least value in each, -1 in empty ones.
  func least(_ order: RowOrder) -> Buffer<Int32> {
    let places = Buffer<Int32>(uninitialized: count)
    // Those that may still be the least of a later range, in order: each is less than all behind it.
    var candidates: [Int32] = []
    var first = 0
    var next = Int32.min
    for row in 0..<count {
      next = max(next, starts[row])
      while next < ends[row] {
        while candidates.count > first, order.compare(Int(next), Int(candidates[candidates.count - 1])) < 0 {
          candidates.removeLast()
        }
        candidates.append(next)
        next += 1
      }
      while first < candidates.count, candidates[first] < starts[row] { first += 1 }
      places.base[row] = first < candidates.count ? candidates[first] : -1
    }
    return places
  }

  /// The sum or mean of the values in each.
  func sums<Total: ExactTotal>(
    of values: Column, _ call: AggregateCall, _ total: Total.Type, subtract: (inout Total, Total) -> Void
  ) throws(AggregateFault) -> Column {
    let terms = Total.terms(values)
    let counts = counts
    var totals: [Total] = []
    totals.reserveCapacity(count)
    // What has been added, and of it what lies before the range.
    var added = Total()
    var before = Total()
    var next = starts.count == 0 ? 0 : starts[0]
    var start = next
    for row in 0..<count {
      while next < ends[row] {
        added.add(terms[Int(next)])
        next += 1
      }
      while start < starts[row] {
        before.add(terms[Int(start)])
        start += 1
      }
      var own = added
      subtract(&own, before)
      totals.append(own)
    }
    return Column(
      count: count,
      validity: call.local.type.isOptionalType ? Bitmap(count: count) { counts.int64s[$0] > 0 } : nil,
      storage: try Total.column(totals, counts: counts.int64s.base, call.function == .mean ? .mean : .sum))
  }
}
