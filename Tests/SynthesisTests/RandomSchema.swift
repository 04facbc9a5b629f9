import Columns
import Formats
import RegularExpressions

/// Schemas of all types and constraints, repeatable.
struct RandomSchema {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  private mutating func below(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(bound))
  }

  private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

  private static let names = [
    "id", "shop", "first_name", "email", "price", "qty", "createdAt", "birth_date", "note", "city",
    "country_code",
    "url", "phone", "lat", "share", "user", "zip", "street", "ip", "x", "Größe", "status", "item_name",
  ]

  mutating func schema() -> TableSchema {
    TableSchema(columns: (0..<1 + below(6)).map { field("\(pick(Self.names))\($0)", depth: 2) })
  }

  private mutating func field(_ name: String, depth: Int) -> FieldSchema {
    guard depth > 0, below(4) == 0 else { return scalar(name) }
    let isOptional = below(3) == 0
    switch below(4) {
    case 0:
      let child = field("", depth: depth - 1)
      return FieldSchema(name, .list(child.type), isOptional: isOptional, children: [child])
    case 1:
      let child = field("", depth: depth - 1)
      return FieldSchema(name, .map(child.type), isOptional: isOptional, children: [child])
    case 2: return FieldSchema(name, .vector(1 + below(4)), isOptional: isOptional)
    default:
      let members = (0..<1 + below(3)).map { field("m\($0)", depth: depth - 1) }
      let fields = members.map { ColumnField($0.name, $0.type, isOptional: $0.isOptional) }
      return FieldSchema(name, .structure(fields), isOptional: isOptional, children: members)
    }
  }

  mutating func scalar(_ name: String) -> FieldSchema {
    let (type, constraints) = constrained()
    return FieldSchema(
      name, type, isOptional: below(4) == 0, constraints: below(2) == 0 ? constraints : [])
  }

  private mutating func constrained() -> (ColumnType, [ValueConstraint]) {
    let a = Int64(below(2000) - 1000)
    let width = Int64(below(3000))
    let unit: Int128 = 1_000_000_000_000_000_000
    switch below(13) {
    case 0: return (.bool, [])
    case 1:
      return (.int, pick([[.intRange(a, a + width)], [.oneOfInts([a, a + 7])], [.intRange(.min, .max)]]))
    case 2:
      let low = Double(a) / 7
      return (.float, pick([[.floatRange(low, low + Double(width))], [.oneOfFloats([1.5, -0.25])]]))
    case 3:
      let low = Int128(a) * unit / 3
      return (
        .decimal,
        pick([
          [.decimalRange(low, low + Int128(width) * unit / 7)], [.oneOfDecimals([low, unit])],
          [.decimalRange(1, 3)], [.decimalRange(-100 * unit * unit, 100 * unit * unit)],
        ])
      )
    case 4: return (.date, [.intRange(a * 10, a * 10 + width)])
    case 5: return (.timestamp, [.intRange(a * 1_000_003, a * 1_000_003 + width * 1_000_000)])
    case 6: return (.duration, [.intRange(a * 1000, a * 1000 + width)])
    case 7: return (.uuid, [.oneOfDecimals([1, 2])])
    case 8: return (.enumeration(["red", "green", "blue"]), pick([[.oneOfInts([0, 2])], []]))
    case 9: return (.json, [])
    case 10: return (.bytes, [])
    default:
      let sources = [
        "[A-Z]{3}", "\\w+@\\w+\\.org", "(north|south)-\\d{1,4}", "[^,\"]*", "\\p{Lu}\\p{Ll}+", "a?",
      ]
      guard let expression = try? RegularExpression(pick(sources)) else { return (.string, []) }
      return (.string, pick([[.pattern(expression)], [.oneOfTexts(["", "a", "b,c", "\"d\""])]]))
    }
  }
}
