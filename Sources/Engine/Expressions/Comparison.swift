import Columns
import Semantics

extension ExpressionContext {
  func comparison(_ symbol: TypedOperator, _ left: Step, _ right: Step, _ type: Type) -> Step {
    let cost =
      switch type {
      case .string, .bytes, .json, .record, .row: 6
      case .list, .map, .vector: 50
      default: 1
      }
    switch symbol {
    case .equal:
      return binaryStep(left, right, cost: cost) { scope, a, b in
        let extent = scope.extent(a, b)
        return extent.datum(.bits(equalRows(a, b, extent.count)))
      }
    case .notEqual:
      return binaryStep(left, right, cost: cost) { scope, a, b in
        let extent = scope.extent(a, b)
        return extent.datum(.bits(equalRows(a, b, extent.count).inverted))
      }
    default:
      // `a > b` is `b < a`; `a <= b` is `!(b < a)`, since the order is total.
      let isSwapped = symbol == .greater || symbol == .lessOrEqual
      let isInverted = symbol == .lessOrEqual || symbol == .greaterOrEqual
      let kind = ColumnType(type)
      return binaryStep(left, right, cost: cost) { scope, a, b in
        let extent = scope.extent(a, b)
        let less = isSwapped ? lessRows(kind, b, a, extent) : lessRows(kind, a, b, extent)
        return extent.datum(.bits(isInverted ? less.inverted : less))
      }
    }
  }

  func not(_ value: Step) -> Step {
    unaryStep(value, cost: 1) { _, datum in datum.extent.datum(.bits(datum.column.bits.inverted)) }
  }

  /// `&&`, `||`: the right side is asked only where the left one leaves it open.
  func logic(_ left: Step, _ right: Step, isAnd: Bool) -> Step {
    Step(cost: left.cost + right.cost + 1) { scope in
      let first = left.evaluate(scope)
      if first.isConstant { return first.column.bits[0] == isAnd ? right.evaluate(scope) : first }
      let bits = first.column.bits
      let open = isAnd ? bits : bits.inverted
      if open.isEmpty { return first }
      if open.isFull { return right.evaluate(scope) }
      if right.cost <= Step.cheap {
        let mark = scope.failures.count
        let second = right.evaluate(scope)
        scope.keepFailures(since: mark, in: open)
        if second.isConstant { return second.column.bits[0] == isAnd ? first : second }
        return Datum(
          Column(
            count: scope.count,
            storage: .bits(isAnd ? bits.and(second.column.bits) : bits.or(second.column.bits))))
      }
      let rows = open.setIndices()
      let second = scope.narrowed(to: rows) { right.evaluate($0) }
      let result = Buffer<UInt64>(uninitialized: bits.words.count)
      result.base.initialize(from: bits.words.base, count: bits.words.count)
      // An open bit is 1 before `&&` and 0 before `||`; a row that says otherwise turns it.
      for index in 0..<rows.count where second.column.bits[second.place(index)] != isAnd {
        let row = Int(rows.base[index])
        result.base[row >> 6] ^= 1 << UInt64(row & 63)
      }
      return Datum(
        Column(count: scope.count, storage: .bits(Bitmap(words: result, count: scope.count))))
    }
  }

  /// `x in list`, `key in map`.
  func membership(_ element: Step, _ container: Step, _ type: Type) -> Step {
    let isMap = type.isMap
    return binaryStep(element, container, cost: 30) { contained($0, $1, in: $2, isMap: isMap) }
  }

  /// `list.contains(x)`: the same, but the list is evaluated first.
  func listContains(_ list: Step, _ element: Step) -> Step {
    binaryStep(list, element, cost: 30) { contained($0, $2, in: $1, isMap: false) }
  }
}

extension Type {
  fileprivate var isMap: Bool { if case .map = self { true } else { false } }
}

private func contained(_ scope: Scope, _ value: Datum, in list: Datum, isMap: Bool) -> Datum {
  let extent = scope.extent(value, list)
  let (offsets, entries) = list.column.lists
  let values = isMap ? entries.fields[0] : entries
  if list.isConstant {
    let range = Int(offsets[0])..<Int(offsets[1])
    return extent.datum(.bits(isOneOf(value, values, range, extent.count)))
  }
  let bits = Bitmap(count: extent.count) { row in
    let place = value.place(row)
    for child in Int(offsets[row])..<Int(offsets[row + 1])
    where values.isEqual(child, to: value.column, place) { return true }
    return false
  }
  return extent.datum(.bits(bits))
}

/// Whether each row equals one of the constants at `range`.
private func isOneOf(_ value: Datum, _ constants: Column, _ range: Range<Int>, _ count: Int) -> Bitmap {
  if range.count <= 16 {
    var found = Bitmap(repeating: false, count: count)
    for index in range {
      let constant = Datum(constant: constants.sliced(index..<index + 1))
      found = found.or(equalRows(value, constant, count))
    }
    return found
  }
  let constants = constants.sliced(range)
  let hashes = hashRows([constants], count: range.count)
  var places: [UInt64: [Int]] = [:]
  for index in 0..<range.count { places[hashes[index], default: []].append(index) }
  let wanted = hashRows([value.column], count: value.column.count)
  return Bitmap(count: count) { row in
    let place = value.place(row)
    guard let candidates = places[wanted[place]] else { return false }
    return candidates.contains { constants.isEqual($0, to: value.column, place) }
  }
}

/// Two-valued equality of each row of two operands, of which one may be constant.
func equalRows(_ left: Datum, _ right: Datum, _ count: Int) -> Bitmap {
  if right.isConstant, !right.column.isPresent(0), !left.isConstant {
    return left.column.validity?.inverted ?? Bitmap(repeating: false, count: count)
  }
  if left.isConstant, !left.column.isPresent(0), !right.isConstant {
    return right.column.validity?.inverted ?? Bitmap(repeating: false, count: count)
  }
  let equal = equalValues(left, right, Extent(count: count, isConstant: false))
  let a = left.column.validity
  let b = right.column.validity
  if a == nil, b == nil { return equal }
  let hasLeft = spread(a, left, count)
  let hasRight = spread(b, right, count)
  let words = Buffer<UInt64>(uninitialized: equal.words.count)
  for word in 0..<words.count {
    let x = hasLeft.words.base[word]
    let y = hasRight.words.base[word]
    // Where both are absent, they are equal whatever the values hold.
    words.base[word] = (equal.words.base[word] & x & y) | (~x & ~y)
  }
  if count % 64 != 0 { words.base[words.count - 1] &= (1 << UInt64(count % 64)) - 1 }
  return Bitmap(words: words, count: count)
}

private func spread(_ validity: Bitmap?, _ datum: Datum, _ count: Int) -> Bitmap {
  guard let validity else { return Bitmap(repeating: true, count: count) }
  return datum.isConstant ? Bitmap(repeating: validity[0], count: count) : validity
}

/// Equality of the values, whether present or not.
private func equalValues(_ left: Datum, _ right: Datum, _ extent: Extent) -> Bitmap {
  switch (left.column.storage, right.column.storage) {
  case (.bits(let a), .bits(let b)):
    let x = spread(a, left, extent.count)
    return x.combined(spread(b, right, extent.count), ^).inverted
  case (.int32(let a), .int32(let b)): return packRows(extent, left, a, right, b) { $0 == $1 }
  case (.int64(let a), .int64(let b)): return packRows(extent, left, a, right, b) { $0 == $1 }
  case (.float64(let a), .float64(let b)):
    return packRows(extent, left, a, right, b) { areEqualFloats($0, $1) }
  case (.int128(let a), .int128(let b)): return packRows(extent, left, a, right, b) { $0 == $1 }
  case (.text(let a, _), .text(let b, _)):
    if right.isConstant, b[0].isInline {
      let constant = b[0]
      return packRows(extent, left, a, right, b) { x, _ in
        x.head == constant.head && x.tail == constant.tail
      }
    }
    return packRows(extent, left, a, right, b) { $0 == $1 }
  case (.structure(let a), .structure(let b)):
    var result = Bitmap(repeating: true, count: extent.count)
    for index in a.indices {
      result = result.and(
        equalRows(
          Datum(a[index], isConstant: left.isConstant), Datum(b[index], isConstant: right.isConstant),
          extent.count))
    }
    return result
  default:
    let x = left.column.assumingPresent
    let y = right.column.assumingPresent
    return Bitmap(count: extent.count) { x.isEqual(left.place($0), to: y, right.place($0)) }
  }
}

/// Whether the left comes before the right, for each row.
private func lessRows(_ type: ColumnType, _ left: Datum, _ right: Datum, _ extent: Extent) -> Bitmap {
  switch (left.column.storage, right.column.storage) {
  case (.int32(let a), .int32(let b)): return packRows(extent, left, a, right, b) { $0 < $1 }
  case (.int64(let a), .int64(let b)): return packRows(extent, left, a, right, b) { $0 < $1 }
  case (.float64(let a), .float64(let b)):
    // NaN is greatest.
    return packRows(extent, left, a, right, b) { ($0 < $1) || ($0 == $0 && $1 != $1) }
  case (.int128(let a), .int128(let b)) where type != .uuid:
    return packRows(extent, left, a, right, b) { $0 < $1 }
  case (.text(let a, _), .text(let b, _)):
    return packRows(extent, left, a, right, b) { TextView.order($0, $1) < 0 }
  default:
    return Bitmap(count: extent.count) { row in
      canonicalOrder(type, left.column, left.place(row), right.column, right.place(row)) < 0
    }
  }
}
