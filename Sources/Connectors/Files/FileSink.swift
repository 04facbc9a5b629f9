public import Engine
public import Formats

/// Rows into a file. They are staged beside it, under `.name.<process>-<random>.part`, and replace it at
/// once when they are published.
public struct FileSink: RowSink {
  private let location: Location
  private let format: RowFormat
  private let schema: TableSchema

  /// Nothing is looked at before `open`.
  /// - Parameters:
  ///   - path: As the program has it, and as messages say it.
  ///   - base: The folder that relative paths start from; the working directory when empty.
  public init(path: String, base: String = "", format: RowFormat, schema: TableSchema) {
    self.init(Location(path, base: base), format, schema)
  }

  init(_ location: Location, _ format: RowFormat, _ schema: TableSchema) {
    self.location = location
    self.format = format
    self.schema = schema
  }

  /// Makes the folder if there is none, and begins the staged file.
  public func open() throws -> any StagedOutput {
    try location.checkScheme()
    switch SystemCalls.kind(location.path) {
    case .directory?:
      throw location.fault("it is a folder, not a file", help: "give the name of a file in it")
    case .other?:
      // A device or a pipe cannot be replaced: it gets the rows when they are published.
      return StagedStream(format.encoder(schema), to: .path(location))
    case .regular?, nil:
      if location.isPattern, SystemCalls.kind(location.path) == nil {
        throw location.fault(
          "a pattern stands for files to read, not for one to write", help: "give one name")
      }
      if location.name.isEmpty || location.written.hasSuffix("/") {
        throw location.fault("it is a folder, not a file", help: "give the name of a file in it")
      }
      return try StagedRows(StagedFile(location), format.encoder(schema))
    }
  }
}
