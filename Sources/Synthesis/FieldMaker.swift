import Columns
import Formats

/// Makes the values of one field.
struct FieldMaker: Sendable {
  /// One optional value in so many is absent.
  private static let absence: UInt64 = 8

  private let salt: UInt64
  private let isOptional: Bool
  private let values: Values

  /// How values are made.
  private indirect enum Values: Sendable {
    case scalar(ScalarMaker)
    /// Of at most so many elements.
    case list(FieldMaker, most: UInt64)
    case map(FieldMaker, most: UInt64)
    case vector(Int)
    case structure([FieldMaker])
  }

  /// A key, whose values `domain` has one after the other.
  init(key domain: Domain, _ place: KeyDigits.Place, salt: UInt64) {
    self.salt = salt
    isOptional = false
    values = .scalar(domain.maker(place))
  }

  init(_ field: FieldSchema, salt: UInt64) throws(SynthesisProblem) {
    self.salt = salt
    isOptional = field.isOptional
    switch field.type {
    case .list: values = .list(try Self.child(of: field, salt), most: 4)
    case .map: values = .map(try Self.child(of: field, salt), most: 3)
    case .vector(let width): values = .vector(width)
    case .structure:
      var members: [FieldMaker] = []
      for member in field.children {
        do throws(SynthesisProblem) {
          members.append(try FieldMaker(member, salt: Dice.salt(salt, member.name)))
        } catch {
          throw error.inside(field.name)
        }
      }
      values = .structure(members)
    default: values = .scalar(try ScalarMaker(field))
    }
  }

  /// The elements of a list: unnamed, so that the list's own name says what they are.
  private static func child(of list: FieldSchema, _ salt: UInt64) throws(SynthesisProblem) -> FieldMaker {
    let element = list.children[0]
    let named = FieldSchema(
      list.name, element.type, isOptional: element.isOptional, constraints: element.constraints,
      format: element.format, children: element.children)
    return try FieldMaker(named, salt: Dice.salt(salt, ""))
  }

  func column(_ cells: [Cell]) -> Column {
    var dice = cells.map { Dice(salt: salt, identity: $0.identity) }
    var validity: Bitmap?
    if isOptional {
      let present = dice.indices.map { !dice[$0].once(in: Self.absence) }
      if present.contains(false) { validity = Bitmap(count: cells.count) { present[$0] } }
    }
    return Column(count: cells.count, validity: validity, storage: storage(cells, &dice))
  }

  private func storage(_ cells: [Cell], _ dice: inout [Dice]) -> Storage {
    switch values {
    case .scalar(let maker): return maker.storage(cells, &dice)
    case .vector(let width):
      let floats = Buffer<Float>(uninitialized: cells.count * width)
      for row in cells.indices {
        for index in 0..<width {
          // 25 bits between -1 and 1: exact as a float.
          floats.base[row * width + index] =
            Float(Int64(dice[row].below(1 << 25)) - 1 << 24) / Float(1 << 24)
        }
      }
      return .vector(floats)
    case .structure(let members): return .structure(members.map { $0.column(cells) })
    case .list(let element, let most):
      let (offsets, children) = elements(cells, &dice, most: most)
      return .list(offsets: offsets, values: element.column(children))
    case .map(let value, let most):
      let (offsets, children) = elements(cells, &dice, most: most)
      let keys = Buffer<TextView>(uninitialized: children.count)
      let arena = TextArena()
      for row in cells.indices {
        for child in Int(offsets[row])..<Int(offsets[row + 1]) {
          // Words in order are different from each other.
          keys.base[child] = arena.add(Vocabulary.words[(child - Int(offsets[row])) % Vocabulary.words.count])
        }
      }
      let key = Column(count: children.count, storage: .text(keys, owners: [arena]))
      let entries = Column(count: children.count, storage: .structure([key, value.column(children)]))
      return .list(offsets: offsets, values: entries)
    }
  }

  private func elements(
    _ cells: [Cell], _ dice: inout [Dice], most: UInt64
  ) -> (offsets: Buffer<Int32>, cells: [Cell]) {
    let offsets = Buffer<Int32>(uninitialized: cells.count + 1)
    offsets.base[0] = 0
    var children: [Cell] = []
    for (row, cell) in cells.enumerated() {
      for position in 0..<dice[row].upTo(most) {
        children.append(Cell(row: cell.row, identity: Dice.mixed(cell.identity &* 64 &+ position &+ 1)))
      }
      offsets.base[row + 1] = Int32(children.count)
    }
    return (offsets, children)
  }
}
