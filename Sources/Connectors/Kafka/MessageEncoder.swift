import Columns
import Formats
import Kafka

/// Turns rows into messages, framed one after the other: the length of the key and of the value (-1 where there is
/// none) and the number of headers as 32-bit integers, least significant byte first, then the bytes of key and value,
/// then each header: the lengths of its name and value, and their bytes.
struct MessageEncoder: Sendable {
  private let format: MessageFormat
  private let writer: JSONLinesWriter
  private let headers: MessageHeaders
  private let key: ComputedColumn?
  private let deletes: ComputedColumn?
  private let requiresKey: Bool
  /// Bytes of key and value; more would only be refused when the epoch is complete, and for ever.
  private let largest: Int

  init(
    _ format: MessageFormat, headers: MessageHeaders, key: ComputedColumn?, deletes: ComputedColumn?,
    requiresKey: Bool, largestMessage: Int
  ) {
    self.format = format
    writer = JSONLinesWriter(schema: headers.schema)
    self.headers = headers
    self.key = key
    self.deletes = deletes
    self.requiresKey = requiresKey
    largest = largestMessage - Self.overhead
  }

  /// More than what Kafka adds to a message.
  private static let overhead = 128

  func encode(_ batch: Batch) throws -> [UInt8] {
    let values =
      format == .json
      ? RowBytes(lines: try writer.encode(headers.value(batch))) : RowBytes(texts: batch.columns[0])
    let keys = try key.map { try RowBytes(key: $0.evaluate(batch), $0.field) }
    let named = try headers.bytes(batch)
    let deleted = try deletes?.evaluate(batch)
    var frames = ByteWriter(capacity: batch.count * 64)
    for row in 0..<batch.count {
      let start = frames.count
      for _ in 0..<3 { frames.append(length: -1) }
      let keySize = keys?.append(row, to: &frames)
      if requiresKey, keySize == nil {
        throw RowFault(
          position: "", message: "a row has no key to be written under",
          help: "the key of an upsert must not be `none`")
      }
      let isDeleted = deleted.map { $0.isPresent(row) && $0.bits[row] } ?? false
      let valueSize = isDeleted ? nil : values.append(row, to: &frames)
      var count = 0
      for (name, values) in named {
        if values.append(header: name, row, to: &frames) { count += 1 }
      }
      let size = frames.count - start
      guard size <= largest else {
        throw RowFault(
          position: "", message: "a message of \(size) bytes is larger than the \(largest) that it may have",
          help: "raise `message.max.bytes` in the address, and `max.message.bytes` of the topic")
      }
      frames.set(length: keySize ?? -1, at: start)
      frames.set(length: valueSize ?? -1, at: start + 4)
      frames.set(length: count, at: start + 8)
    }
    return frames.array()
  }
}

/// Reads frames back.
struct MessageFrames {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  func forEach(
    _ body: (
      _ key: UnsafeRawBufferPointer?, _ value: UnsafeRawBufferPointer?, _ headers: [MessageHeader]
    ) throws -> Void
  ) rethrows {
    var place = 0
    func take(_ count: Int) -> UnsafeRawBufferPointer? {
      guard count >= 0 else { return nil }
      defer { place += count }
      return UnsafeRawBufferPointer(rebasing: bytes[place..<(place + count)])
    }
    func takeLength() -> Int {
      defer { place += 4 }
      return Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Int32.self)))
    }
    while place < bytes.count {
      let keySize = takeLength()
      let valueSize = takeLength()
      let count = takeLength()
      let key = take(keySize)
      let value = take(valueSize)
      let headers = (0..<count).map { _ in
        let nameSize = takeLength()
        let valueSize = takeLength()
        let name = String(
          decoding: take(nameSize) ?? UnsafeRawBufferPointer(start: nil, count: 0), as: UTF8.self)
        return MessageHeader(name, take(valueSize).map { Array($0) })
      }
      try body(key, value, headers)
    }
  }
}

/// Some bytes for each row, or none.
struct RowBytes {
  private let column: Column?
  private let lines: [UInt8]
  /// Where the lines begin; one more than there are lines.
  private let starts: [Int]
  private let isUnquoted: Bool

  private init(column: Column?, lines: [UInt8], isUnquoted: Bool) {
    self.column = column
    self.lines = lines
    self.isUnquoted = isUnquoted
    var starts = [0]
    for (index, byte) in lines.enumerated() where byte == UInt8(ascii: "\n") { starts.append(index + 1) }
    self.starts = starts
  }

  /// A value for each line.
  init(lines: [UInt8]) { self.init(column: nil, lines: lines, isUnquoted: false) }

  /// The texts as they are.
  init(texts: Column) { self.init(column: texts, lines: [], isUnquoted: false) }

  /// Texts as they are; other scalars as they are written in CSV; what has parts as JSON.
  init(key: Column, _ field: FieldSchema) throws {
    switch field.type {
    case .string, .bytes: self.init(texts: key)
    default:
      let writer = JSONLinesWriter(schema: TableSchema(columns: [field], isRecord: false))
      self.init(
        column: key, lines: try writer.encode(Batch(count: key.count, columns: [key])), isUnquoted: true)
    }
  }

  /// Appends a row's bytes as a header of a name; false where it has none.
  func append(header name: [UInt8], _ row: Int, to writer: inout ByteWriter) -> Bool {
    let start = writer.count
    for _ in 0..<2 { writer.append(length: -1) }
    name.withUnsafeBufferPointer { writer.append($0) }
    guard let size = append(row, to: &writer) else {
      writer.truncate(to: start)
      return false
    }
    writer.set(length: name.count, at: start)
    writer.set(length: size, at: start + 4)
    return true
  }

  /// Appends the bytes of a row; nil where it has none.
  func append(_ row: Int, to writer: inout ByteWriter) -> Int? {
    if let column, !column.isPresent(row) { return nil }
    let before = writer.count
    if lines.isEmpty, let column {
      writer.append(column.texts[row])
    } else {
      lines.withUnsafeBufferPointer { lines in
        var line = lines[starts[row]..<(starts[row + 1] - 1)]
        if isUnquoted, line.first == UInt8(ascii: "\"") { line = line.dropFirst().dropLast() }
        writer.append(UnsafeBufferPointer(rebasing: line))
      }
    }
    return writer.count - before
  }
}

extension ByteWriter {
  fileprivate mutating func append(length: Int32) {
    UnsafeMutableRawPointer(reserve(4)).storeBytes(of: length.littleEndian, as: Int32.self)
    advance(4)
  }

  /// Overwrites a length that was appended before.
  fileprivate mutating func set(length: Int, at place: Int) {
    let count = self.count
    truncate(to: place)
    append(length: Int32(length))
    advance(count - place - 4)
  }
}
