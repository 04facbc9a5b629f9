import Columns
import Formats
import Kafka

/// What the value of a message holds.
public enum MessageFormat: Hashable, Sendable {
  /// One JSON value.
  case json
  /// A flow of `Bytes` or `String`: the bytes themselves.
  case bytes
}

/// Turns messages into rows.
struct MessageDecoder: Sendable {
  private let format: MessageFormat
  private let reader: JSONTextsReader
  private let type: ColumnType?
  private let headers: MessageHeaders

  init(_ format: MessageFormat, schema: TableSchema, headers: MessageHeaders, needed: [Bool]?) {
    self.format = format
    self.headers = headers
    reader = JSONTextsReader(schema: headers.schema, needed: headers.needed(needed))
    type = schema.columns.first?.type
  }

  /// A row for each message.
  /// - Parameter leavesOut: Whether messages that hold none are left out; else the first is thrown.
  func decode(
    _ fetch: Fetch, leavesOut: Bool, position: (Int) -> String
  ) throws(RowFault) -> DecodedRows {
    let (bytes, texts) = joined(fetch)
    switch format {
    case .json where headers.isEmpty:
      return try reader.decode(bytes, texts, leavesOut: leavesOut, position: position)
    case .json: return try decode(fetch, bytes, texts, leavesOut: leavesOut, position)
    case .bytes: return try views(bytes, texts, leavesOut: leavesOut, position)
    }
  }

  /// Headers first: a message whose headers do not fit is left out before its value is read.
  private func decode(
    _ fetch: Fetch, _ bytes: Buffer<UInt8>, _ texts: [Range<Int>?], leavesOut: Bool,
    _ position: (Int) -> String
  ) throws(RowFault) -> DecodedRows {
    var refused: [RefusedRow] = []
    var kept: [(index: Int, headers: [Column])] = []
    for index in texts.indices {
      do throws(RowFault) {
        kept.append((index, try headers.read(fetch.headers(index), position: position(index))))
      } catch {
        guard leavesOut else { throw error }
        let shown = texts[index].map { String(decoding: bytes.values[$0], as: UTF8.self) } ?? ""
        refused.append(RefusedRow(row: index, fault: error, text: shown))
      }
    }
    let values = try reader.decode(bytes, kept.map { texts[$0.index] }, leavesOut: leavesOut) {
      position(kept[$0].index)
    }
    refused += values.refused.map { RefusedRow(row: kept[$0.row].index, fault: $0.fault, text: $0.text) }
    let fitting = values.fitting
    let found = (0..<values.batch.count).map { row in
      kept[fitting.map { Int($0[row]) } ?? row].headers
    }
    return DecodedRows(headers.joined(values.batch, found), refused: refused.sorted { $0.row < $1.row })
  }

  /// The values one after the other, with a zero behind each: librdkafka's memory goes back with the fetch.
  private func joined(_ fetch: Fetch) -> (Buffer<UInt8>, [Range<Int>?]) {
    let bytes = Buffer<UInt8>(uninitialized: fetch.size + fetch.count + 64)
    var used = 0
    let texts = (0..<fetch.count).map { index -> Range<Int>? in
      guard let value = fetch.value(index) else { return nil }
      defer { used += value.count + 1 }
      if let start = value.baseAddress { (bytes.base + used).update(from: start, count: value.count) }
      bytes.base[used + value.count] = 0
      return used..<(used + value.count)
    }
    (bytes.base + used).update(repeating: 0, count: bytes.count - used)
    return (bytes, texts)
  }

  private func views(
    _ bytes: Buffer<UInt8>, _ texts: [Range<Int>?], leavesOut: Bool, _ position: (Int) -> String
  ) throws(RowFault) -> DecodedRows {
    let views = Buffer<TextView>(uninitialized: texts.count)
    var count = 0
    var refused: [RefusedRow] = []
    for (index, text) in texts.enumerated() {
      if let text, type != .string || String(validating: bytes.values[text], as: UTF8.self) != nil {
        views.base[count] = TextView(padded: bytes.base + text.lowerBound, count: text.count)
        count += 1
        continue
      }
      let fault = RowFault(
        position: position(index),
        message: text == nil ? "the message has no value" : "expected text in UTF-8, found other bytes",
        help: text == nil ? nil : "declare the flow as one of `Bytes`")
      guard leavesOut else { throw fault }
      let shown = text.map { String(decoding: bytes.values[$0], as: UTF8.self) } ?? ""
      refused.append(RefusedRow(row: index, fault: fault, text: shown))
    }
    let column = Column(count: count, storage: .text(views.sliced(0..<count), owners: [bytes]))
    return DecodedRows(Batch(count: count, columns: [column]), refused: refused)
  }
}
