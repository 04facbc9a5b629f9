import Columns
import Connectors
import Engine
import Formats
import PostgreSQL

/// Rows as JSON Lines.
func batch(_ lines: String, _ schema: TableSchema) throws -> Batch {
  let reader = JSONLinesReader(input: MemoryInput(Array("\(lines)\n".utf8)), name: "given", schema: schema)
  return try reader.next()?.decode()
    ?? Batch(count: 0, columns: schema.columns.map { .zeros($0.type, count: 0) })
}

/// The lines that rows are.
func lines(_ batch: Batch, _ schema: TableSchema) throws -> [String] {
  let text = try JSONLinesWriter(schema: schema).encode(batch)
  return text.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
}

extension PostgresSource {
  /// All rows, morsel by morsel.
  func read(_ schema: TableSchema) throws -> [[String]] {
    let reader = try open()
    var morsels: [[String]] = []
    while let morsel = try reader.next() { morsels.append(try lines(morsel.decode(), schema)) }
    return morsels
  }
}

/// A spool in memory.
struct Chunks: SpooledChunks {
  let chunks: [[UInt8]]

  var size: Int { chunks.reduce(0) { $0 + $1.count } }
  func forEach(_ body: ([UInt8]) throws -> Void) throws { for chunk in chunks { try body(chunk) } }
}

extension PostgresSink {
  /// Stages and publishes rows.
  func write(_ lines: [String], _ schema: TableSchema) throws {
    let output = try open()
    for line in lines { try output.append(output.encode(batch(line, schema))) }
    try output.finish()
    try output.publish()
  }
}

extension EpochOutput {
  /// Applies an epoch of rows.
  func apply(_ epoch: Int, _ rows: [String], _ schema: TableSchema) throws {
    try apply(epoch, Chunks(chunks: rows.map { try encode(batch($0, schema)) }))
  }
}
