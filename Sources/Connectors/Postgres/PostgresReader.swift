import Columns
import Engine
import Formats
import PostgreSQL

/// Cuts what a server copies out into morsels.
///
/// Unchecked: called by one worker at a time, as the protocol says.
final class PostgresReader: MorselReader, @unchecked Sendable {
  /// Bytes of a morsel; a longer row is one of its own.
  private static let blockSize = 1 << 18
  /// The signature, the flags, and the length of an extension that there is none of.
  private static let headerSize = 19

  private var connection: Connection?
  private let plan: PostgresReadPlan
  private var rows = 0
  private var isAtStart = true

  init(_ connection: consuming Connection, _ plan: PostgresReadPlan) {
    self.connection = consume connection
    self.plan = plan
  }

  func next() throws -> (any Morsel)? {
    guard connection != nil else { return nil }
    var block = ByteWriter(capacity: Self.blockSize + Self.blockSize / 4)
    var count = 0
    var isDone = false
    try PostgreSQLError.faults(at: plan.name) {
      while block.count < Self.blockSize, !isDone {
        isDone =
          try connection?.nextCopied { piece in
            let row = UnsafeRawBufferPointer(rebasing: piece[(isAtStart ? Self.headerSize : 0)...])
            isAtStart = false
            // What comes behind the last row has -1 columns.
            guard row.count > 2 || row.loadUnaligned(as: Int16.self) != -1 else { return }
            block.append(row.assumingMemoryBound(to: UInt8.self))
            count += 1
          } == false
      }
    }
    if isDone { connection = nil }
    guard count > 0 else { return nil }
    defer { rows += count }
    let bytes = Buffer<UInt8>(uninitialized: block.count)
    block.withBytes { _ = UnsafeMutableBufferPointer(start: bytes.base, count: $0.count).update(from: $0) }
    return PostgresMorsel(plan: plan, rows: CopiedRows(bytes: bytes, count: count), first: rows)
  }
}
