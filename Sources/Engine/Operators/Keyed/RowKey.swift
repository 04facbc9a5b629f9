import Columns
import Dataflow
import Semantics

/// What rows are held together by: the key of `group_by` or `by:`, one side of a join's equalities, or the whole
/// element.
struct RowKey: Sendable {
  let layout: KeyLayout
  /// A part of the key each; none for the whole element.
  private let parts: [RowFunction]
  private let element: Type

  /// The value of a lambda, without one the element.
  init(_ lambda: TypedLambda?, _ element: Type, _ context: RunContext) {
    self.element = element
    parts = lambda.map { [RowFunction(kernel: context.compiler().compile($0), element: element)] } ?? []
    layout = KeyLayout(types: [lambda?.body.type ?? element])
  }

  /// One side of a join's equalities; `layout` serves both sides.
  init(_ sides: [TypedExpression], of local: Local, _ layout: KeyLayout, _ context: RunContext) {
    element = local.type
    self.layout = layout
    let compiler = context.compiler()
    parts = sides.map { RowFunction(kernel: compiler.compile($0, inputs: [local]), element: local.type) }
  }

  /// The keys of some rows.
  func encoded(_ batch: Batch, by operation: Operator) throws(RunFailure) -> EncodedKeys {
    layout.encode(try columns(batch, operation), count: batch.count)
  }

  /// The rows none of whose parts is absent; nil for all.
  func present(_ batch: Batch, by operation: Operator) throws(RunFailure) -> Bitmap? {
    var present: Bitmap?
    for column in try columns(batch, operation) { present = present.and(column.validity) }
    return present
  }

  private func columns(_ batch: Batch, _ operation: Operator) throws(RunFailure) -> [Column] {
    if parts.isEmpty { return [batch.elements(of: element)] }
    var columns: [Column] = []
    for part in parts { columns.append(try operation.values(part, batch)) }
    return columns
  }
}

extension KeyLayout {
  /// The layout of both sides of a join, where a part that may be absent on one side tells so on both.
  init(equalities: [(left: TypedExpression, right: TypedExpression)]) {
    self.init(
      parts: equalities.map { left, right in
        let part = KeyLayout.part(left.type.unwrapped)
        return left.type.isOptionalType || right.type.isOptionalType ? .optional(part) : part
      })
  }

  /// The layout that gives the same lanes for decoded columns: lists and the like are decoded as canonical bytes.
  var decoded: KeyLayout { KeyLayout(parts: parts.map(\.decoded)) }
}

extension KeyLayout.Part {
  fileprivate var decoded: KeyLayout.Part {
    switch self {
    case .bytes: .text
    case .optional(let part): .optional(part.decoded)
    case .structure(let parts): .structure(parts.map(\.decoded))
    default: self
    }
  }
}

extension Buffer {
  /// What `body` gives for each value.
  func map<Other>(_ body: (Value) -> Other) -> Buffer<Other> {
    let result = Buffer<Other>(uninitialized: count)
    for index in 0..<count { result.base[index] = body(self[index]) }
    return result
  }
}

extension GroupTable {
  /// The groups of some keys; new keys get the next numbers.
  func groups(of keys: EncodedKeys) -> Buffer<Int32> {
    let groups = Buffer<Int32>(uninitialized: keys.count)
    self.groups(of: keys, into: groups.base)
    return groups
  }

  /// A table of some of the groups, numbered in that order.
  func keeping(_ groups: Buffer<Int32>) -> GroupTable {
    let width = layout.width
    let keptLanes = Buffer<UInt64>(uninitialized: groups.count * width)
    for index in 0..<groups.count {
      let group = groups[index]
      (keptLanes.base + index * width).update(from: lanes + Int(group) * width, count: width)
    }
    let keptHashes = hashes(of: groups)
    let table = GroupTable(layout: layout)
    let numbers = Buffer<Int32>(uninitialized: groups.count)
    table.groups(lanes: keptLanes.base, hashes: keptHashes.base, count: groups.count, into: numbers.base)
    withExtendedLifetime((keptLanes, keptHashes, numbers)) {}
    return table
  }

  /// The hashes of some groups.
  func hashes(of groups: Buffer<Int32>) -> Buffer<UInt64> {
    groups.map { hashes[Int($0)] }
  }
}
