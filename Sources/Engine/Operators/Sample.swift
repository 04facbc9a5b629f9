import Columns
import Dataflow
import Hashing
import Semantics

/// `sample` and `split`: by the frozen hash of the key's canonical bytes, after those of the salt.
final class SampleOperator: Operator {
  private let fraction: Double
  private let key: RowFunction?
  private let salt: [UInt8]
  private let keepsRest: Bool

  init(
    _ index: Int, _ context: RunContext, fraction: TypedExpression, by: TypedLambda?, salt: TypedExpression?,
    keepsRest: Bool
  ) throws(RunFailure) {
    let element = context.graph.nodes[index].inputElement(context.graph)
    key = by.map { RowFunction(kernel: context.compiler().compile($0), element: element) }
    let constants = Constants(index, context)
    self.fraction = try constants.fraction(fraction)
    var bytes: [UInt8] = []
    if let salt {
      try constants.column(salt).appendCanonicalBytes(of: 0, ColumnType(salt.type), to: &bytes)
    }
    self.salt = bytes
    self.keepsRest = keepsRest
    super.init(index, context)
  }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    var batch = batch
    var column = batch.elements(of: elements[0])
    var type = ColumnType(elements[0])
    if let key {
      let keyed = try fitting(key, batch, worker)
      batch = keyed.rows
      column = keyed.values
      type = ColumnType(key.kernel.type)
    }
    var bytes = salt
    let kept = Bitmap(count: batch.count) { row in
      bytes.removeSubrange(salt.count...)
      column.appendCanonicalBytes(of: row, type, to: &bytes)
      return FrozenHash.isWithin(bytes.withUnsafeBytes { FrozenHash.hash($0) }, fraction: fraction)
    }
    try emit(pruned(batch).filtered(by: kept), worker)
    if keepsRest { try emit(pruned(batch, port: 1).filtered(by: kept.inverted), port: 1, worker) }
  }
}

/// The constants of an operator, for its initialiser.
struct Constants {
  private let index: Int
  private let context: RunContext

  init(_ index: Int, _ context: RunContext) {
    self.index = index
    self.context = context
  }

  /// The value as a column of one row.
  func column(_ expression: TypedExpression) throws(RunFailure) -> Column {
    do {
      return try context.compiler().evaluateConstant(expression)
    } catch {
      throw .fault(
        RunFault(
          node: index, operatorName: context.graph.nodes[index].name, span: error.span,
          message: error.message))
    }
  }

  /// A number of rows; a negative one counts as 0.
  func count(_ expression: TypedExpression) throws(RunFailure) -> Int {
    max(0, Int(try column(expression).int64s[0]))
  }

  /// A number, whichever type it was written in.
  func fraction(_ expression: TypedExpression) throws(RunFailure) -> Double {
    let column = try column(expression)
    return switch column.storage {
    case .float64(let values): values[0]
    case .int64(let values): Double(values[0])
    case .int128(let values): Double(values[0]) / 1e18
    default: 0
    }
  }
}
