import Columns

/// The values of one column of a block, and where the next ones go.
struct CSVOutput {
  /// Values of the whole block; of one run where nothing downstream reads them.
  private var values: CSVValues
  /// A bit for each row; all set until a row is absent.
  private var validity: Buffer<UInt64>?
  private var absentCount = 0
  /// Text that is not in the block as it is.
  private var arena: TextArena?
  /// Whether a view points into the block.
  private var pointsIntoBlock = false
  private var memo = PatternMemo()
  private let isNeeded: Bool
  /// The row of `values` at which the run begins.
  private var offset = 0
  /// Dates of the row before: times tend to come in order.
  private var lastDay = DayMemo()

  init(_ column: CSVColumn, capacity: Int) {
    isNeeded = column.isNeeded && column.index != nil
    let count = isNeeded ? capacity : 0
    values = CSVValues(column.field.type, capacity: count)
    if column.field.isOptional { validity = Buffer(repeating: ~0, count: (count + 63) / 64) }
  }

  /// Makes room for a run of `count` rows; `rows` come before it in the block.
  mutating func beginRun(_ count: Int, rows: Int) {
    guard !isNeeded else {
      offset = rows
      return
    }
    values.clear(room: count)
    if let words = validity {
      let length = (count + 63) / 64
      if words.count < length {
        validity = Buffer(repeating: ~0, count: length)
      } else if absentCount > 0 {
        words.base.update(repeating: ~0, count: length)
      }
      absentCount = 0
    }
  }

  private mutating func setAbsent(_ row: Int) {
    guard let validity else { return }
    validity.base[(offset + row) >> 6] &= ~(1 << UInt64((offset + row) & 63))
    absentCount += 1
  }

  /// Reads a run of fields and checks the constraints; stops at the first value that does not fit.
  mutating func read(_ fields: CSVFields, _ column: CSVColumn) -> CSVBadValue? {
    switch values {
    case .bits(let bits): return readBits(bits, fields)
    case .int64(let buffer):
      let read = readInt64(fields, column, buffer.base + offset)
      return check(fields, column, buffer.base, read) {
        $0.firstViolation(ofIntegers: buffer.base, rows: $1, validity: $2)
      }
    case .int32(let buffer):
      let read = readInt32(fields, column, buffer.base + offset)
      return check(fields, column, buffer.base, read) {
        $0.firstViolation(ofIntegers: buffer.base, rows: $1, validity: $2)
      }
    case .int128(let buffer):
      let parse = column.field.type == .uuid ? ScalarText.parseUuid : ScalarText.parseDecimal
      let read = fill(buffer.base + offset, fields, absent: 0) {
        parse(UnsafeBufferPointer(start: $0, count: $1))
      }
      return check(fields, column, buffer.base, read) {
        $0.firstViolation(ofIntegers: buffer.base, rows: $1, validity: $2)
      }
    case .float64(let buffer):
      let read = fill(buffer.base + offset, fields, absent: 0) {
        ScalarText.parseFloat(UnsafeBufferPointer(start: $0, count: $1))
      }
      return check(fields, column, buffer.base, read) {
        $0.firstViolation(ofFloats: buffer.base, rows: $1, validity: $2)
      }
    case .text(let buffer):
      let read = readText(fields, column, buffer.base + offset)
      var memo = PatternMemo()
      swap(&memo, &self.memo)
      defer { swap(&memo, &self.memo) }
      return check(fields, column, buffer.base, read) {
        $0.firstViolation(ofTexts: buffer.base, rows: $1, validity: $2, memo: &memo)
      }
    case .nothing: return nil
    }
  }

  /// `good` rows were read; finds the first of them that breaks a constraint, else the one that stopped.
  @inline(__always)
  private func check<Value>(
    _ fields: CSVFields, _ column: CSVColumn, _ values: UnsafeMutablePointer<Value>, _ good: Int,
    _ ask: (ConstraintChecker, Range<Int>, UnsafePointer<UInt64>?) -> ConstraintChecker.Violation?
  ) -> CSVBadValue? {
    if !column.checker.isEmpty {
      let words = absentCount > 0 ? validity.map { UnsafePointer($0.base) } : nil
      if let violation = ask(column.checker, offset..<(offset + good), words) {
        return CSVBadValue(row: violation.row - offset, constraint: violation.constraint)
      }
    }
    return good < fields.count ? CSVBadValue(row: good, constraint: nil) : nil
  }

  /// Reads fields until one is no value; gives the number of those read.
  @inline(__always)
  private mutating func fill<Value: BitwiseCopyable>(
    _ output: UnsafeMutablePointer<Value>, _ fields: CSVFields, absent: Value,
    _ parse: (UnsafePointer<UInt8>, Int) -> Value?
  ) -> Int {
    let looksForNull = fields.null?.mayBeValue ?? false
    for row in 0..<fields.count {
      let (start, count) = fields[row]
      if !looksForNull, let value = parse(start, count) {
        output[row] = value
        continue
      }
      if let null = fields.null, null.equals(start, count) {
        output[row] = absent
        setAbsent(row)
      } else if let value = parse(start, count) {
        output[row] = value
      } else if let value = Self.quoted(start, count, fields.quote, parse) {
        output[row] = value
      } else {
        return row
      }
    }
    return fields.count
  }

  /// The value inside of quotes.
  @inline(never)
  private static func quoted<Value>(
    _ start: UnsafePointer<UInt8>, _ count: Int, _ quote: UInt8,
    _ parse: (UnsafePointer<UInt8>, Int) -> Value?
  ) -> Value? {
    guard count > 0, start[0] == quote, let content = CSVQuoting.content(start, count, quote: quote) else {
      return nil
    }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: content.count + 64) { room in
      guard let place = room.baseAddress else { return nil }
      let length = CSVQuoting.unescape(content, quote: quote, to: place)
      (place + length).update(repeating: 0, count: 64)
      return parse(place, length)
    }
  }

  private mutating func readBits(_ bits: Buffer<UInt64>, _ fields: CSVFields) -> CSVBadValue? {
    for row in 0..<fields.count {
      let (start, count) = fields[row]
      let parse = { (start: UnsafePointer<UInt8>, count: Int) in
        ScalarText.parseBool(UnsafeBufferPointer(start: start, count: count))
      }
      if let null = fields.null, null.equals(start, count) {
        setAbsent(row)
      } else if let value = parse(start, count) ?? Self.quoted(start, count, fields.quote, parse) {
        if value { bits.base[(offset + row) >> 6] |= 1 << UInt64((offset + row) & 63) }
      } else {
        return CSVBadValue(row: row, constraint: nil)
      }
    }
    return nil
  }

  private mutating func readInt64(
    _ fields: CSVFields, _ column: CSVColumn, _ output: UnsafeMutablePointer<Int64>
  ) -> Int {
    switch column.field.type {
    case .int: return fill(output, fields, absent: 0, PaddedScalars.int)
    case .duration:
      return fill(output, fields, absent: 0) {
        ScalarText.parseDuration(UnsafeBufferPointer(start: $0, count: $1))
      }
    default:
      if let format = column.field.format {
        return fill(output, fields, absent: 0) {
          format.parseTimestamp(UnsafeBufferPointer(start: $0, count: $1))
        }
      }
      var memo = lastDay
      defer { lastDay = memo }
      return fill(output, fields, absent: 0) { PaddedScalars.timestamp($0, $1, &memo) }
    }
  }

  private mutating func readInt32(
    _ fields: CSVFields, _ column: CSVColumn, _ output: UnsafeMutablePointer<Int32>
  ) -> Int {
    if let cases = column.cases {
      return fill(output, fields, absent: 0) {
        cases.index(of: TextView(padded: $0, count: $1)).map { Int32(truncatingIfNeeded: $0) }
      }
    }
    if let format = column.field.format {
      return fill(output, fields, absent: 0) { format.parseDate(UnsafeBufferPointer(start: $0, count: $1)) }
    }
    return fill(output, fields, absent: 0) { ScalarText.parseDate(UnsafeBufferPointer(start: $0, count: $1)) }
  }

  /// Strings are views of the block as they are; others are checked, and bytes decoded.
  private mutating func readText(
    _ fields: CSVFields, _ column: CSVColumn, _ output: UnsafeMutablePointer<TextView>
  ) -> Int {
    for row in 0..<fields.count {
      let (start, count) = fields[row]
      var view = TextView(padded: start, count: count)
      var isOwn = false
      if count > 0, start[0] == fields.quote {
        guard let content = CSVQuoting.content(start, count, quote: fields.quote),
          let place = content.baseAddress
        else { return row }
        if content.contains(fields.quote) {
          (view, isOwn) = (unescaped(content, quote: fields.quote), true)
        } else {
          view = TextView(padded: place, count: content.count)
        }
      } else if let null = fields.null, null.equals(start, count) {
        output[row] = column.field.type == .json ? CSVValues.jsonNull : TextView()
        setAbsent(row)
        continue
      }
      switch column.field.type {
      case .string:
        guard
          fields.isUTF8
            || view.withBytes({ $0.baseAddress.map { UTF8Check.isValid($0, view.count) } ?? true })
        else { return row }
      case .json:
        guard view.withBytes({ JSONText.isValid($0) }) else { return row }
      default:
        guard let bytes = decodedBytes(view) else { return row }
        (view, isOwn) = (bytes, true)
      }
      if !isOwn, !view.isInline { pointsIntoBlock = true }
      output[row] = view
    }
    return fields.count
  }

  private mutating func ownArena() -> TextArena {
    if let arena { return arena }
    let made = TextArena()
    arena = made
    return made
  }

  private mutating func unescaped(_ content: UnsafeBufferPointer<UInt8>, quote: UInt8) -> TextView {
    let place = ownArena().reserve(content.count)
    let count = CSVQuoting.unescape(content, quote: quote, to: place)
    return TextView(place, count: count)
  }

  private mutating func decodedBytes(_ view: TextView) -> TextView? {
    let place = ownArena().reserve(Base64.decodedCount(view.count) + 3)
    return view.withBytes { Base64.decode($0, to: place) }.map { TextView(place, count: $0) }
  }

  /// The column, of `count` rows.
  func finish(_ column: CSVColumn, count: Int, block: TextBlock) -> Column {
    guard column.isNeeded else { return Column(count: count, storage: .structure([])) }
    guard column.index != nil else {
      return column.field.defaultValue?.repeated(count) ?? .absent(column.field.type, count: count)
    }
    var owners: [any TextOwner] = []
    if pointsIntoBlock { owners.append(block.bytes) }
    if let arena { owners.append(arena) }
    let present = absentCount > 0 ? validity.map { Bitmap(words: trimmed($0, count), count: count) } : nil
    return Column(count: count, validity: present, storage: values.storage(count: count, owners: owners))
  }
}

/// The words of `count` bits, those past the end cleared.
func trimmed(_ words: Buffer<UInt64>, _ count: Int) -> Buffer<UInt64> {
  let length = (count + 63) / 64
  if count % 64 != 0 { words.base[length - 1] &= (1 << UInt64(count % 64)) - 1 }
  return exact(words, length)
}

/// The first `count` values: the buffer itself where it has no more.
func exact<Value: BitwiseCopyable>(_ buffer: Buffer<Value>, _ count: Int) -> Buffer<Value> {
  if buffer.count == count { return buffer }
  let copy = Buffer<Value>(uninitialized: count)
  copy.base.update(from: buffer.base, count: count)
  return copy
}
