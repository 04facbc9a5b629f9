/// Finds the name that was likely meant.
public enum Suggestion {
  /// The candidate nearest to `name`, where one is near enough: a third of the letters, at least one
  /// edit, at most three. Case and underscores count for nothing, so that `groupBy` finds `group_by`.
  public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = folded(name)
    let limit = min(3, max(1, wanted.count / 3))
    var best: (distance: Int, name: String)?
    for candidate in candidates where candidate != name {
      let distance = distance(wanted, folded(candidate), limit: limit)
      if distance <= limit, (distance, candidate) < (best?.distance ?? Int.max, best?.name ?? "") {
        best = (distance, candidate)
      }
    }
    return best?.name
  }

  private static func folded(_ text: String) -> [UInt8] {
    text.utf8.filter { $0 != UInt8(ascii: "_") }.map { 65...90 ~= $0 ? $0 + 32 : $0 }
  }

  /// Insertions, deletions, replacements and swaps of neighbours; `limit + 1` for anything more.
  private static func distance(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int {
    if abs(left.count - right.count) > limit { return limit + 1 }
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for i in left.indices {
      var row = [i + 1]
      row.reserveCapacity(right.count + 1)
      for j in right.indices {
        var cost = min(last[j + 1], row[j]) + 1
        cost = min(cost, last[j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      if (row.min() ?? 0) > limit { return limit + 1 }
      beforeLast = last
      last = row
    }
    return last[right.count]
  }
}
