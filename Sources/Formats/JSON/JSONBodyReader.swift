public import Columns

/// Reads the bodies of calls: a JSON object is one record, an array many; or a record a line. Keys that the record
/// has not are refused. Made once and used for many bodies.
///
/// Unchecked: used by one thread at a time.
public final class JSONBodyReader: @unchecked Sendable {
  /// How a body holds records.
  public enum Form: Hashable, Sendable {
    /// An object, or an array of objects.
    case whole
    /// An object a line.
    case lines
  }

  /// The records of a body.
  public struct Records: Sendable {
    /// A column for each field.
    public let rows: Batch
    /// Whether they stood in an array or in lines: then there may be any number of them.
    public let areMany: Bool
  }

  /// Why a body holds no records of the schema.
  public enum Problem: Error, Hashable, Sendable {
    /// It is no JSON.
    case malformed(String)
    /// It is JSON, but not of such records.
    case misfits([Misfit])
  }

  /// A value that does not fit.
  public struct Misfit: Hashable, Sendable {
    /// Its place: a JSON pointer.
    public let pointer: String
    /// The column that it belongs to, where it belongs to one.
    public let column: Int?
    /// What was expected and what was found, in one line.
    public let message: String
  }

  private let context = JSONContext(refusesUnknown: true)
  private let root: JSONColumn
  /// Mistakes that are told at once.
  private static let mostMisfits = 20

  /// Reads records of `schema`.
  public init(schema: TableSchema) {
    root = JSONColumn(
      JSONPlan(name: "", schema: schema, refusesUnknown: true, needed: nil).root, context: context,
      capacity: 8)
  }

  /// Reads a body.
  public func read(_ body: UnsafeRawBufferPointer, form: Form) throws(Problem) -> Records {
    // Views point into the text: it lies where it stays, with zeros behind it.
    let text = Buffer<UInt8>(uninitialized: body.count + 64)
    if let start = body.baseAddress {
      UnsafeMutableRawPointer(text.base).copyMemory(from: start, byteCount: body.count)
    }
    (text.base + body.count).update(repeating: 0, count: 64)
    guard UTF8Check.isValid(text.base, body.count) else { throw .malformed("the body is not UTF-8") }
    root.truncate(to: 0)
    context.renew()
    var reading = Reading(
      root: root, context: context, start: text.base, end: text.base + body.count, form: form)
    let areMany = try reading.read()
    let columns = root.children.map { $0.finish(owners: context.owners(text)) }
    return Records(rows: Batch(count: root.count, columns: columns), areMany: areMany)
  }

  /// One body under way.
  private struct Reading {
    let root: JSONColumn
    let context: JSONContext
    let start: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>
    let form: Form
    var scanner: JSONScanner
    var misfits: [Misfit] = []

    init(
      root: JSONColumn, context: JSONContext, start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>,
      form: Form
    ) {
      self.root = root
      self.context = context
      self.start = start
      self.end = end
      self.form = form
      scanner = JSONScanner(start, spansLines: form == .whole)
    }

    /// Whether there may be many records.
    mutating func read() throws(Problem) -> Bool {
      var areMany = true
      do throws(JSONIssue) {
        switch form {
        case .lines: try readLines()
        case .whole:
          scanner.skipSpaces()
          areMany = scanner.place[0] == UInt8(ascii: "[")
          if areMany { try readArray() } else { try readRecord(at: "") }
          scanner.skipSpaces()
          guard scanner.place == end else { throw .trailing }
        }
      } catch {
        throw malformed(error)
      }
      guard misfits.isEmpty else { throw .misfits(misfits) }
      return areMany
    }

    private mutating func readArray() throws(JSONIssue) {
      _ = scanner.take(UInt8(ascii: "["))
      scanner.skipSpaces()
      if scanner.take(UInt8(ascii: "]")) { return }
      var index = 0
      repeat {
        try readRecord(at: JSONPointer.step("\(index)"))
        index += 1
      } while try scanner.continues(until: UInt8(ascii: "]"), else: .expectedCommaOrBracket)
    }

    private mutating func readLines() throws(JSONIssue) {
      var index = 0
      while scanner.place < end {
        scanner.skipSpaces()
        if scanner.take(lineFeed) || scanner.place == end { continue }
        try readRecord(at: JSONPointer.step("\(index)"))
        index += 1
        scanner.skipSpaces()
        guard scanner.take(lineFeed) || scanner.place == end else { throw .trailing }
      }
    }

    private mutating func readRecord(at pointer: @autoclosure () -> String) throws(JSONIssue) {
      let start = scanner.place
      let kept = root.count
      do throws(JSONIssue) { try root.read(&scanner) } catch {
        let message = context.message(error, at: scanner.place).message
        context.reset()
        root.truncate(to: kept)
        scanner.place = start
        // A text that is no JSON at all is the greater mistake.
        try scanner.skipValue()
        guard misfits.count < mostMisfits else { return }
        let known = misfits.count
        try explain(start, at: pointer())
        if misfits.count == known {
          misfits.append(Misfit(pointer: pointer(), column: nil, message: message))
        }
      }
    }

    /// Finds everything that is wrong with a record.
    private mutating func explain(_ start: UnsafePointer<UInt8>, at pointer: String) throws(JSONIssue) {
      guard start[0] == UInt8(ascii: "{") else {
        context.blame(start, root.field)
        note(.mismatch, at: pointer, column: nil)
        return
      }
      var scanner = JSONScanner(start + 1, spansLines: self.scanner.spansLines)
      var found: Set<Int> = []
      scanner.skipSpaces()
      if !scanner.take(UInt8(ascii: "}")) {
        repeat {
          let keyStart = scanner.place
          let (content, isEscaped) = try scanner.string()
          let key = try context.view(content, isEscaped: isEscaped)
          scanner.skipSpaces()
          _ = scanner.take(UInt8(ascii: ":"))
          scanner.skipSpaces()
          let valueStart = scanner.place
          if let index = root.names.index(of: key) {
            if found.insert(index).inserted {
              explain(member: index, valueStart, at: pointer)
            } else {
              context.blame(keyStart, root.field, name: key.string)
              note(.duplicateKey, at: pointer + JSONPointer.step(key.string), column: index)
            }
          } else {
            misfits.append(
              Misfit(
                pointer: pointer + JSONPointer.step(key.string), column: nil,
                message: "there is no field of this name"))
          }
          scanner.place = valueStart
          try scanner.skipValue()
        } while try scanner.continues(until: UInt8(ascii: "}"), else: .expectedCommaOrBrace)
      }
      for (index, child) in root.children.enumerated()
      where !found.contains(index) && child.field.defaultValue == nil && !child.field.isOptional {
        misfits.append(
          Misfit(
            pointer: pointer + JSONPointer.step(child.field.name), column: index,
            message: "expected \(Wording.expected(child.field)), found nothing"))
      }
    }

    private mutating func explain(member index: Int, _ start: UnsafePointer<UInt8>, at pointer: String) {
      let member = root.children[index]
      let kept = member.count
      var scanner = JSONScanner(start, spansLines: self.scanner.spansLines)
      do throws(JSONIssue) { try member.read(&scanner) } catch {
        context.path.append(.member(member.field.name))
        note(error, at: pointer, column: index)
      }
      member.truncate(to: kept)
    }

    private mutating func note(_ issue: JSONIssue, at pointer: String, column: Int?) {
      var place = pointer + context.pointer
      if issue == .unknownKey, let name = context.blamed?.name { place += JSONPointer.step(name) }
      misfits.append(
        Misfit(pointer: place, column: column, message: context.message(issue, at: scanner.place).message))
      context.reset()
    }

    private func malformed(_ issue: JSONIssue) -> Problem {
      let line = countBytes(start, scanner.place - start, lineFeed, 0).first + 1
      let message = context.message(issue, at: scanner.place).message
      return .malformed("line \(line): \(message)")
    }
  }
}
