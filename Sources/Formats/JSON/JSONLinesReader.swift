public import Columns

/// Reads JSON Lines: cuts them into morsels, which decode on their own. Blank lines are skipped.
///
/// Unchecked: used by one thread at a time; morsels are values.
public final class JSONLinesReader: @unchecked Sendable {
  private let cutter: BlockCutter
  private let plan: JSONPlan

  /// Reads nothing yet.
  /// - Parameters:
  ///   - name: What positions call the text: its path.
  ///   - refusesUnknown: Whether a key that a record has not is an error.
  ///   - needed: Which columns anything reads; the others are validated, but come as `structure([])`. All of
  ///     them when nil.
  ///   - arrival: How the text comes.
  ///   - place: Where in the text `input` begins.
  public init(
    input: any ByteInput, name: String, schema: TableSchema, refusesUnknown: Bool = false,
    needed: [Bool]? = nil, arrival: TextArrival = .whole, at place: TextPlace = .start,
    blockSize: Int = 1 << 18
  ) {
    cutter = BlockCutter(
      input: input, name: name, dialect: nil, arrival: arrival, at: place, blockSize: blockSize)
    plan = JSONPlan(name: name, schema: schema, refusesUnknown: refusesUnknown, needed: needed)
  }

  /// Behind the rows that `next` gave last.
  public var place: TextPlace { cutter.place }

  /// The next rows, or nil at the end.
  public func next() throws -> JSONLinesMorsel? {
    try cutter.next().map { JSONLinesMorsel(plan: plan, block: $0) }
  }
}

struct JSONPlan: Sendable {
  let name: String
  let schema: TableSchema
  let refusesUnknown: Bool
  let needed: [Bool]?

  /// The element: an object of the columns, or the one column.
  var root: FieldSchema {
    if !schema.isRecord, let only = schema.columns.first { return only }
    let fields = schema.columns.map { ColumnField($0.name, $0.type, isOptional: $0.isOptional) }
    return FieldSchema("", .structure(fields), children: schema.columns)
  }

  /// The rows that `root` has read.
  func batch(_ root: JSONColumn, owners: [any TextOwner]) -> Batch {
    let columns = schema.isRecord ? root.children : [root]
    return Batch(
      count: root.count,
      columns: columns.enumerated().map { index, column in
        needed?[index] ?? true
          ? column.finish(owners: owners) : Column(count: root.count, storage: .structure([]))
      })
  }
}

/// Some lines of JSON, not decoded yet.
public struct JSONLinesMorsel: Sendable {
  let plan: JSONPlan
  let block: TextBlock
  private let rows = TextRows.Memo()

  init(plan: JSONPlan, block: TextBlock) {
    self.plan = plan
    self.block = block
  }

  /// Bytes of text.
  public var size: Int { block.range.count }

  /// Decodes and validates the rows, in order.
  /// - Throws: `RowFault` for the first row that does not fit.
  public func decode() throws -> Batch { try decode(leavesOut: false).batch }

  /// Decodes and validates the rows, in order; leaves out those that do not fit.
  public func decodeFitting() throws -> DecodedRows { try decode(leavesOut: true) }

  /// The place of a row: its file and line.
  public func position(ofRow row: Int) -> String {
    let rows = rows.value { TextRows(ofLines: block) }
    return "\(plan.name):\(block.line(at: rows.range(row).lowerBound))"
  }

  private func decode(leavesOut: Bool) throws -> DecodedRows {
    var refused: [RefusedRow] = []
    let context = JSONContext(refusesUnknown: plan.refusesUnknown)
    let root = JSONColumn(plan.root, context: context, capacity: block.lineFeeds)
    let isUTF8 = UTF8Check.isValid(block.base + block.range.lowerBound, block.range.count)
    let end = block.base + block.range.upperBound
    var scanner = JSONScanner(block.base + block.range.lowerBound, spansLines: false)
    while scanner.place < end {
      let start = scanner.place
      scanner.skipSpaces()
      if !scanner.take(lineFeed) {
        let kept = root.count
        do throws(RowFault) {
          if !isUTF8 { try checkLine(start) }
          do throws(JSONIssue) {
            try root.read(&scanner)
            scanner.skipSpaces()
            guard scanner.take(lineFeed) else { throw .trailing }
          } catch {
            throw fault(error, context, at: scanner.place, line: start)
          }
        } catch {
          guard leavesOut else { throw error }
          let length = length(start)
          let text = String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
          refused.append(RefusedRow(row: kept + refused.count, fault: error, text: text))
          context.reset()
          root.truncate(to: kept)
          scanner = JSONScanner(start + length + 1, spansLines: false)
        }
      }
    }
    return DecodedRows(plan.batch(root, owners: context.owners(block.bytes)), refused: refused)
  }

  /// Bytes of a line.
  private func length(_ start: UnsafePointer<UInt8>) -> Int {
    var count = 0
    while start[count] != lineFeed { count += 1 }
    return count
  }

  private func position(_ place: UnsafePointer<UInt8>) -> String {
    "\(plan.name):\(block.line(at: place - block.base))"
  }

  private func checkLine(_ start: UnsafePointer<UInt8>) throws(RowFault) {
    let count = length(start)
    guard !UTF8Check.isValid(start, count) else { return }
    throw RowFault(
      position: position(start),
      message:
        "expected text in UTF-8, found \(Wording.quoted(UnsafeBufferPointer(start: start, count: count)))",
      help: "convert the file to UTF-8, as with `iconv`")
  }

  private func fault(
    _ issue: JSONIssue, _ context: JSONContext, at place: UnsafePointer<UInt8>, line: UnsafePointer<UInt8>
  ) -> RowFault {
    let (message, help) = context.message(issue, at: place)
    return RowFault(position: position(line), column: context.pathText, message: message, help: help)
  }
}

/// Reads JSON texts one by one into rows, each of which may fail on its own.
public final class JSONRowParser {
  private let plan: JSONPlan
  private let context: JSONContext
  private let root: JSONColumn
  private let texts = TextArena()

  /// Reads values that fit `schema`.
  public init(schema: TableSchema) {
    plan = JSONPlan(name: "", schema: schema, refusesUnknown: false, needed: nil)
    context = JSONContext(refusesUnknown: false)
    root = JSONColumn(plan.root, context: context, capacity: 64)
  }

  /// Reads a text and adds its row.
  /// - Returns: nil, or what is wrong: then the row is absent.
  public func append(_ text: UnsafeBufferPointer<UInt8>) -> String? {
    // Views may point into the text: it is copied to where it stays, with zeros behind it.
    let start = texts.reserve(text.count + 64)
    _ = UnsafeMutableBufferPointer(start: start, count: text.count).update(from: text)
    (start + text.count).update(repeating: 0, count: 64)
    guard UTF8Check.isValid(start, text.count) else {
      root.appendAbsent()
      return "this is not UTF-8"
    }
    let kept = root.count
    var scanner = JSONScanner(start, spansLines: true)
    do throws(JSONIssue) {
      scanner.skipSpaces()
      try root.read(&scanner)
      scanner.skipSpaces()
      guard scanner.place == start + text.count else { throw .trailing }
      return nil
    } catch {
      let message = context.message(error, at: scanner.place).message
      let problem = context.pathText.map { "`\($0)`: \(message)" } ?? message
      context.reset()
      root.truncate(to: kept)
      root.appendAbsent()
      return problem
    }
  }

  /// A row without a value.
  public func appendAbsent() { root.appendAbsent() }

  /// The rows: one column of the schema's record or value, absent where a text was wrong.
  public func finish() -> Column { root.finish(owners: context.owners(texts)) }
}
