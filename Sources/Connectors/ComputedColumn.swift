public import Columns
public import Formats

/// What a sink computes of each row besides what it writes: its key, whether it is deleted.
public struct ComputedColumn: Sendable {
  /// What it holds, and how that is written.
  public let field: FieldSchema
  /// Its value for each row of a batch.
  public let evaluate: @Sendable (Batch) throws -> Column

  /// Makes a column; `evaluate` is called in parallel, and throws a `RowFault` for a row without a value.
  public init(_ field: FieldSchema, evaluate: @escaping @Sendable (Batch) throws -> Column) {
    self.field = field
    self.evaluate = evaluate
  }
}
