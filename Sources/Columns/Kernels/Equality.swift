// Two-valued equality (LANGUAGE.md 3): absent equals absent, NaN equals NaN, -0.0 equals 0.0.

extension Column {
  /// Whether row `i` equals row `j` of `other`; both hold one type.
  public func isEqual(_ i: Int, to other: Column, _ j: Int) -> Bool {
    let isPresent = isPresent(i)
    if isPresent != other.isPresent(j) { return false }
    if !isPresent { return true }
    switch (storage, other.storage) {
    case (.bits(let a), .bits(let b)): return a[i] == b[j]
    case (.int32(let a), .int32(let b)): return a[i] == b[j]
    case (.int64(let a), .int64(let b)): return a[i] == b[j]
    case (.float64(let a), .float64(let b)): return areEqualFloats(a[i], b[j])
    case (.int128(let a), .int128(let b)): return a[i] == b[j]
    case (.text(let a, _), .text(let b, _)): return a[i] == b[j]
    case (.vector(let a), .vector(let b)):
      let width = vectorWidth
      if width != other.vectorWidth { return false }
      for index in 0..<width
      where !areEqualFloats(Double(a[i * width + index]), Double(b[j * width + index])) { return false }
      return true
    case (.list(let starts, let values), .list(let otherStarts, let others)):
      let first = Int(starts[i])
      let second = Int(otherStarts[j])
      let count = Int(starts[i + 1]) - first
      if count != Int(otherStarts[j + 1]) - second { return false }
      for index in 0..<count where !values.isEqual(first + index, to: others, second + index) { return false }
      return true
    case (.structure(let a), .structure(let b)):
      for index in a.indices where !a[index].isEqual(i, to: b[index], j) { return false }
      return true
    default: preconditionFailure("columns of different kinds are never compared")
    }
  }

  /// Clears `flags[n]` where row `rows[n]` differs from row `others[n]` of `other`: a hash table's candidates
  /// against the keys that look them up.
  public func keepEqual(
    _ rows: UnsafeBufferPointer<Int32>, to other: Column, _ others: UnsafeBufferPointer<Int32>,
    _ flags: UnsafeMutablePointer<Bool>
  ) {
    if validity != nil || other.validity != nil {
      for n in 0..<rows.count where isPresent(Int(rows[n])) != other.isPresent(Int(others[n])) {
        flags[n] = false
      }
    }
    // Where both are absent the bits may differ; those rows are settled already.
    let isOptional = validity != nil && other.validity != nil
    @inline(__always) func keep(_ n: Int, _ isEqual: Bool) {
      flags[n] = flags[n] && (isEqual || (isOptional && !isPresent(Int(rows[n]))))
    }
    switch (storage, other.storage) {
    case (.bits(let a), .bits(let b)):
      for n in 0..<rows.count { keep(n, a[Int(rows[n])] == b[Int(others[n])]) }
    case (.int32(let a), .int32(let b)):
      for n in 0..<rows.count { keep(n, a.base[Int(rows[n])] == b.base[Int(others[n])]) }
    case (.int64(let a), .int64(let b)):
      for n in 0..<rows.count { keep(n, a.base[Int(rows[n])] == b.base[Int(others[n])]) }
    case (.float64(let a), .float64(let b)):
      for n in 0..<rows.count { keep(n, areEqualFloats(a.base[Int(rows[n])], b.base[Int(others[n])])) }
    case (.int128(let a), .int128(let b)):
      for n in 0..<rows.count { keep(n, a.base[Int(rows[n])] == b.base[Int(others[n])]) }
    case (.text(let a, _), .text(let b, _)):
      for n in 0..<rows.count { keep(n, a.base[Int(rows[n])] == b.base[Int(others[n])]) }
    case (.structure(let a), .structure(let b)):
      if isOptional {
        for n in 0..<rows.count where flags[n] {
          flags[n] = isEqual(Int(rows[n]), to: other, Int(others[n]))
        }
      } else {
        for index in a.indices { a[index].keepEqual(rows, to: b[index], others, flags) }
      }
    default:
      for n in 0..<rows.count where flags[n] { flags[n] = isEqual(Int(rows[n]), to: other, Int(others[n])) }
    }
  }
}

/// NaN equals NaN; -0.0 equals 0.0.
@inlinable public func areEqualFloats(_ left: Double, _ right: Double) -> Bool {
  left == right || (left != left && right != right)
}
