import Columns
import RegularExpressions

/// Collects the values of one field, and of the fields inside of it, from a JSON text.
final class JSONColumn {
  let field: FieldSchema
  let kind: ColumnCursor.Kind
  let context: JSONContext
  /// Members of a structure; the element of a list or vector; key and value of a map.
  let children: [JSONColumn]
  /// The children again, without counting references to them.
  let members: UnsafeMutablePointer<Unmanaged<JSONColumn>>
  /// What changes with every value. Behind a pointer: a class's own variables are guarded at each access.
  private let state: UnsafeMutablePointer<State>
  /// A bit for each member of a structure that the object at hand has.
  let seen: UnsafeMutablePointer<UInt64>
  private let stride: Int
  /// A bit for each row; made when the first is absent.
  private var validity: [UInt64] = []
  private var absentCount = 0
  /// Names of members or cases.
  let names: NameTable
  let checker: ConstraintChecker
  var memo = PatternMemo()

  private struct State {
    var count = 0
    /// Values by kind, one a row: a byte for a Bool, an end offset for a list or map; nothing for structures
    /// and vectors.
    var values: UnsafeMutableRawPointer
    var capacity: Int
  }

  /// Number of rows.
  var count: Int {
    @inline(__always) get { state.pointee.count }
    @inline(__always) set { state.pointee.count = newValue }
  }

  var values: UnsafeMutableRawPointer {
    @inline(__always) get { state.pointee.values }
  }

  init(_ field: FieldSchema, context: JSONContext, capacity: Int) {
    self.field = field
    self.context = context
    kind = Self.kind(of: field)
    children = Self.children(field, context, capacity)
    stride = Self.stride(of: kind)
    let room = max(capacity, 8)
    state = .allocate(capacity: 1)
    state.initialize(
      to: State(values: .allocate(byteCount: max(room * stride, 16), alignment: 16), capacity: room))
    seen = .allocate(capacity: children.count / 64 + 1)
    members = .allocate(capacity: max(children.count, 1))
    for (index, child) in children.enumerated() { members[index] = .passUnretained(child) }
    checker = ConstraintChecker(field.constraints)
    names =
      switch field.type {
      case .enumeration(let cases): NameTable(cases)
      case .structure: NameTable(field.children.map(\.name))
      default: NameTable([])
      }
  }

  deinit {
    values.deallocate()
    state.deallocate()
    seen.deallocate()
    members.deallocate()
  }

  private static func kind(of field: FieldSchema) -> ColumnCursor.Kind {
    switch field.type {
    case .bool: .bool
    case .int: .int
    case .float: .float
    case .decimal: .decimal
    case .string: .string
    case .bytes: .bytes
    case .date: field.format == nil ? .date : .formattedDate
    case .timestamp: field.format == nil ? .timestamp : .formattedTimestamp
    case .duration: .duration
    case .uuid: .uuid
    case .json: .json
    case .enumeration: .enumeration
    case .list: .list
    case .map: .map
    case .vector: .vector
    case .structure: .structure
    }
  }

  private static func children(_ field: FieldSchema, _ context: JSONContext, _ capacity: Int) -> [JSONColumn]
  {
    switch field.type {
    case .structure: return field.children.map { JSONColumn($0, context: context, capacity: capacity) }
    case .list: return [JSONColumn(field.children[0], context: context, capacity: capacity)]
    case .vector: return [JSONColumn(FieldSchema("", .float), context: context, capacity: capacity)]
    case .map:
      return [
        JSONColumn(FieldSchema("", .string), context: context, capacity: capacity),
        JSONColumn(field.children[0], context: context, capacity: capacity),
      ]
    default: return []
    }
  }

  private static func stride(of kind: ColumnCursor.Kind) -> Int {
    switch kind {
    case .bool: 1
    case .date, .formattedDate, .enumeration, .list, .map: 4
    case .int, .float, .timestamp, .formattedTimestamp, .duration: 8
    case .decimal, .uuid, .string, .bytes, .json: 16
    case .vector, .structure: 0
    }
  }

  // MARK: Appending

  @inline(__always)
  func append<Value: BitwiseCopyable>(_ value: Value) {
    if state.pointee.count == state.pointee.capacity { grow() }
    state.pointee.values.assumingMemoryBound(to: Value.self)[state.pointee.count] = value
    state.pointee.count += 1
  }

  @inline(never)
  private func grow() {
    state.pointee.capacity *= 2
    let size = max(state.pointee.capacity * stride, 16)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    moved.copyMemory(from: values, byteCount: count * stride)
    values.deallocate()
    state.pointee.values = moved
  }

  /// A row without a value; any bits will do.
  func appendAbsent() {
    while validity.count <= count >> 6 { validity.append(~0) }
    validity[count >> 6] &= ~(1 << UInt64(count & 63))
    absentCount += 1
    appendPlaceholder()
  }

  private func appendPlaceholder() {
    switch kind {
    case .bool: append(UInt8(0))
    case .date, .formattedDate, .enumeration: append(Int32(0))
    case .list: append(Int32(truncatingIfNeeded: children[0].count))
    case .map: append(Int32(truncatingIfNeeded: children[0].count))
    case .int, .timestamp, .formattedTimestamp, .duration: append(Int64(0))
    case .float: append(Double(0))
    case .decimal, .uuid: append(Int128(0))
    case .string, .bytes: append(TextView())
    case .json: append(CSVValues.jsonNull)
    case .vector:
      for _ in 0..<vectorWidth { children[0].appendPlaceholder() }
      count += 1
    case .structure:
      for child in children { child.appendPlaceholder() }
      count += 1
    }
  }

  var vectorWidth: Int { if case .vector(let width) = field.type { width } else { 0 } }

  /// A copy of a value from elsewhere, which outlives this: a default.
  func append(_ column: Column, _ row: Int) {
    guard column.isPresent(row) else { return appendAbsent() }
    switch column.storage {
    case .bits(let bits): append(UInt8(bits[row] ? 1 : 0))
    case .int32(let buffer): append(buffer[row])
    case .int64(let buffer): append(buffer[row])
    case .float64(let buffer): append(buffer[row])
    case .int128(let buffer): append(buffer[row])
    case .text(let buffer, _):
      let view = buffer[row]
      context.usesArena = context.usesArena || !view.isInline
      append(view.withBytes { context.arena.add($0) })
    case .list(let offsets, let elements):
      for index in Int(offsets[row])..<Int(offsets[row + 1]) {
        if kind == .map, case .structure(let parts) = elements.storage {
          children[0].append(parts[0], index)
          children[1].append(parts[1], index)
        } else {
          children[0].append(elements, index)
        }
      }
      append(Int32(truncatingIfNeeded: children[0].count))
    case .vector(let buffer):
      for index in 0..<vectorWidth { children[0].append(Double(buffer[row * vectorWidth + index])) }
      count += 1
    case .structure(let columns):
      for (child, column) in zip(children, columns) { child.append(column, row) }
      count += 1
    }
  }

  /// Forgets the rows from `kept` on.
  func truncate(to kept: Int) {
    let elements = kept == 0 ? 0 : Int((kind == .list || kind == .map) ? offset(kept) : 0)
    switch kind {
    case .list, .map: for child in children { child.truncate(to: elements) }
    case .vector: children[0].truncate(to: kept * vectorWidth)
    case .structure: for child in children { child.truncate(to: kept) }
    default: break
    }
    if absentCount > 0, kept < count {
      for row in kept..<count
      where row >> 6 < validity.count && validity[row >> 6] >> UInt64(row & 63) & 1 == 0 {
        validity[row >> 6] |= 1 << UInt64(row & 63)
        absentCount -= 1
      }
    }
    count = min(count, kept)
  }

  /// Where the elements of the row after `rows` rows begin.
  private func offset(_ rows: Int) -> Int32 {
    rows == 0 ? 0 : values.assumingMemoryBound(to: Int32.self)[rows - 1]
  }

  // MARK: Finishing

  /// The column of all rows; `owners` keep the texts alive.
  func finish(owners: [any TextOwner]) -> Column {
    Column(count: count, validity: finishedValidity(), storage: storage(owners))
  }

  private func finishedValidity() -> Bitmap? {
    guard absentCount > 0 else { return nil }
    let words = Buffer<UInt64>(repeating: ~0, count: (count + 63) / 64)
    validity.withUnsafeBufferPointer { source in
      if let start = source.baseAddress {
        words.base.update(from: start, count: min(source.count, words.count))
      }
    }
    return Bitmap(words: trimmed(words, count), count: count)
  }

  private func storage(_ owners: [any TextOwner]) -> Storage {
    switch kind {
    case .bool:
      let bytes = values.assumingMemoryBound(to: UInt8.self)
      return .bits(Bitmap(count: count) { bytes[$0] != 0 })
    case .date, .formattedDate, .enumeration: return .int32(buffer())
    case .int, .timestamp, .formattedTimestamp, .duration: return .int64(buffer())
    case .float: return .float64(buffer())
    case .decimal, .uuid: return .int128(buffer())
    case .string, .bytes, .json: return .text(buffer(), owners: owners)
    case .list: return .list(offsets: offsets(), values: children[0].finish(owners: owners))
    case .map:
      let parts = children.map { $0.finish(owners: owners) }
      return .list(offsets: offsets(), values: Column(count: children[0].count, storage: .structure(parts)))
    case .vector:
      let numbers = children[0].values.assumingMemoryBound(to: Double.self)
      let floats = Buffer<Float>(uninitialized: children[0].count)
      for index in 0..<floats.count { floats.base[index] = Float(numbers[index]) }
      return .vector(floats)
    case .structure: return .structure(children.map { $0.finish(owners: owners) })
    }
  }

  private func buffer<Value: BitwiseCopyable>() -> Buffer<Value> {
    let result = Buffer<Value>(uninitialized: count)
    result.base.update(from: values.assumingMemoryBound(to: Value.self), count: count)
    return result
  }

  private func offsets() -> Buffer<Int32> {
    let result = Buffer<Int32>(uninitialized: count + 1)
    result.base[0] = 0
    (result.base + 1).update(from: values.assumingMemoryBound(to: Int32.self), count: count)
    return result
  }
}
