public import Engine
public import Formats

/// Rows of a file, or of all files that a pattern stands for, one after the other in the order of their
/// names, each with a header of its own where the format has one.
public struct FileSource: RowSource {
  private let location: Location
  private let format: RowFormat
  private let schema: TableSchema
  private let needed: [Bool]?

  /// Nothing is looked at before `open`.
  /// - Parameters:
  ///   - path: As the program has it, and as messages say it; may have `*`, `?` and `[...]`.
  ///   - base: The folder that relative paths start from; the working directory when empty.
  ///   - needed: Which columns anything reads; all of them when nil.
  public init(path: String, base: String = "", format: RowFormat, schema: TableSchema, needed: [Bool]? = nil)
  {
    location = Location(path, base: base)
    self.format = format
    self.schema = schema
    self.needed = needed
  }

  /// Opens the first file and looks at the headers of all.
  public func open() throws -> any MorselReader {
    try location.checkScheme()
    let files = try location.expanded()
    let first = try reader(files[0])
    // A file that does not fit is better known before an hour of work than after.
    for file in files.dropFirst() { _ = try reader(file, blockSize: 4096) }
    return FilesReader(current: first, rest: files.dropFirst()) { try reader($0) }
  }

  private func reader(_ file: Location, blockSize: Int = 1 << 18) throws -> any MorselReader {
    try format.reader(
      try FileInput(file), name: file.written, schema: schema, needed: needed, blockSize: blockSize)
  }

  /// Bytes of all files; nil when one is a pipe, or missing.
  public var size: Int? {
    guard let files = try? location.expanded() else { return nil }
    var total = 0
    for file in files {
      guard case .regular(let size, _)? = SystemCalls.kind(file.path) else { return nil }
      total += size
    }
    return total
  }
}

/// Goes from file to file.
///
/// Unchecked: called by one worker at a time, as the protocol says.
private final class FilesReader: MorselReader, @unchecked Sendable {
  private var current: (any MorselReader)?
  private var rest: ArraySlice<Location>
  private let open: (Location) throws -> any MorselReader

  init(
    current: any MorselReader, rest: ArraySlice<Location>,
    open: @escaping (Location) throws -> any MorselReader
  ) {
    self.current = current
    self.rest = rest
    self.open = open
  }

  func next() throws -> (any Morsel)? {
    while let reader = current {
      if let morsel = try reader.next() { return morsel }
      current = try rest.popFirst().map(open)
    }
    return nil
  }
}
