import Columns

/// The rows of each group in the order of time, added at the end and let go by time; each has a number.
final class RowHistory: @unchecked Sendable {
  // Unchecked: changed by one task at a time; while several read, nobody changes it.
  let store = RowStore()
  private let times = FlatArray<Int64>(filledWith: 0)
  private let groups = FlatArray<Int32>(filledWith: -1)
  private let following = FlatArray<Int32>(filledWith: -1)
  private var heads = FlatArray<Int32>(filledWith: -1)
  private var tails = FlatArray<Int32>(filledWith: -1)
  private var free: [Int32] = []
  /// The numbers of all rows in the order of time, from `first` on.
  private var queue: [Int32] = []
  private var first = 0

  /// The number of a group's first row; -1 where it has none.
  func first(of group: Int32) -> Int32 { group < heads.count ? heads[Int(group)] : -1 }

  /// The number of the next row of the same group; -1 behind the last.
  func row(after number: Int32) -> Int32 { following[Int(number)] }

  /// The time of a row.
  func time(of number: Int32) -> Int64 { times[Int(number)] }

  /// The group of a row.
  func group(of number: Int32) -> Int32 { groups[Int(number)] }

  /// Adds timed rows, none earlier than those that are there; those of one group are in order.
  /// - Returns: Their numbers.
  func append(_ rows: Batch, groups rowGroups: Buffer<Int32>) -> Buffer<Int32> {
    guard rows.count > 0 else { return Buffer(uninitialized: 0) }
    let rowTimes = rows.eventTimes
    let numbers = Buffer<Int32>(uninitialized: rows.count)
    for row in 0..<rows.count {
      numbers.base[row] = free.popLast() ?? Int32(truncatingIfNeeded: times.count)
      let number = Int(numbers[row])
      times.grow(to: number + 1)
      groups.grow(to: number + 1)
      following.grow(to: number + 1)
      let group = Int(rowGroups[row])
      heads.grow(to: group + 1)
      tails.grow(to: group + 1)
      times[number] = rowTimes[row]
      groups[number] = rowGroups[row]
      following[number] = -1
      if heads[group] < 0 { heads[group] = numbers[row] } else { following[Int(tails[group])] = numbers[row] }
      tails[group] = numbers[row]
    }
    store.put(rows, at: numbers)
    let order = orderOfTimes(rowTimes)
    for index in 0..<order.count { queue.append(numbers[Int(order[index])]) }
    return numbers
  }

  /// The numbers of all rows before `bound`, all without one, in the order of time.
  func rows(before bound: Int64?) -> ArraySlice<Int32> {
    guard let bound else { return queue[first...] }
    var low = first
    var high = queue.count
    while low < high {
      let middle = (low + high) / 2
      if times[Int(queue[middle])] < bound { low = middle + 1 } else { high = middle }
    }
    return queue[first..<low]
  }

  /// Lets the rows before `bound` go.
  func drop(before bound: Int64) {
    let gone = rows(before: bound)
    for number in gone {
      let group = Int(groups[Int(number)])
      // It is the earliest of all, so also of its group.
      heads[group] = following[Int(number)]
      if heads[group] < 0 { tails[group] = -1 }
      store.remove(number)
    }
    free += gone
    first = gone.endIndex
    if first * 2 > queue.count {
      queue.removeFirst(first)
      first = 0
    }
  }

  /// The numbers of all rows, group by group, in order.
  var numbers: Buffer<Int32> {
    var all: [Int32] = []
    for group in 0..<heads.count {
      var number = heads[group]
      while number >= 0 {
        all.append(number)
        number = following[Int(number)]
      }
    }
    return Buffer(all)
  }

  /// Keeps some groups, all that have rows among them, under new numbers: their places in `kept`.
  func keep(_ kept: Buffer<Int32>) {
    let oldHeads = heads
    let oldTails = tails
    heads = FlatArray(filledWith: -1)
    tails = FlatArray(filledWith: -1)
    heads.grow(to: kept.count)
    tails.grow(to: kept.count)
    for (group, old) in kept.values.enumerated() where old < oldHeads.count {
      heads[group] = oldHeads[Int(old)]
      tails[group] = oldTails[Int(old)]
      var number = heads[group]
      while number >= 0 {
        groups[Int(number)] = Int32(truncatingIfNeeded: group)
        number = following[Int(number)]
      }
    }
  }
}
