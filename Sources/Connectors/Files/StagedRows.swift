import Columns
import Engine

/// Rows in a staged file.
struct StagedRows: StagedOutput {
  private let file: StagedFile
  private let encoder: RowEncoder

  init(_ file: StagedFile, _ encoder: RowEncoder) throws {
    self.file = file
    self.encoder = encoder
    try file.append(encoder.preamble)
  }

  func encode(_ batch: Batch) throws -> [UInt8] { try encoder.encode(batch) }
  func append(_ bytes: [UInt8]) throws { try file.append(bytes) }
  func finish() throws { try file.finish() }
  func publish() throws { try file.publish() }
  func discard() { file.discard() }
}
