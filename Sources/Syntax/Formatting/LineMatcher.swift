/// Finds which lines of two texts belong together: first those that are unique in both, in order (a patience
/// diff), then between them by the shortest edit script, as long as that is short.
struct LineMatcher {
  /// Lines of the old text that lines of the new one replace; either may be empty.
  struct Change: Equatable {
    var old: Range<Int>
    var new: Range<Int>
  }

  /// Edit scripts longer than this are not looked for: the stretch counts as replaced.
  private static let longestScript = 256

  private let old: [Int]
  private let new: [Int]
  private var changes: [Change] = []

  static func changes(from old: [ArraySlice<UInt8>], to new: [ArraySlice<UInt8>]) -> [Change] {
    var ids: [ArraySlice<UInt8>: Int] = [:]
    func id(_ line: ArraySlice<UInt8>) -> Int {
      let next = ids.count
      return ids[line]
        ?? {
          ids[line] = next
          return next
        }()
    }
    var matcher = LineMatcher(old: old.map(id), new: new.map(id))
    matcher.match(0..<old.count, 0..<new.count)
    return matcher.changes
  }

  private init(old: [Int], new: [Int]) {
    self.old = old
    self.new = new
  }

  private mutating func match(_ left: Range<Int>, _ right: Range<Int>) {
    var left = left
    var right = right
    while let a = left.first, let b = right.first, old[a] == new[b] {
      left = a + 1..<left.upperBound
      right = b + 1..<right.upperBound
    }
    while let a = left.last, let b = right.last, old[a] == new[b] {
      left = left.lowerBound..<a
      right = right.lowerBound..<b
    }
    if left.isEmpty || right.isEmpty { return replace(left, right) }
    let anchors = uniquePairs(left, right)
    if anchors.isEmpty { return shortestScript(left, right) }
    for anchor in anchors {
      match(left.lowerBound..<anchor.old, right.lowerBound..<anchor.new)
      left = anchor.old + 1..<left.upperBound
      right = anchor.new + 1..<right.upperBound
    }
    match(left, right)
  }

  private mutating func replace(_ left: Range<Int>, _ right: Range<Int>) {
    if left.isEmpty && right.isEmpty { return }
    if let last = changes.last, last.old.upperBound == left.lowerBound,
      last.new.upperBound == right.lowerBound
    {
      changes[changes.count - 1].old = last.old.lowerBound..<left.upperBound
      changes[changes.count - 1].new = last.new.lowerBound..<right.upperBound
    } else {
      changes.append(Change(old: left, new: right))
    }
  }

  /// The longest rising run of lines that occur once in each stretch.
  private func uniquePairs(_ left: Range<Int>, _ right: Range<Int>) -> [(old: Int, new: Int)] {
    var places: [Int: (old: Int, oldCount: Int, new: Int, newCount: Int)] = [:]
    for index in left {
      let place = places[old[index]] ?? (0, 0, 0, 0)
      places[old[index]] = (index, place.oldCount + 1, place.new, place.newCount)
    }
    for index in right {
      guard let place = places[new[index]] else { continue }
      places[new[index]] = (place.old, place.oldCount, index, place.newCount + 1)
    }
    var pairs: [(old: Int, new: Int, before: Int?)] = []
    // The pair that ends the best run of each length.
    var ends: [Int] = []
    for index in left {
      guard let place = places[old[index]], place.oldCount == 1, place.newCount == 1 else { continue }
      var low = 0
      var high = ends.count
      while low < high {
        let middle = (low + high) / 2
        if pairs[ends[middle]].new < place.new { low = middle + 1 } else { high = middle }
      }
      pairs.append((index, place.new, low > 0 ? ends[low - 1] : nil))
      if low < ends.count { ends[low] = pairs.count - 1 } else { ends.append(pairs.count - 1) }
    }
    var run: [(old: Int, new: Int)] = []
    var current = ends.last
    while let index = current {
      run.append((pairs[index].old, pairs[index].new))
      current = pairs[index].before
    }
    return run.reversed()
  }

  /// Myers' greedy search for the shortest edit script.
  private mutating func shortestScript(_ left: Range<Int>, _ right: Range<Int>) {
    let limit = min(left.count + right.count, LineMatcher.longestScript)
    // The furthest old line on each diagonal, for every length of script.
    var furthest = [Int](repeating: 0, count: 2 * limit + 3)
    var history: [[Int]] = []
    for length in 0...limit {
      history.append(furthest)
      for diagonal in stride(from: -length, through: length, by: 2) {
        let slot = diagonal + limit + 1
        let isInsertion =
          diagonal == -length || (diagonal != length && furthest[slot - 1] < furthest[slot + 1])
        var x = isInsertion ? furthest[slot + 1] : furthest[slot - 1] + 1
        var y = x - diagonal
        while x < left.count, y < right.count, y >= 0,
          old[left.lowerBound + x] == new[right.lowerBound + y]
        {
          x += 1
          y += 1
        }
        furthest[slot] = x
        if x >= left.count, y >= right.count {
          return take(history, limit, left, right, length)
        }
      }
    }
    replace(left, right)
  }

  private mutating func take(
    _ history: [[Int]], _ limit: Int, _ left: Range<Int>, _ right: Range<Int>, _ length: Int
  ) {
    var steps: [Change] = []
    var x = left.count
    var y = right.count
    for length in stride(from: length, to: 0, by: -1) {
      let furthest = history[length]
      let diagonal = x - y
      let slot = diagonal + limit + 1
      let isInsertion =
        diagonal == -length || (diagonal != length && furthest[slot - 1] < furthest[slot + 1])
      let fromX = isInsertion ? furthest[slot + 1] : furthest[slot - 1]
      let fromY = fromX - (isInsertion ? diagonal + 1 : diagonal - 1)
      let a = left.lowerBound + fromX
      let b = right.lowerBound + fromY
      steps.append(isInsertion ? Change(old: a..<a, new: b..<b + 1) : Change(old: a..<a + 1, new: b..<b))
      x = fromX
      y = fromY
    }
    for step in steps.reversed() { replace(step.old, step.new) }
  }
}
