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

  init(_ format: MessageFormat, schema: TableSchema, needed: [Bool]?) {
    self.format = format
    reader = JSONTextsReader(schema: schema, needed: needed)
    type = schema.columns.first?.type
  }

  /// A row for each message.
  /// - Parameter leavesOut: Whether messages that hold none are left out; else the first is thrown.
  func decode(
    _ fetch: Fetch, leavesOut: Bool, position: (Int) -> String
  ) throws(RowFault) -> DecodedRows {
    let (bytes, texts) = joined(fetch)
    switch format {
    case .json: return try reader.decode(bytes, texts, leavesOut: leavesOut, position: position)
    case .bytes: return try views(bytes, texts, leavesOut: leavesOut, position)
    }
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
