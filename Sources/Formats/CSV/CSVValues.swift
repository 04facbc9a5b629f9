import Columns

/// Memory for the values of a scalar column, typed as its storage is.
enum CSVValues {
  case bits(Buffer<UInt64>)
  case int32(Buffer<Int32>)
  case int64(Buffer<Int64>)
  case float64(Buffer<Double>)
  case int128(Buffer<Int128>)
  case text(Buffer<TextView>)
  /// No field can hold a value of the type.
  case nothing

  init(_ type: ColumnType, capacity: Int) {
    self =
      switch type {
      case .bool: .bits(Buffer(repeating: 0, count: (capacity + 63) / 64))
      case .int, .timestamp, .duration: .int64(Buffer(uninitialized: capacity))
      case .float: .float64(Buffer(uninitialized: capacity))
      case .decimal, .uuid: .int128(Buffer(uninitialized: capacity))
      case .string, .bytes, .json: .text(Buffer(uninitialized: capacity))
      case .date, .enumeration: .int32(Buffer(uninitialized: capacity))
      case .list, .map, .vector, .structure: .nothing
      }
  }

  /// Forgets the values and makes room for `room` others.
  mutating func clear(room: Int) {
    switch self {
    case .bits: self = .bits(Buffer(repeating: 0, count: (room + 63) / 64))
    case .int32(let buffer): if buffer.count < room { self = .int32(Buffer(uninitialized: room)) }
    case .int64(let buffer): if buffer.count < room { self = .int64(Buffer(uninitialized: room)) }
    case .float64(let buffer): if buffer.count < room { self = .float64(Buffer(uninitialized: room)) }
    case .int128(let buffer): if buffer.count < room { self = .int128(Buffer(uninitialized: room)) }
    case .text(let buffer): if buffer.count < room { self = .text(Buffer(uninitialized: room)) }
    case .nothing: break
    }
  }

  /// The first `count` values.
  func storage(count: Int, owners: [any TextOwner]) -> Storage {
    switch self {
    case .bits(let buffer): .bits(Bitmap(words: trimmed(buffer, count), count: count))
    case .int32(let buffer): .int32(exact(buffer, count))
    case .int64(let buffer): .int64(exact(buffer, count))
    case .float64(let buffer): .float64(exact(buffer, count))
    case .int128(let buffer): .int128(exact(buffer, count))
    case .text(let buffer): .text(exact(buffer, count), owners: owners)
    case .nothing: .structure([])
    }
  }

  static let jsonNull: TextView = {
    let text: StaticString = "null"
    return TextView(text.utf8Start, count: text.utf8CodeUnitCount)
  }()
}
