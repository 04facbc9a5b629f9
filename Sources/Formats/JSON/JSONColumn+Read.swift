import Columns

extension JSONColumn {
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
    guard let value = ScalarText.parseInt(text) ?? Self.wholeNumber(text) else { throw mismatch(start) }
    return value
  }

  /// A number that is whole, however it is written: JSON knows one kind of numbers, and `2.0` is 2.
  private static func wholeNumber(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard let value = ScalarText.parseDecimal(text) else { return nil }
    let (whole, fraction) = value.quotientAndRemainder(dividingBy: ScalarText.decimalScale)
    return fraction == 0 ? Int64(exactly: whole) : nil
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
        let element = scanner.place
        try children[0].read(&scanner)
        let value = children[0].values.assumingMemoryBound(to: Double.self)[children[0].count - 1]
        guard value.magnitude <= JSONText.largestVectorElement else { throw children[0].mismatch(element) }
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
}
