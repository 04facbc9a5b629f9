public import Engine
public import Formats

/// Rows of standard input: read block by block, decoded by any worker. Can be opened once a process.
public struct StandardInputSource: RowSource, StreamSource {
  /// Bytes that are read ahead of a stream.
  private static let mostWaiting = 4 << 20

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
    try format.reader(FileInput(pipe: 0), name: "stdin", schema: schema, needed: needed)
  }

  /// Reads on with what comes, wherever an earlier run stopped: nothing comes twice.
  public func open(after positions: [String: String], arrivals: Arrivals) -> any StreamReader {
    reader(FileInput(pipe: 0), arrivals)
  }

  func reader(_ input: FileInput, _ arrivals: Arrivals) -> any StreamReader {
    ReadAhead("stdin", bytes: Self.mostWaiting, arrivals) { [format, schema, needed] in
      try format.reader(input, name: "stdin", schema: schema, needed: needed, arrival: .live)
    }
  }

  /// Known only where standard input is a file.
  public var size: Int? {
    if case .regular(let size, _)? = SystemCalls.kind(of: .standardInput) { size } else { nil }
  }
}

/// Rows to standard output, all at once when they are published; of a stream, epoch by epoch.
public struct StandardOutputSink: RowSink, EpochSink {
  private let format: RowFormat
  private let schema: TableSchema

  /// Nothing is written before the output is published.
  public init(format: RowFormat, schema: TableSchema) {
    self.format = format
    self.schema = schema
  }

  /// Starts a staged output.
  public func open() throws -> any StagedOutput { StagedStream(format.encoder(schema), to: .standardOutput) }

  /// Nothing is written before an epoch with rows is complete.
  public func open(run: String, after epoch: Int) throws -> any EpochOutput {
    EpochStream(format.encoder(schema), to: .standardOutput)
  }
}
