import Columns
import Formats

/// Makes scalars, by what holds them.
enum ScalarMaker: Sendable {
  case bits(@Sendable (Cell, inout Dice) -> Bool)
  case int32(@Sendable (Cell, inout Dice) -> Int32)
  case int64(@Sendable (Cell, inout Dice) -> Int64)
  case float64(@Sendable (Cell, inout Dice) -> Double)
  case int128(@Sendable (Cell, inout Dice) -> Int128)
  case text(@Sendable (Cell, inout Dice) -> String)
  case bytes(@Sendable (Cell, inout Dice) -> [UInt8])

  /// Makes values of a field that is no key.
  init(_ field: FieldSchema) throws(SynthesisProblem) {
    let limits = try Limits(field)
    switch field.type {
    case .bool: self = .bits { _, dice in dice.next() >> 63 == 1 }
    case .int:
      self = limits.choice.map { Self.picking($0) } ?? .int64(IntegerValues.maker(field.name, limits))
    case .duration:
      self = limits.choice.map { Self.picking($0) } ?? .int64(TimeValues.durations(limits))
    case .timestamp:
      self = limits.choice.map { Self.picking($0) } ?? .int64(TimeValues.timestamps(field.name, limits))
    case .date:
      if let choice = limits.choice {
        self = .int32 { _, dice in Int32(dice.pick(choice)) }
      } else {
        self = .int32(TimeValues.dates(field.name, limits))
      }
    case .enumeration(let cases):
      let allowed = (0..<Int64(cases.count)).filter { limits.allows($0) }
      if allowed.isEmpty { throw Limits.nothingLeft(field) }
      self = .int32 { _, dice in Int32(dice.pick(allowed)) }
    case .float: self = .float64(try NumberValues.floats(field))
    case .decimal: self = .int128(try NumberValues.decimals(field))
    case .uuid:
      if let choice = limits.wideChoice {
        self = .int128 { _, dice in dice.pick(choice) }
      } else {
        self = .int128 { _, dice in Uuids.uuid(dice.next(), dice.next()) }
      }
    case .string: self = .text(try TextValues.maker(field))
    case .bytes:
      self = .bytes { _, dice in (0..<8 + dice.below(9)).map { _ in UInt8(truncatingIfNeeded: dice.next()) } }
    case .json:
      self = .text { _, dice in "{\"\(dice.pick(Vocabulary.words))\":\(dice.below(100))}" }
    case .list, .map, .vector, .structure: preconditionFailure("not a scalar")
    }
  }

  private static func picking(_ choice: [Int64]) -> ScalarMaker { .int64 { _, dice in dice.pick(choice) } }

  func storage(_ cells: [Cell], _ dice: inout [Dice]) -> Storage {
    switch self {
    case .bits(let make):
      let values = cells.indices.map { make(cells[$0], &dice[$0]) }
      return .bits(Bitmap(count: cells.count) { values[$0] })
    case .int32(let make): return .int32(Self.buffer(cells, &dice, make))
    case .int64(let make): return .int64(Self.buffer(cells, &dice, make))
    case .float64(let make): return .float64(Self.buffer(cells, &dice, make))
    case .int128(let make): return .int128(Self.buffer(cells, &dice, make))
    case .text(let make):
      let arena = TextArena()
      return .text(Self.buffer(cells, &dice) { cell, dice in arena.add(make(cell, &dice)) }, owners: [arena])
    case .bytes(let make):
      let arena = TextArena()
      let views = Self.buffer(cells, &dice) { cell, dice in
        make(cell, &dice).withUnsafeBufferPointer { arena.add($0) }
      }
      return .text(views, owners: [arena])
    }
  }

  private static func buffer<Value: BitwiseCopyable>(
    _ cells: [Cell], _ dice: inout [Dice], _ make: (Cell, inout Dice) -> Value
  ) -> Buffer<Value> {
    let values = Buffer<Value>(uninitialized: cells.count)
    for row in cells.indices { values.base[row] = make(cells[row], &dice[row]) }
    return values
  }
}
