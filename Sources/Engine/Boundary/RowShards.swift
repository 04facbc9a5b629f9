public import Columns
import Hashing
public import Semantics

/// Spreads rows over shards: by the frozen hash of the canonical bytes of a key, so that rows of equal keys meet, on
/// whichever machine they are spread.
public struct RowShards: Sendable {
  /// How many there are.
  public let count: Int
  private let key: Kernel?
  private let element: Type
  private let type: ColumnType

  /// - Parameters:
  ///   - key: Of a row; all of it where there is none.
  ///   - element: The type of a row.
  ///   - constants: Knows the pipeline's parameters.
  public init(by key: TypedLambda?, of element: Type, count: Int, constants: ExpressionCompiler) {
    self.count = count
    self.element = element
    self.key = key.map { constants.compile($0) }
    type = ColumnType(key?.body.type ?? element)
  }

  /// The rows of each shard, in order. Where a key can't be computed all rows go to the first: who needs the key there
  /// finds the same.
  public func split(_ rows: Batch) -> [Batch] {
    let values: Column
    if let key {
      let keys = key.evaluate(rows, element: element)
      guard keys.failures == nil else {
        return [rows] + Array(repeating: rows.sliced(0..<0), count: count - 1)
      }
      values = keys.column
    } else {
      values = rows.elements(of: element)
    }
    var bytes: [UInt8] = []
    var places = Array(repeating: [Int32](), count: count)
    for row in 0..<rows.count {
      bytes.removeAll(keepingCapacity: true)
      values.appendCanonicalBytes(of: row, type, to: &bytes)
      let hash = bytes.withUnsafeBytes { FrozenHash.hash($0) }
      places[FrozenHash.shard(of: hash, among: count)].append(Int32(row))
    }
    return places.map { places in places.withUnsafeBufferPointer { rows.gathered($0) } }
  }
}
