import Columns
public import Engine
public import Formats

/// Rows of a stream into files. What is added to goes into a folder of the path: a file for each epoch that has rows.
/// What is replaced as a whole, the rows of a flow that ends, is the file itself. A device or pipe gets the rows of
/// each epoch when it is complete.
public struct EpochFileSink: EpochSink {
  private let location: Location
  private let format: RowFormat
  private let schema: TableSchema
  private let replaces: Bool

  /// Nothing is looked at before `open`.
  /// - Parameters:
  ///   - path: As the program has it, and as messages say it.
  ///   - base: The folder that relative paths start from; the working directory when empty.
  ///   - replaces: Whether all rows come in the first epoch and are the whole file.
  public init(path: String, base: String = "", format: RowFormat, schema: TableSchema, replaces: Bool) {
    location = Location(path, base: base)
    self.format = format
    self.schema = schema
    self.replaces = replaces
  }

  /// Makes the folder, and removes what a run that was interrupted has left half-written.
  public func open(run: String, after epoch: Int) throws -> any EpochOutput {
    try location.checkScheme()
    let kind = SystemCalls.kind(location.path)
    if case .other? = kind { return EpochStream(format.encoder(schema), to: .path(location)) }
    if location.isPattern, kind == nil {
      throw location.fault("a pattern stands for files to read, not for one to write", help: "give one name")
    }
    if replaces {
      return WholeFile(sink: FileSink(location, format, schema), encoder: format.encoder(schema))
    }
    if case .regular? = kind {
      throw location.fault(
        "it is a file, and a stream writes a folder of files, one for each epoch",
        help: "move the file away, or give the sink another name")
    }
    return try EpochFolder(
      location, format.encoder(schema), fileType: format.fileType, run: run, after: epoch)
  }
}

/// A folder with a file for each epoch that has rows. The epoch's number is the file's name, so that applying it again
/// changes nothing; a new run goes on after the files that are there.
private struct EpochFolder: EpochOutput {
  /// Says which run writes the folder, and after which file it began.
  private static let marker = ".thalweg"

  private let folder: Location
  private let encoder: RowEncoder
  private let suffix: String
  /// The number of the last file before the run's.
  private let base: Int

  init(_ folder: Location, _ encoder: RowEncoder, fileType: String, run: String, after epoch: Int) throws {
    self.folder = folder
    self.encoder = encoder
    let parts = folder.name.split(separator: ".", omittingEmptySubsequences: false)
    let suffix = parts.count > 1 ? ".\(parts[parts.count - 1])" : ".\(fileType)"
    self.suffix = suffix
    try StagedFile.makeFolders(folder.path, folder)
    let names = SystemCalls.names(in: folder.path)
    for name in names where name.hasPrefix(".") && name.hasSuffix(".part") {
      SystemCalls.remove(folder.inside(name).path)
    }
    let marker = folder.inside(Self.marker)
    let lines = SystemCalls.kind(marker.path) == nil ? [] : try FileInput(marker).lines()
    if lines.count == 2, lines[0] == run, let known = Int(lines[1]) {
      base = known
      return
    }
    if epoch > 0 {
      throw folder.fault(
        lines.isEmpty
          ? "it does not hold what the run has written so far" : "the run `\(lines[0])` has written it since",
        help: "start a new run, which goes on after the files that are there")
    }
    base = names.compactMap { Self.number(of: $0, suffix) }.max() ?? 0
    try StagedFile.replace(marker) { try $0(Array("\(run)\n\(base)\n".utf8)) }
  }

  private static func number(of name: String, _ suffix: String) -> Int? {
    name.hasSuffix(suffix) ? Int(name.dropLast(suffix.count)) : nil
  }

  private func file(_ epoch: Int) -> Location {
    let number = String(base + epoch)
    return folder.inside(String(repeating: "0", count: max(0, 6 - number.count)) + number + suffix)
  }

  func encode(_ batch: Batch) throws -> [UInt8] { try encoder.encode(batch) }

  func apply(_ epoch: Int, _ chunks: any SpooledChunks) throws {
    let file = file(epoch)
    guard chunks.size > 0, SystemCalls.kind(file.path) == nil else { return }
    try StagedFile.replace(file) { append in
      try append(encoder.preamble)
      try chunks.forEach(append)
    }
  }

  func close(isComplete: Bool) {}
}

/// A file that all rows come into at once.
private struct WholeFile: EpochOutput {
  let sink: FileSink
  let encoder: RowEncoder

  func encode(_ batch: Batch) throws -> [UInt8] { try encoder.encode(batch) }

  func apply(_ epoch: Int, _ chunks: any SpooledChunks) throws {
    // Flows that end are read before all others, in the first epoch; a file without rows is one, too.
    guard epoch == 1 else { return }
    let output = try sink.open()
    do {
      try chunks.forEach(output.append)
      try output.finish()
    } catch {
      output.discard()
      throw error
    }
    try output.publish()
  }

  func close(isComplete: Bool) {}
}
