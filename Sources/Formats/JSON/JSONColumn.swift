import Columns
import RegularExpressions

/// Collects the values of one field, and of the fields inside of it, from a JSON text.
final class JSONColumn {
  let field: FieldSchema
  let kind: ColumnCursor.Kind
  let context: JSONContext
  /// Members of a structure; the element of a list or vector; key and value of a map.
  let children: [JSONColumn]
  /// The children again, without counting references to them.
  private let members: UnsafeMutablePointer<Unmanaged<JSONColumn>>
  /// What changes with every value. Behind a pointer: a class's own variables are guarded at each access.
  private let state: UnsafeMutablePointer<State>
  /// A bit for each member of a structure that the object at hand has.
  private let seen: UnsafeMutablePointer<UInt64>
  private let stride: Int
  /// A bit for each row; made when the first is absent.
  private var validity: [UInt64] = []
  private var absentCount = 0
  /// Names of members or cases.
  private let names: NameTable
  private let checker: ConstraintChecker
  private var memo = PatternMemo()

  private struct State {
    var count = 0
    /// Values by kind, one a row: a byte for a Bool, an end offset for a list or map; nothing for structures
    /// and vectors.
    var values: UnsafeMutableRawPointer
    var capacity: Int
  }

  /// Number of rows.
  private(set) var count: Int {
    @inline(__always) get { state.pointee.count }
    @inline(__always) set { state.pointee.count = newValue }
  }

  private var values: UnsafeMutableRawPointer {
    @inline(__always) get { state.pointee.values }
  }

  init(_ field: FieldSchema, context: JSONContext, capacity: Int) {
    self.field = field
    self.context = context
    kind = Self.kind(of: field)
    children = Self.children(field, context, capacity)
    stride = Self.stride(of: kind)
    let room = max(capacity, 8)
    state = .allocate(capacity: 1)
    state.initialize(
      to: State(values: .allocate(byteCount: max(room * stride, 16), alignment: 16), capacity: room))
    seen = .allocate(capacity: children.count / 64 + 1)
    members = .allocate(capacity: max(children.count, 1))
    for (index, child) in children.enumerated() { members[index] = .passUnretained(child) }
    checker = ConstraintChecker(field.constraints)
    names =
      switch field.type {
      case .enumeration(let cases): NameTable(cases)
      case .structure: NameTable(field.children.map(\.name))
      default: NameTable([])
      }
  }

  deinit {
    values.deallocate()
    state.deallocate()
    seen.deallocate()
    members.deallocate()
  }

  private static func kind(of field: FieldSchema) -> ColumnCursor.Kind {
    switch field.type {
    case .bool: .bool
    case .int: .int
    case .float: .float
    case .decimal: .decimal
    case .string: .string
    case .bytes: .bytes
    case .date: field.format == nil ? .date : .formattedDate
    case .timestamp: field.format == nil ? .timestamp : .formattedTimestamp
    case .duration: .duration
    case .uuid: .uuid
    case .json: .json
    case .enumeration: .enumeration
    case .list: .list
    case .map: .map
    case .vector: .vector
    case .structure: .structure
    }
  }

  private static func children(_ field: FieldSchema, _ context: JSONContext, _ capacity: Int) -> [JSONColumn]
  {
    switch field.type {
    case .structure: return field.children.map { JSONColumn($0, context: context, capacity: capacity) }
    case .list: return [JSONColumn(field.children[0], context: context, capacity: capacity)]
    case .vector: return [JSONColumn(FieldSchema("", .float), context: context, capacity: capacity)]
    case .map:
      return [
        JSONColumn(FieldSchema("", .string), context: context, capacity: capacity),
        JSONColumn(field.children[0], context: context, capacity: capacity),
      ]
    default: return []
    }
  }

  private static func stride(of kind: ColumnCursor.Kind) -> Int {
    switch kind {
    case .bool: 1
    case .date, .formattedDate, .enumeration, .list, .map: 4
    case .int, .float, .timestamp, .formattedTimestamp, .duration: 8
    case .decimal, .uuid, .string, .bytes, .json: 16
    case .vector, .structure: 0
    }
  }

  // MARK: Appending

  @inline(__always)
  private func append<Value: BitwiseCopyable>(_ value: Value) {
    if state.pointee.count == state.pointee.capacity { grow() }
    state.pointee.values.assumingMemoryBound(to: Value.self)[state.pointee.count] = value
    state.pointee.count += 1
  }

  @inline(never)
  private func grow() {
    state.pointee.capacity *= 2
    let size = max(state.pointee.capacity * stride, 16)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    moved.copyMemory(from: values, byteCount: count * stride)
    values.deallocate()
    state.pointee.values = moved
  }

  /// A row without a value; any bits will do.
  func appendAbsent() {
    while validity.count <= count >> 6 { validity.append(~0) }
    validity[count >> 6] &= ~(1 << UInt64(count & 63))
    absentCount += 1
    appendPlaceholder()
  }

  private func appendPlaceholder() {
    switch kind {
    case .bool: append(UInt8(0))
    case .date, .formattedDate, .enumeration: append(Int32(0))
    case .list: append(Int32(truncatingIfNeeded: children[0].count))
    case .map: append(Int32(truncatingIfNeeded: children[0].count))
    case .int, .timestamp, .formattedTimestamp, .duration: append(Int64(0))
    case .float: append(Double(0))
    case .decimal, .uuid: append(Int128(0))
    case .string, .bytes: append(TextView())
    case .json: append(CSVValues.jsonNull)
    case .vector:
      for _ in 0..<vectorWidth { children[0].appendPlaceholder() }
      count += 1
    case .structure:
      for child in children { child.appendPlaceholder() }
      count += 1
    }
  }

  private var vectorWidth: Int { if case .vector(let width) = field.type { width } else { 0 } }

  /// A copy of a value from elsewhere, which outlives this: a default.
  private func append(_ column: Column, _ row: Int) {
    guard column.isPresent(row) else { return appendAbsent() }
    switch column.storage {
    case .bits(let bits): append(UInt8(bits[row] ? 1 : 0))
    case .int32(let buffer): append(buffer[row])
    case .int64(let buffer): append(buffer[row])
    case .float64(let buffer): append(buffer[row])
    case .int128(let buffer): append(buffer[row])
    case .text(let buffer, _):
      let view = buffer[row]
      context.usesArena = context.usesArena || !view.isInline
      append(view.withBytes { context.arena.add($0) })
    case .list(let offsets, let elements):
      for index in Int(offsets[row])..<Int(offsets[row + 1]) {
        if kind == .map, case .structure(let parts) = elements.storage {
          children[0].append(parts[0], index)
          children[1].append(parts[1], index)
        } else {
          children[0].append(elements, index)
        }
      }
      append(Int32(truncatingIfNeeded: children[0].count))
    case .vector(let buffer):
      for index in 0..<vectorWidth { children[0].append(Double(buffer[row * vectorWidth + index])) }
      count += 1
    case .structure(let columns):
      for (child, column) in zip(children, columns) { child.append(column, row) }
      count += 1
    }
  }

  /// Forgets the rows from `kept` on.
  func truncate(to kept: Int) {
    let elements = kept == 0 ? 0 : Int((kind == .list || kind == .map) ? offset(kept) : 0)
    switch kind {
    case .list, .map: for child in children { child.truncate(to: elements) }
    case .vector: children[0].truncate(to: kept * vectorWidth)
    case .structure: for child in children { child.truncate(to: kept) }
    default: break
    }
    if absentCount > 0, kept < count {
      for row in kept..<count
      where row >> 6 < validity.count && validity[row >> 6] >> UInt64(row & 63) & 1 == 0 {
        validity[row >> 6] |= 1 << UInt64(row & 63)
        absentCount -= 1
      }
    }
    count = min(count, kept)
  }

  /// Where the elements of the row after `rows` rows begin.
  private func offset(_ rows: Int) -> Int32 {
    rows == 0 ? 0 : values.assumingMemoryBound(to: Int32.self)[rows - 1]
  }

  // MARK: Reading

  /// Reads the value that is next, and appends it.
  func read(_ scanner: inout JSONScanner) throws(JSONIssue) {
    let start = scanner.place
    if start[0] == UInt8(ascii: "n"), kind != .json || field.isOptional, scanner.word("null") {
      guard field.isOptional else { throw mismatch(start) }
      return appendAbsent()
    }
    switch kind {
    case .bool:
      if scanner.word("true") {
        append(UInt8(1))
      } else if scanner.word("false") {
        append(UInt8(0))
      } else {
        throw mismatch(start)
      }
    case .int: append(try int(&scanner))
    case .float:
      let text = try numberText(&scanner)
      guard let value = ScalarText.parseFloat(text) else { throw mismatch(start) }
      append(value)
    case .decimal:
      let text =
        start[0] == UInt8(ascii: "\"") ? try plainString(&scanner) : try numberText(&scanner)
      guard let value = ScalarText.parseDecimal(text) else { throw mismatch(start) }
      append(value)
    case .string: append(try stringView(&scanner))
    case .bytes:
      guard let view = context.decodedBase64(try stringView(&scanner)) else { throw mismatch(start) }
      append(view)
    case .json:
      try scanner.skipValue()
      let length = scanner.place - start
      if length > 12 { context.pointsIntoInput.pointee = true }
      append(TextView(padded: start, count: length))
    case .date: append(try parsed(&scanner, ScalarText.parseDate))
    case .timestamp:
      append(
        try parsed(&scanner) { text in
          var memo = DayMemo()
          return text.baseAddress.flatMap { PaddedScalars.timestamp($0, text.count, &memo) }
        })
    case .duration: append(try parsed(&scanner, ScalarText.parseDuration))
    case .uuid: append(try parsed(&scanner, ScalarText.parseUuid))
    case .enumeration:
      let view = try stringView(&scanner)
      guard let index = names.index(of: view) else { throw mismatch(start) }
      append(Int32(truncatingIfNeeded: index))
    case .formattedDate: append(try formatted(&scanner) { $0.parseDate($1) })
    case .formattedTimestamp: append(try formatted(&scanner) { $0.parseTimestamp($1) })
    case .list: return try readList(&scanner)
    case .map: return try readMap(&scanner)
    case .vector: return try readVector(&scanner)
    case .structure: return try readObject(&scanner)
    }
    if !checker.isEmpty { try check(start) }
  }

  /// Reads the value that is next; gives what is wrong with it.
  private func attempt(_ scanner: inout JSONScanner) -> JSONIssue? {
    do throws(JSONIssue) {
      try read(&scanner)
      return nil
    } catch {
      return error
    }
  }

  private func mismatch(_ start: UnsafePointer<UInt8>) -> JSONIssue {
    // A value that is no JSON at all is the greater mistake.
    var scanner = JSONScanner(start, spansLines: true)
    do throws(JSONIssue) { try scanner.skipValue() } catch { return error }
    context.blame(start, field)
    return .mismatch
  }

  /// Asks the constraints about the last row.
  private func check(_ start: UnsafePointer<UInt8>) throws(JSONIssue) {
    let rows = (count - 1)..<count
    let violation: ConstraintChecker.Violation? =
      switch kind {
      case .int, .timestamp, .formattedTimestamp, .duration:
        checker.firstViolation(
          ofIntegers: UnsafePointer(values.assumingMemoryBound(to: Int64.self)), rows: rows, validity: nil)
      case .date, .formattedDate, .enumeration:
        checker.firstViolation(
          ofIntegers: UnsafePointer(values.assumingMemoryBound(to: Int32.self)), rows: rows, validity: nil)
      case .decimal, .uuid:
        checker.firstViolation(
          ofIntegers: UnsafePointer(values.assumingMemoryBound(to: Int128.self)), rows: rows, validity: nil)
      case .float:
        checker.firstViolation(
          ofFloats: UnsafePointer(values.assumingMemoryBound(to: Double.self)), rows: rows, validity: nil)
      case .string, .bytes, .json:
        checker.firstViolation(
          ofTexts: UnsafePointer(values.assumingMemoryBound(to: TextView.self)), rows: rows, validity: nil,
          memo: &memo)
      case .bool, .list, .map, .vector, .structure: nil
      }
    guard let violation else { return }
    context.blame(start, field, constraint: violation.constraint)
    throw .constraint
  }

  @inline(__always)
  private func int(_ scanner: inout JSONScanner) throws(JSONIssue) -> Int64 {
    let start = scanner.place
    let isNegative = start[0] == UInt8(ascii: "-")
    let digits = isNegative ? start + 1 : start
    var next = digits
    var magnitude: Int64 = 0
    while next[0] &- 0x30 <= 9 {
      magnitude = magnitude &* 10 &+ Int64(next[0] &- 0x30)
      next += 1
    }
    let count = next - digits
    if count > 0, count < 19, JSONScanner.endsWord(next[0]), digits[0] != 0x30 || count == 1 {
      scanner.place = next
      return isNegative ? 0 &- magnitude : magnitude
    }
    let text = try numberText(&scanner)
    guard let value = ScalarText.parseInt(text) else { throw mismatch(start) }
    return value
  }

  private func numberText(_ scanner: inout JSONScanner) throws(JSONIssue) -> UnsafeBufferPointer<UInt8> {
    let start = scanner.place
    guard start[0] == UInt8(ascii: "-") || start[0] &- 0x30 <= 9 else { throw mismatch(start) }
    return try scanner.number().text
  }

  @inline(__always)
  private func stringView(_ scanner: inout JSONScanner) throws(JSONIssue) -> TextView {
    guard scanner.place[0] == UInt8(ascii: "\"") else { throw mismatch(scanner.place) }
    let (content, isEscaped) = try scanner.string()
    return try context.view(content, isEscaped: isEscaped)
  }

  /// The content of a string that needs no escapes: with some it is no value of the type.
  @inline(__always)
  private func plainString(_ scanner: inout JSONScanner) throws(JSONIssue) -> UnsafeBufferPointer<UInt8> {
    guard scanner.place[0] == UInt8(ascii: "\"") else { throw mismatch(scanner.place) }
    return try scanner.string().content
  }

  @inline(__always)
  private func parsed<Value>(
    _ scanner: inout JSONScanner, _ parse: (UnsafeBufferPointer<UInt8>) -> Value?
  ) throws(JSONIssue) -> Value {
    let start = scanner.place
    guard let value = parse(try plainString(&scanner)) else { throw mismatch(start) }
    return value
  }

  /// A number or a string, as the format says.
  private func formatted<Value>(
    _ scanner: inout JSONScanner, _ parse: (TimeFormat, UnsafeBufferPointer<UInt8>) -> Value?
  ) throws(JSONIssue) -> Value {
    let start = scanner.place
    guard let format = field.format else { throw mismatch(start) }
    if format.isNumeric {
      guard let value = parse(format, try numberText(&scanner)) else { throw mismatch(start) }
      return value
    }
    let view = try stringView(&scanner)
    guard let value = view.withBytes({ parse(format, $0) }) else { throw mismatch(start) }
    return value
  }

  private func readList(_ scanner: inout JSONScanner) throws(JSONIssue) {
    guard scanner.take(UInt8(ascii: "[")) else { throw mismatch(scanner.place) }
    let element = children[0]
    let first = element.count
    scanner.skipSpaces()
    if !scanner.take(UInt8(ascii: "]")) {
      repeat {
        do throws(JSONIssue) {
          try element.read(&scanner)
        } catch {
          context.path.append(.index(element.count - first))
          throw error
        }
      } while try scanner.continues(until: UInt8(ascii: "]"), else: .expectedCommaOrBracket)
    }
    append(Int32(truncatingIfNeeded: element.count))
  }

  private func readVector(_ scanner: inout JSONScanner) throws(JSONIssue) {
    let start = scanner.place
    guard scanner.take(UInt8(ascii: "[")) else { throw mismatch(start) }
    let first = children[0].count
    scanner.skipSpaces()
    if !scanner.take(UInt8(ascii: "]")) {
      repeat {
        try children[0].read(&scanner)
      } while try scanner.continues(until: UInt8(ascii: "]"), else: .expectedCommaOrBracket)
    }
    guard children[0].count - first == vectorWidth else {
      context.blame(start, field)
      throw .vectorLength
    }
    count += 1
  }

  private func readMap(_ scanner: inout JSONScanner) throws(JSONIssue) {
    guard scanner.take(UInt8(ascii: "{")) else { throw mismatch(scanner.place) }
    let (keys, elements) = (children[0], children[1])
    let first = keys.count
    var known: Set<String> = []
    scanner.skipSpaces()
    if !scanner.take(UInt8(ascii: "}")) {
      repeat {
        guard scanner.place[0] == UInt8(ascii: "\"") else { throw scanner.isAtEnd ? .end : .expectedKey }
        let start = scanner.place
        try keys.read(&scanner)
        let key = keys.values.assumingMemoryBound(to: TextView.self)[keys.count - 1]
        if keys.contains(key, in: first..<(keys.count - 1), &known) {
          context.blame(start, field, name: key.string)
          throw .duplicateKey
        }
        scanner.skipSpaces()
        guard scanner.take(UInt8(ascii: ":")) else { throw .expectedColon }
        scanner.skipSpaces()
        do throws(JSONIssue) {
          try elements.read(&scanner)
        } catch {
          context.path.append(.key(key.string))
          throw error
        }
      } while try scanner.continues(until: UInt8(ascii: "}"), else: .expectedCommaOrBrace)
    }
    append(Int32(truncatingIfNeeded: keys.count))
  }

  /// Whether a key is among earlier ones: by looking at a few, by a set of many.
  private func contains(_ key: TextView, in rows: Range<Int>, _ known: inout Set<String>) -> Bool {
    let views = values.assumingMemoryBound(to: TextView.self)
    if rows.count < 16 { return rows.contains { views[$0] == key } }
    if known.isEmpty { for row in rows { known.insert(views[row].string) } }
    return !known.insert(key.string).inserted
  }

  private func readObject(_ scanner: inout JSONScanner) throws(JSONIssue) {
    let start = scanner.place
    guard scanner.take(UInt8(ascii: "{")) else { throw mismatch(start) }
    seen.update(repeating: 0, count: children.count / 64 + 1)
    var found = 0
    var expected = 0
    scanner.skipSpaces()
    if !scanner.take(UInt8(ascii: "}")) {
      repeat {
        guard scanner.place[0] == UInt8(ascii: "\"") else { throw scanner.isAtEnd ? .end : .expectedKey }
        let keyStart = scanner.place
        let (content, isEscaped) = try scanner.string()
        let key = try context.view(content, isEscaped: isEscaped)
        let index = names.matches(key, at: expected) ? expected : names.index(of: key)
        scanner.skipSpaces()
        guard scanner.take(UInt8(ascii: ":")) else { throw .expectedColon }
        scanner.skipSpaces()
        guard let index else {
          if context.refusesUnknown {
            context.blame(keyStart, field, name: key.string)
            throw .unknownKey
          }
          try scanner.skipValue()
          continue
        }
        let bit: UInt64 = 1 << UInt64(index & 63)
        if seen[index >> 6] & bit != 0 {
          context.blame(keyStart, field, name: key.string)
          throw .duplicateKey
        }
        seen[index >> 6] |= bit
        found += 1
        expected = index + 1
        if let issue = members[index]._withUnsafeGuaranteedRef({ $0.attempt(&scanner) }) {
          context.path.append(.member(children[index].field.name))
          throw issue
        }
      } while try scanner.continues(until: UInt8(ascii: "}"), else: .expectedCommaOrBrace)
    }
    if found < children.count { try fillMissing(start) }
    count += 1
  }

  private func fillMissing(_ start: UnsafePointer<UInt8>) throws(JSONIssue) {
    for (index, child) in children.enumerated() where seen[index >> 6] >> UInt64(index & 63) & 1 == 0 {
      if let value = child.field.defaultValue {
        child.append(value, 0)
      } else if child.field.isOptional {
        child.appendAbsent()
      } else {
        context.blame(start, child.field, name: child.field.name)
        context.path.append(.member(child.field.name))
        throw .missing
      }
    }
  }

  // MARK: Finishing

  /// The column of all rows; `owners` keep the texts alive.
  func finish(owners: [any TextOwner]) -> Column {
    Column(count: count, validity: finishedValidity(), storage: storage(owners))
  }

  private func finishedValidity() -> Bitmap? {
    guard absentCount > 0 else { return nil }
    let words = Buffer<UInt64>(repeating: ~0, count: (count + 63) / 64)
    validity.withUnsafeBufferPointer { source in
      if let start = source.baseAddress {
        words.base.update(from: start, count: min(source.count, words.count))
      }
    }
    return Bitmap(words: trimmed(words, count), count: count)
  }

  private func storage(_ owners: [any TextOwner]) -> Storage {
    switch kind {
    case .bool:
      let bytes = values.assumingMemoryBound(to: UInt8.self)
      return .bits(Bitmap(count: count) { bytes[$0] != 0 })
    case .date, .formattedDate, .enumeration: return .int32(buffer())
    case .int, .timestamp, .formattedTimestamp, .duration: return .int64(buffer())
    case .float: return .float64(buffer())
    case .decimal, .uuid: return .int128(buffer())
    case .string, .bytes, .json: return .text(buffer(), owners: owners)
    case .list: return .list(offsets: offsets(), values: children[0].finish(owners: owners))
    case .map:
      let parts = children.map { $0.finish(owners: owners) }
      return .list(offsets: offsets(), values: Column(count: children[0].count, storage: .structure(parts)))
    case .vector:
      let numbers = children[0].values.assumingMemoryBound(to: Double.self)
      let floats = Buffer<Float>(uninitialized: children[0].count)
      for index in 0..<floats.count { floats.base[index] = Float(numbers[index]) }
      return .vector(floats)
    case .structure: return .structure(children.map { $0.finish(owners: owners) })
    }
  }

  private func buffer<Value: BitwiseCopyable>() -> Buffer<Value> {
    let result = Buffer<Value>(uninitialized: count)
    result.base.update(from: values.assumingMemoryBound(to: Value.self), count: count)
    return result
  }

  private func offsets() -> Buffer<Int32> {
    let result = Buffer<Int32>(uninitialized: count + 1)
    result.base[0] = 0
    (result.base + 1).update(from: values.assumingMemoryBound(to: Int32.self), count: count)
    return result
  }
}
