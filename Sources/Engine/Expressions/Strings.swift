import Columns
import Diagnosing
import RegularExpressions
import Semantics

extension ExpressionContext {
  func text(_ builtin: Builtin, _ nodes: [Step], _ span: Span) -> Step {
    switch builtin {
    case .stringLength:
      return unaryStep(nodes[0], cost: 8) { _, s in
        s.extent.datum(.int64(mapRows(s.column.texts, s.column.count) { Int64($0.scalarCount) }))
      }
    case .stringIsEmpty:
      return unaryStep(nodes[0], cost: 1) { _, s in
        let views = s.column.texts
        return s.extent.datum(.bits(Bitmap(packing: s.column.count) { views.base[$0].count == 0 }))
      }
    case .lower: return unaryStep(nodes[0], cost: 40) { _, s in changedCase(s, isUpper: false) }
    case .upper: return unaryStep(nodes[0], cost: 40) { _, s in changedCase(s, isUpper: true) }
    case .trim:
      return unaryStep(nodes[0], cost: 12) { _, s in
        s.extent.datum(
          .text(mapRows(s.column.texts, s.column.count) { trimmed($0) }, owners: s.column.textOwners))
      }
    case .stringContains:
      return binaryStep(nodes[0], nodes[1], cost: 30) { compareTexts($0, $1, $2, containsBytes) }
    case .startsWith:
      return binaryStep(nodes[0], nodes[1], cost: 6) { scope, s, part in
        compareTexts(scope, s, part) { $0.count >= $1.count && isEqual($0, 0, $1) }
      }
    case .endsWith:
      return binaryStep(nodes[0], nodes[1], cost: 6) { scope, s, part in
        compareTexts(scope, s, part) { $0.count >= $1.count && isEqual($0, $0.count - $1.count, $1) }
      }
    case .split: return binaryStep(nodes[0], nodes[1], cost: 100) { split($0, $1, $2) }
    case .replace:
      return Step(cost: nodes.reduce(60) { $0 + $1.cost }) { scope in
        let data = nodes.map { $0.evaluate(scope) }
        return replaced(scope.extent(of: data), data[0], data[1], data[2])
      }
    default:
      return Step(cost: nodes.reduce(15) { $0 + $1.cost }) { scope in
        let data = nodes.map { $0.evaluate(scope) }
        return sliced(scope.extent(of: data), data[0], data[1], data[2])
      }
    }
  }

  /// `s.matches(re)`, `s.capture(re)`.
  func pattern(_ builtin: Builtin, _ text: Step, _ source: String) -> Step {
    guard let expression = try? RegularExpression(source) else {
      preconditionFailure("the checker lets only expressions pass that compile: \(source)")
    }
    if builtin == .matches {
      return unaryStep(text, cost: 100) { _, s in
        let views = s.column.texts
        return s.extent.datum(
          .bits(Bitmap(count: s.column.count) { views.base[$0].withBytes { expression.matches($0) } }))
      }
    }
    return unaryStep(text, cost: 300) { _, s in captures(s, expression) }
  }
}

extension TextView {
  /// Number of Unicode scalars: bytes that continue none.
  var scalarCount: Int {
    withBytes { bytes in
      var continuations = 0
      for byte in bytes { continuations += byte & 0xC0 == 0x80 ? 1 : 0 }
      return bytes.count - continuations
    }
  }

  /// The bytes of `range`; what is too long to lie inside stays where it is.
  func part(_ range: Range<Int>) -> TextView {
    withBytes { bytes in
      guard let base = bytes.baseAddress else { return TextView() }
      return TextView(base + range.lowerBound, count: range.count)
    }
  }
}

private typealias Bytes = UnsafeBufferPointer<UInt8>

private func compareTexts(
  _ scope: Scope, _ left: Datum, _ right: Datum, _ predicate: (Bytes, Bytes) -> Bool
) -> Datum {
  let extent = scope.extent(left, right)
  let a = left.column.texts
  let b = right.column.texts
  if right.isConstant {
    return b[0].withBytes { part in
      extent.datum(
        .bits(
          Bitmap(count: extent.count) { row in a.base[left.place(row)].withBytes { predicate($0, part) } }))
    }
  }
  return extent.datum(
    .bits(
      Bitmap(count: extent.count) { row in
        a.base[left.place(row)].withBytes { text in
          b.base[right.place(row)].withBytes { predicate(text, $0) }
        }
      }))
}

/// Whether `part` stands at `offset` of `text`, which is long enough.
@inline(__always) private func isEqual(_ text: Bytes, _ offset: Int, _ part: Bytes) -> Bool {
  var index = 0
  while index < part.count {
    if text[offset + index] != part[index] { return false }
    index += 1
  }
  return true
}

/// Where `part`, which is not empty, begins in `text` at `start` or later.
private func find(_ part: Bytes, in text: Bytes, from start: Int) -> Int? {
  let first = part[0]
  var index = start
  while index + part.count <= text.count {
    if text[index] == first, isEqual(text, index, part) { return index }
    index += 1
  }
  return nil
}

private func containsBytes(_ text: Bytes, _ part: Bytes) -> Bool {
  part.isEmpty || find(part, in: text, from: 0) != nil
}

private func changedCase(_ s: Datum, isUpper: Bool) -> Datum {
  let views = s.column.texts
  var rows = TextRows(count: s.column.count)
  let first = isUpper ? UInt8(ascii: "a") : UInt8(ascii: "A")
  for row in 0..<s.column.count {
    let isASCII = views[row].withBytes { bytes in
      let place = rows.bytes.reserve(bytes.count)
      var seen: UInt8 = 0
      for index in 0..<bytes.count {
        let byte = bytes[index]
        seen |= byte
        place[index] = byte &- first < 26 ? byte ^ 0x20 : byte
      }
      return seen < 0x80
    }
    if isASCII {
      rows.bytes.advance(views[row].count)
    } else {
      let text = views[row].string
      rows.bytes.append(isUpper ? text.uppercased() : text.lowercased())
    }
    rows.endRow()
  }
  return s.extent.datum(rows.storage())
}

private func trimmed(_ view: TextView) -> TextView {
  view.withBytes { bytes in
    var start = 0
    while start < bytes.count {
      let length = spaceLength(bytes, at: start)
      if length == 0 { break }
      start += length
    }
    var end = bytes.count
    while end > start {
      var first = end - 1
      while first > start, bytes[first] & 0xC0 == 0x80 { first -= 1 }
      if spaceLength(bytes, at: first) != end - first { break }
      end = first
    }
    return start == 0 && end == bytes.count ? view : view.part(start..<end)
  }
}

/// Bytes of the scalar at `index` if it has Unicode's property White_Space, else 0.
private func spaceLength(_ bytes: Bytes, at index: Int) -> Int {
  let byte = bytes[index]
  if byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) { return 1 }
  if byte == 0xC2, index + 1 < bytes.count {
    return bytes[index + 1] == 0x85 || bytes[index + 1] == 0xA0 ? 2 : 0
  }
  guard byte >= 0xE1, byte <= 0xE3, index + 2 < bytes.count else { return 0 }
  let scalar =
    UInt32(byte & 0x0F) << 12 | UInt32(bytes[index + 1] & 0x3F) << 6 | UInt32(bytes[index + 2] & 0x3F)
  switch scalar {
  case 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: return 3
  default: return 0
  }
}

private func split(_ scope: Scope, _ s: Datum, _ separator: Datum) -> Datum {
  let extent = scope.extent(s, separator)
  let offsets = Buffer<Int32>(uninitialized: extent.count + 1)
  offsets.base[0] = 0
  var parts: [TextView] = []
  for row in 0..<extent.count {
    let view = s.column.texts[s.place(row)]
    view.withBytes { bytes in
      separator.column.texts[separator.place(row)].withBytes { part in
        var start = 0
        while !part.isEmpty, let found = find(part, in: bytes, from: start) {
          parts.append(view.part(start..<found))
          start = found + part.count
        }
        parts.append(start == 0 ? view : view.part(start..<bytes.count))
      }
    }
    offsets.base[row + 1] = Int32(truncatingIfNeeded: parts.count)
  }
  let values = Column(count: parts.count, storage: .text(Buffer(parts), owners: s.column.textOwners))
  return extent.datum(.list(offsets: offsets, values: values))
}

private func replaced(_ extent: Extent, _ s: Datum, _ old: Datum, _ new: Datum) -> Datum {
  let views = s.column.texts
  var rows = TextRows(count: extent.count)
  for row in 0..<extent.count {
    views[s.place(row)].withBytes { bytes in
      old.column.texts[old.place(row)].withBytes { part in
        new.column.texts[new.place(row)].withBytes { replacement in
          var start = 0
          while !part.isEmpty, let found = find(part, in: bytes, from: start) {
            rows.bytes.append(Bytes(rebasing: bytes[start..<found]))
            rows.bytes.append(replacement)
            start = found + part.count
          }
          rows.bytes.append(Bytes(rebasing: bytes[start...]))
        }
      }
    }
    rows.endRow()
  }
  return extent.datum(rows.storage())
}

private func sliced(_ extent: Extent, _ s: Datum, _ first: Datum, _ last: Datum) -> Datum {
  let views = s.column.texts
  let starts = first.column.int64s
  let ends = last.column.int64s
  let result = Buffer<TextView>(uninitialized: extent.count)
  for row in 0..<extent.count {
    let view = views[s.place(row)]
    let start = max(starts[first.place(row)], 0)
    let end = max(ends[last.place(row)], start)
    result.base[row] = view.withBytes { bytes in
      let from = offset(ofScalar: start, in: bytes, from: 0)
      let to = offset(ofScalar: end - start, in: bytes, from: from)
      return from == 0 && to == bytes.count ? view : view.part(from..<to)
    }
  }
  return extent.datum(.text(result, owners: s.column.textOwners))
}

/// The offset of the scalar that comes `number` scalars after the one at `start`, or the end.
private func offset(ofScalar number: Int64, in bytes: Bytes, from start: Int) -> Int {
  var index = start
  var left = number
  while index < bytes.count {
    if bytes[index] & 0xC0 != 0x80 {
      if left == 0 { return index }
      left -= 1
    }
    index += 1
  }
  return index
}

private func captures(_ s: Datum, _ expression: RegularExpression) -> Datum {
  let count = s.column.count
  let views = s.column.texts
  let groups = expression.groupCount
  let found = Bitmap(repeating: false, count: count)
  let offsets = Buffer<Int32>(uninitialized: count + 1)
  offsets.base[0] = 0
  var parts: [TextView] = []
  var isPresent: [Bool] = []
  for row in 0..<count {
    if let ranges = views[row].withBytes({ expression.captures(in: $0) }) {
      found.words.base[row >> 6] |= 1 << UInt64(row & 63)
      for group in 0..<groups {
        isPresent.append(ranges[group] != nil)
        parts.append(ranges[group].map { views[row].part($0) } ?? TextView())
      }
    }
    offsets.base[row + 1] = Int32(truncatingIfNeeded: parts.count)
  }
  let validity = isPresent.allSatisfy { $0 } ? nil : Bitmap(count: parts.count) { isPresent[$0] }
  let values = Column(
    count: parts.count, validity: validity, storage: .text(Buffer(parts), owners: s.column.textOwners))
  return s.extent.datum(
    .list(offsets: offsets, values: values), validity: found.isFull ? nil : found)
}
