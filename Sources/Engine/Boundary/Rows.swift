import Columns

/// Where rows come from. A source is opened once a run.
public protocol RowSource: Sendable {
  /// Starts reading; checks at once what can be checked (the file is there, its header fits).
  func open() throws -> any MorselReader
  /// Bytes to read, where that is known: for progress.
  var size: Int? { get }
}

/// Cuts a source into morsels: called by one worker at a time, cheap, in source order.
public protocol MorselReader: Sendable {
  /// The next piece, or nil at the end.
  func next() throws -> (any Morsel)?
}

/// A piece of a source that any worker can decode on its own.
public protocol Morsel: Sendable {
  /// Decodes and validates the rows, in order.
  /// - Throws: `RowFault` for the first row that does not fit the record.
  func decode() throws -> Batch
  /// Decodes and validates the rows, in order; leaves out those that do not fit.
  func decodeFitting() throws -> DecodedRows
  /// Bytes of input, for progress.
  var size: Int { get }
  /// The place of a row by its number in the morsel, from 0, those that do not fit counted: `data/orders.csv:17`.
  /// Asked only where something is wrong, so it may read the morsel again; empty where it is not known.
  func position(ofRow row: Int) -> String
}

extension Morsel {
  /// Can't tell rows apart: one that does not fit is thrown.
  public func decodeFitting() throws -> DecodedRows { DecodedRows(try decode()) }

  /// Nothing is known of it.
  public func position(ofRow row: Int) -> String { "" }
}

/// Where rows go. Nothing is visible until `publish`.
public protocol RowSink: Sendable {
  /// Starts a staged output.
  func open() throws -> any StagedOutput
}

/// A staged output: encoded by many workers, appended by one at a time.
public protocol StagedOutput: Sendable {
  /// The bytes of some rows; called in parallel.
  func encode(_ batch: Batch) throws -> [UInt8]
  /// Adds encoded rows; called by one worker at a time.
  func append(_ bytes: [UInt8]) throws
  /// All rows are in: flushes and closes, but shows nothing.
  func finish() throws
  /// Makes the output visible, atomically. The last call.
  func publish() throws
  /// Removes what was staged. The last call.
  func discard()
}

/// A row that does not decode or breaks a constraint, or an expression that failed. Declared beside the
/// columns, because the formats throw it, too.
public typealias RowFault = Columns.RowFault

/// The rows of a morsel: those that fit, and those that do not.
public typealias DecodedRows = Columns.DecodedRows
