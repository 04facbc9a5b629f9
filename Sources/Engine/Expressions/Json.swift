import Columns
import Semantics

extension ExpressionContext {
  /// `j["k"]`, `j.as_int()` and its kin: absent where the value is of another kind.
  func json(_ builtin: Builtin, _ nodes: [Step]) -> Step {
    let value = nodes[0]
    switch builtin {
    case .jsonIndex:
      return binaryStep(value, nodes[1], cost: 100) { scope, j, key in
        members(scope.extent(j, key), j, key)
      }
    case .asString: return unaryStep(value, cost: 40) { _, j in strings(j) }
    case .asInt:
      return unaryStep(value, cost: 30) { _, j in
        scalars(j, Int64(0), { ScalarText.parseInt($0) }) { .int64($0) }
      }
    case .asFloat:
      return unaryStep(value, cost: 30) { _, j in
        scalars(j, 0.0, { isNumber($0) ? ScalarText.parseFloat($0) : nil }) { .float64($0) }
      }
    case .asBool:
      return unaryStep(value, cost: 20) { _, j in
        scalars(j, false, { ScalarText.parseBool($0) }) { values in
          .bits(Bitmap(count: values.count) { values[$0] })
        }
      }
    case .asList: return unaryStep(value, cost: 200) { _, j in lists(j) }
    default: return unaryStep(value, cost: 300) { _, j in maps(j) }
    }
  }
}

/// Whether a value's text begins as a number does; `nan` and `inf` are none in JSON.
private func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
  guard let first = text.first else { return false }
  return first == UInt8(ascii: "-") ? text.count > 1 && text[1] &- 0x30 <= 9 : first &- 0x30 <= 9
}

extension TextView {
  /// Without white space around it: as JSON texts may come.
  fileprivate var trimmedJson: TextView {
    withBytes { bytes in
      var start = 0
      var end = bytes.count
      while start < end, bytes[start] <= 0x20 { start += 1 }
      while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
      return start == 0 && end == bytes.count ? self : part(start..<end)
    }
  }
}

private func presence(_ isPresent: Bitmap) -> Bitmap? { isPresent.isFull ? nil : isPresent }

extension Bitmap {
  /// Sets a bit of a map that nobody else has seen.
  @inline(__always) func set(_ index: Int) { words.base[index >> 6] |= 1 << UInt64(index & 63) }
}

private func scalars<Value: BitwiseCopyable>(
  _ j: Datum, _ zero: Value, _ parse: (UnsafeBufferPointer<UInt8>) -> Value?,
  _ storage: (Buffer<Value>) -> Storage
) -> Datum {
  let views = j.column.texts
  let values = Buffer<Value>(repeating: zero, count: j.column.count)
  let isPresent = Bitmap(repeating: false, count: j.column.count)
  for row in 0..<j.column.count {
    if let value = views[row].trimmedJson.withBytes(parse) {
      values.base[row] = value
      isPresent.set(row)
    }
  }
  return j.extent.datum(storage(values), validity: presence(isPresent))
}

private func strings(_ j: Datum) -> Datum {
  let views = j.column.texts
  let result = Buffer<TextView>(repeating: TextView(), count: j.column.count)
  let isPresent = Bitmap(repeating: false, count: j.column.count)
  let arena = TextArena()
  for row in 0..<j.column.count {
    views[row].withBytes { bytes in
      var text = JsonText(bytes)
      guard let range = text.string() else { return }
      isPresent.set(row)
      result.base[row] = text.content(range, of: views[row], arena)
    }
  }
  return j.extent.datum(
    .text(result, owners: j.column.textOwners + [arena]), validity: presence(isPresent))
}

extension JsonText {
  /// The text of the string at `range` of `view`: in place where it has no escapes.
  fileprivate func content(_ range: Range<Int>, of view: TextView, _ arena: TextArena) -> TextView {
    if isPlain(range) { return view.part(range) }
    return unescaped(range).withUnsafeBufferPointer { arena.add($0) }
  }
}

/// Where the wanted key of each row's object is; of equal keys the last counts.
private func members(_ extent: Extent, _ j: Datum, _ key: Datum) -> Datum {
  let views = j.column.texts
  let result = Buffer<TextView>(repeating: .jsonNull, count: extent.count)
  let isPresent = Bitmap(repeating: false, count: extent.count)
  for row in 0..<extent.count {
    let view = views[j.place(row)]
    let wanted = key.column.texts[key.place(row)]
    view.withBytes { bytes in
      wanted.withBytes { name in
        var text = JsonText(bytes)
        let source = text
        _ = text.members { key, value in
          let isWanted =
            source.isPlain(key) ? bytes[key].elementsEqual(name) : source.unescaped(key).elementsEqual(name)
          if isWanted {
            isPresent.set(row)
            result.base[row] = view.part(value)
          }
        }
      }
    }
  }
  return extent.datum(.text(result, owners: j.column.textOwners), validity: presence(isPresent))
}

private func lists(_ j: Datum) -> Datum {
  let views = j.column.texts
  let isPresent = Bitmap(repeating: false, count: j.column.count)
  let offsets = Buffer<Int32>(uninitialized: j.column.count + 1)
  offsets.base[0] = 0
  var elements: [TextView] = []
  for row in 0..<j.column.count {
    views[row].withBytes { bytes in
      var text = JsonText(bytes)
      if text.elements({ elements.append(views[row].part($0)) }) { isPresent.set(row) }
    }
    offsets.base[row + 1] = Int32(truncatingIfNeeded: elements.count)
  }
  let values = Column(count: elements.count, storage: .text(Buffer(elements), owners: j.column.textOwners))
  return j.extent.datum(.list(offsets: offsets, values: values), validity: presence(isPresent))
}

private func maps(_ j: Datum) -> Datum {
  let views = j.column.texts
  let isPresent = Bitmap(repeating: false, count: j.column.count)
  let offsets = Buffer<Int32>(uninitialized: j.column.count + 1)
  offsets.base[0] = 0
  var keys: [TextView] = []
  var values: [TextView] = []
  let arena = TextArena()
  for row in 0..<j.column.count {
    views[row].withBytes { bytes in
      var text = JsonText(bytes)
      let source = text
      let isObject = text.members { key, value in
        keys.append(source.content(key, of: views[row], arena))
        values.append(views[row].part(value))
      }
      if isObject { isPresent.set(row) }
    }
    offsets.base[row + 1] = Int32(truncatingIfNeeded: keys.count)
  }
  let owners = j.column.textOwners
  let keyColumn = Column(count: keys.count, storage: .text(Buffer(keys), owners: owners + [arena]))
  let valueColumn = Column(count: values.count, storage: .text(Buffer(values), owners: owners))
  return j.extent.datum(
    mapStorage(offsets: offsets, keys: keyColumn, values: valueColumn), validity: presence(isPresent))
}
