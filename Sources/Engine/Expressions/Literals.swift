import Columns
import Semantics

extension Literal {
  /// The literal as a column of one row.
  func column(of type: Type) -> Column {
    let storage: Storage
    switch self {
    case .bool(let value): storage = .bits(Bitmap(repeating: value, count: 1))
    case .int(let value): storage = .int64(Buffer(repeating: value, count: 1))
    case .float(let value): storage = .float64(Buffer(repeating: value, count: 1))
    case .decimal(let value): storage = .int128(Buffer(repeating: value, count: 1))
    case .date(let value): storage = .int32(Buffer(repeating: value, count: 1))
    case .timestamp(let value), .duration(let value): storage = .int64(Buffer(repeating: value, count: 1))
    case .uuid(let value): storage = .int128(Buffer(repeating: Int128(truncatingIfNeeded: value), count: 1))
    case .enumCase(let index):
      storage = .int32(Buffer(repeating: Int32(truncatingIfNeeded: index), count: 1))
    case .string(let text), .regex(let text): storage = text.storage
    case .none: return .absent(ColumnType(type), count: 1)
    }
    return Column(count: 1, storage: storage)
  }
}

extension String {
  /// One row of text.
  var storage: Storage {
    let arena = TextArena()
    return .text(Buffer(repeating: arena.add(self), count: 1), owners: [arena])
  }
}
