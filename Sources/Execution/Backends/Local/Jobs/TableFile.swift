import Columns
import Engine
import Formats
import Foundation
import Semantics

/// A table as a file that a task is given. It need not outlive a crash, and is closed between two writes: a `for` may
/// have thousands.
struct TableFile: RowSink {
  let path: String
  let format: TypedTask.TableFormat
  let schema: TableSchema

  func open() throws -> any StagedOutput {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let csv = format == .csv ? CSVWriter(schema: schema) : nil
    guard FileManager.default.createFile(atPath: path, contents: Data(csv?.header() ?? [])) else {
      throw CocoaError(.fileWriteUnknown)
    }
    return Output(path: path, csv: csv, json: JSONLinesWriter(schema: schema))
  }

  private struct Output: StagedOutput {
    let path: String
    let csv: CSVWriter?
    let json: JSONLinesWriter

    func encode(_ batch: Batch) throws -> [UInt8] { try csv?.encode(batch) ?? json.encode(batch) }

    func append(_ bytes: [UInt8]) throws {
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      defer { try? file.close() }
      try file.seekToEnd()
      try file.write(contentsOf: bytes)
    }

    func finish() {}
    func publish() {}
    func discard() {}
  }
}
