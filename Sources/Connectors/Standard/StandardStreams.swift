public import Engine
public import Formats

/// Rows of standard input: read block by block, decoded by any worker. Can be opened once a process.
public struct StandardInputSource: RowSource {
  private let format: RowFormat
  private let schema: TableSchema
  private let needed: [Bool]?

  /// Nothing is read before `open`.
  public init(format: RowFormat, schema: TableSchema, needed: [Bool]? = nil) {
    self.format = format
    self.schema = schema
    self.needed = needed
  }

  /// Reads the header, where the format has one.
  public func open() throws -> any MorselReader {
    try format.reader(FileInput(standardInput: ()), name: "stdin", schema: schema, needed: needed)
  }

  /// Known only where standard input is a file.
  public var size: Int? {
    if case .regular(let size, _)? = SystemCalls.kind(of: .standardInput) { size } else { nil }
  }
}

/// Rows to standard output, all at once when they are published.
public struct StandardOutputSink: RowSink {
  private let format: RowFormat
  private let schema: TableSchema

  /// Nothing is written before the output is published.
  public init(format: RowFormat, schema: TableSchema) {
    self.format = format
    self.schema = schema
  }

  /// Starts a staged output.
  public func open() throws -> any StagedOutput { StagedStream(format.encoder(schema), to: .standardOutput) }
}
