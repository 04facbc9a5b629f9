import CScanning
public import Columns

/// Reads a delimited text (RFC 4180 and its dialects): cuts it into morsels, which decode on their own.
///
/// Unchecked: used by one thread at a time; morsels are values.
public final class CSVReader: @unchecked Sendable {
  private let cutter: BlockCutter
  private let plan: CSVPlan?
  private var first: TextBlock?

  /// Reads the header and fits the schema to it.
  /// - Parameters:
  ///   - name: What positions call the text: its path.
  ///   - needed: Which columns anything reads; the others are validated, but come as `structure([])`. All of
  ///     them when nil.
  ///   - arrival: How the text comes.
  /// - Throws: `RowFault`, or what `input` throws.
  public init(
    input: any ByteInput, name: String, schema: TableSchema, dialect: CSVDialect = CSVDialect(),
    needed: [Bool]? = nil, arrival: TextArrival = .whole, blockSize: Int = 1 << 18
  ) throws {
    cutter = BlockCutter(input: input, name: name, dialect: dialect, arrival: arrival, blockSize: blockSize)
    guard var block = try cutter.next() else {
      if dialect.hasHeader, arrival != .growing {
        throw RowFault(
          position: name, message: "expected a header, found an empty file",
          help: "the first row names the columns; `header: false` reads a file without one")
      }
      plan = nil
      return
    }
    let row = try CSVFirstRow(block, name: name, dialect: dialect)
    if dialect.hasHeader {
      plan = try CSVPlan(name: name, header: row.fields, schema: schema, dialect: dialect, needed: needed)
      block.drop(to: row.end, lines: row.lines)
    } else {
      plan = try CSVPlan(
        name: name, fieldCount: row.fields.count, schema: schema, dialect: dialect, needed: needed)
    }
    first = block
  }

  /// Reads on in a text whose beginning `reader` has read, from `place` on, where `input` is.
  public init(
    continuing reader: CSVReader, input: any ByteInput, at place: TextPlace, blockSize: Int = 1 << 18
  ) {
    cutter = BlockCutter(continuing: reader.cutter, input: input, at: place, blockSize: blockSize)
    plan = reader.plan
  }

  /// Behind the rows that `next` gave last.
  public var place: TextPlace { cutter.place }

  /// The next rows, or nil at the end.
  public func next() throws -> CSVMorsel? {
    guard let plan else { return nil }
    if let block = first {
      first = nil
      if !block.range.isEmpty { return CSVMorsel(plan: plan, block: block) }
    }
    return try cutter.next().map { CSVMorsel(plan: plan, block: $0) }
  }
}

/// Some rows of a delimited text, not decoded yet.
public struct CSVMorsel: Sendable {
  let plan: CSVPlan
  let block: TextBlock
  private let rows = TextRows.Memo()

  init(plan: CSVPlan, block: TextBlock) {
    self.plan = plan
    self.block = block
  }

  /// Bytes of text.
  public var size: Int { block.range.count }

  /// Decodes and validates the rows, in order.
  /// - Throws: `RowFault` for the first row that does not fit.
  public func decode() throws -> Batch { try CSVDecoder(plan: plan, block: block).decode() }

  /// Decodes and validates the rows, in order; leaves out those that do not fit.
  public func decodeFitting() throws -> DecodedRows {
    do { return DecodedRows(try decode()) } catch is RowFault { return try salvage() }
  }

  /// The place of a row: its file and line.
  public func position(ofRow row: Int) -> String {
    let rows = rows.value { TextRows(of: block, plan) }
    return "\(plan.name):\(block.line(at: rows.range(row).lowerBound))"
  }

  /// Decodes as many rows at once as seem to fit.
  private func salvage() throws -> DecodedRows {
    let rows = rows.value { TextRows(of: block, plan) }
    var batches: [Batch] = []
    var refused: [RefusedRow] = []
    var first = 0
    var count = rows.count
    while first < rows.count {
      let attempted = first..<min(first + count, rows.count)
      let decoder = CSVDecoder(plan: plan, block: rows.block(attempted))
      do {
        batches.append(try decoder.decode())
        first = attempted.upperBound
        count *= 2
      } catch let fault as RowFault {
        let bad = first + decoder.rows
        if bad > first {
          batches.append(try CSVDecoder(plan: plan, block: rows.block(first..<bad)).decode())
        }
        refused.append(RefusedRow(row: bad, fault: fault, text: rows.text(bad)))
        first = bad + 1
        count = 16
      }
    }
    if batches.isEmpty { batches = [try CSVDecoder(plan: plan, block: rows.block(0..<0)).decode()] }
    return DecodedRows(.concatenated(batches), refused: refused)
  }
}

/// The first row of a text, as strings.
private struct CSVFirstRow {
  var fields: [String] = []
  /// Behind its line feed.
  var end = 0
  var lines = 0

  init(_ block: TextBlock, name: String, dialect: CSVDialect) throws {
    var state = CScanningState(inside: 0, may_open: 1, must_end: 0)
    var positions = Array(repeating: UInt32(0), count: 4096 + 8)
    var start = block.range.lowerBound
    var at = start
    while at < block.range.upperBound {
      let stop = min(at + 4096, block.range.upperBound)
      let found = cscanning_index(block.base, at, stop, dialect.separator, dialect.quote, &state, &positions)
      for position in positions.prefix(found.count).map(Int.init) {
        let isLast = block.base[position] == lineFeed
        var count = position - start
        if isLast, count > 0, block.base[position - 1] == carriageReturn { count -= 1 }
        fields.append(CSVQuoting.text(block.base + start, count, quote: dialect.quote))
        start = position + 1
        guard isLast else { continue }
        end = start
        lines = block.line(at: end) - block.firstLine
        return
      }
      if found.problem < stop {
        throw CSVFault(name: name, block: block, dialect: dialect).misquoted(found.problem)
      }
      at = stop
    }
    throw CSVFault(name: name, block: block, dialect: dialect).unterminated(from: block.range.lowerBound)
  }
}
