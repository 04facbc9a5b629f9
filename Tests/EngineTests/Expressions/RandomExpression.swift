import Diagnosing
import Semantics

/// The same numbers for the same seed, on every machine.
struct Random: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) {
    state = seed
    // Neighbouring seeds must not give one sequence, shifted.
    state = next() ^ seed << 32
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  mutating func pick<Single>(_ values: [Single]) -> Single { values[below(values.count)] }
}

let span = Span(FileID(0), 0, 0)
let colour = Type.enumeration(EnumType(name: "Colour", cases: ["red", "green", "blue"], span: span))
let pair = Type.row(RowType(names: ["a", "b", "xs"], types: [.int, .optional(.string), .list(.int)]))
let scalars: [Type] = [.bool, .int, .float, .decimal, .string, .date, .timestamp, .duration, colour]
let values: [Type] =
  scalars + scalars.map { .optional($0) } + [pair, .optional(pair), .list(.int), .list(.string), .list(pair)]
  + [
    .list(.optional(.int)), .list(.float), .list(.decimal), .map(.int), .optional(.list(.int)),
    .list(.list(.int)),
  ]

private func make(_ kind: TypedExpression.Kind, _ type: Type) -> TypedExpression {
  TypedExpression(kind, type, span)
}

private func builtin(
  _ builtin: Builtin, _ arguments: [TypedExpression], _ type: Type, _ lambdas: [TypedLambda] = []
) -> TypedExpression {
  make(.builtin(builtin, arguments, lambdas), type)
}

/// Makes well-typed expressions of every form, over the locals it knows.
struct Generator {
  var random: Random
  var locals: [Local] = []
  var functions: [TypedFunction] = []
  private var nextID = 1000

  init(seed: UInt64) { random = Random(seed) }

  mutating func local(_ type: Type) -> Local {
    nextID += 1
    return Local(id: nextID, name: "x\(nextID)", type: type)
  }

  /// A value as an expression cannot write it: for columns.
  mutating func value(_ type: Type) -> Single {
    switch type {
    case .optional(let inner): return random.below(3) == 0 ? .none : value(inner)
    case .bool: return .bool(random.below(2) == 0)
    case .int: return .int(random.pick([0, 1, -1, 2, 3, 7, -4, 100, .max, .min, .max - 1, 1 << 40]))
    case .float:
      return .float(random.pick([0, -0.0, 1, -1.5, 2.25, 1e308, -1e308, .nan, .infinity, 3, 1e-300, 100]))
    case .decimal:
      let one: Int128 = 1_000_000_000_000_000_000
      return .decimal(
        random.pick([0, one, -one, one / 3, 12_34 * one / 100, 1, 99_999_999_999 * one, -7 * one / 2]))
    case .string:
      return .string(
        random.pick([
          "", "a", "ab", "b,a", " x ", "Ölgefäß", "a longer text than fits", "42", "-7", "2026-01-31",
          "A,B,,c",
        ]))
    case .date: return .date(random.pick([0, 1, -1, 20_000, 19_782, .max, .min, 59]))
    case .timestamp:
      return .timestamp(random.pick([0, 1, -1, 1_700_000_000_000_000, .max, .min, 86_400_000_000]))
    case .duration: return .duration(random.pick([0, 1, -1, 86_400_000_000, 3_600_000_000, .max, .min]))
    case .enumeration: return .enumCase(random.below(3))
    case .list(let element): return .list((0..<random.below(4)).map { _ in value(element) })
    case .map(let element):
      return .list((0..<random.below(3)).map { .record([.string(["a", "ab", "b,a"][$0]), value(element)]) })
    case .row(let row): return .record(row.types.map { value($0) })
    default: return .none
    }
  }

  private mutating func literal(_ type: Type) -> TypedExpression {
    switch type {
    case .optional(let inner):
      return random.below(3) == 0 ? make(.literal(.none), type) : make(.some(literal(inner)), type)
    case .list(let element): return make(.list((0..<random.below(3)).map { _ in literal(element) }), type)
    case .map(let element):
      return make(
        .map((0..<random.below(3)).map { _ in (key: literal(.string), value: literal(element)) }), type)
    case .row(let row): return make(.construct(row.types.map { literal($0) }), type)
    default: break
    }
    let kind: Literal =
      switch value(type) {
      case .bool(let value): .bool(value)
      case .int(let value): .int(value)
      case .float(let value): .float(value)
      case .decimal(let value): .decimal(value)
      case .string(let value): .string(value)
      case .date(let value): .date(value)
      case .timestamp(let value): .timestamp(value)
      case .duration(let value): .duration(value)
      case .enumCase(let value): .enumCase(value)
      default: .none
      }
    return make(.literal(kind), type)
  }

  /// An expression of a type, of at most so many levels.
  mutating func expression(_ type: Type, _ depth: Int) -> TypedExpression {
    if depth == 0 || random.below(8) == 0 { return leaf(type) }
    switch random.below(16) {
    case 0:
      return make(
        .conditional(
          expression(.bool, depth - 1), then: expression(type, depth - 1),
          otherwise: expression(type, depth - 1)),
        type)
    case 1:
      let inner = random.pick(scalars + [pair])
      let subject = expression(.optional(inner), depth - 1)
      let local = local(inner)
      let then = with(local) { $0.expression(type, depth - 1) }
      return make(.ifPresent(local, subject, then: then, otherwise: expression(type, depth - 1)), type)
    case 2: return make(.cover(expression(type, depth - 1), fallback: expression(type, depth - 1)), type)
    case 3:
      let local = local(random.pick(values))
      let value = expression(local.type, depth - 1)
      return make(.bind(local, value, in: with(local) { $0.expression(type, depth - 1) }), type)
    case 4: return match(type, depth)
    case 5:
      guard let function = functions.filter({ $0.result == type }).randomElement(using: &random) else {
        break
      }
      return make(.call(function, function.parameters.map { expression($0.type, depth - 1) }), type)
    case 6 where random.below(3) == 0:
      return make(.fail(expression(.string, depth - 1)), type)
    case 7:
      // An element of a list, or what its ends are.
      if case .optional(let inner) = type, values.contains(.list(inner)) {
        return builtin(random.pick([.first, .last]), [expression(.list(inner), depth - 1)], type)
      }
      guard values.contains(.list(type)) else { break }
      return builtin(.listIndex, [expression(.list(type), depth - 1), literal(.int)], type)
    case 8 where type == .int || type == .optional(.string) || type == .list(.int):
      let index = type == .int ? 0 : type == .list(.int) ? 2 : 1
      return make(.field(expression(pair, depth - 1), index), type)
    default: break
    }
    return specific(type, depth)
  }

  private mutating func with<Result>(_ local: Local, _ body: (inout Generator) -> Result) -> Result {
    locals.append(local)
    defer { locals.removeLast() }
    return body(&self)
  }

  private mutating func leaf(_ type: Type) -> TypedExpression {
    let known = locals.filter { $0.type == type }
    if !known.isEmpty, random.below(4) > 0 {
      return make(.local(random.pick(known)), type)
    }
    return literal(type)
  }

  private mutating func lambda(_ parameter: Type, _ result: Type, _ depth: Int) -> [TypedLambda] {
    let local = local(parameter)
    return [TypedLambda(parameters: [local], body: with(local) { $0.expression(result, depth - 1) })]
  }

  private mutating func match(_ type: Type, _ depth: Int) -> TypedExpression {
    if random.below(2) == 0 {
      let subject = expression(colour, depth - 1)
      return make(
        .match(
          subject,
          [
            TypedArm(patterns: [.enumCase(random.below(3))], value: expression(type, depth - 1)),
            TypedArm(patterns: [.enumCase(0), .enumCase(2)], value: expression(type, depth - 1)),
            TypedArm(patterns: [.otherwise], value: expression(type, depth - 1)),
          ]), type)
    }
    let inner = random.pick([Type.int, .string, .decimal])
    let local = local(inner)
    let subject = expression(.optional(inner), depth - 1)
    guard case .literal(let constant) = literal(inner).kind else { return leaf(type) }
    return make(
      .match(
        subject,
        [
          TypedArm(patterns: [.literal(constant)], value: expression(type, depth - 1)),
          TypedArm(patterns: [.present(local)], value: with(local) { $0.expression(type, depth - 1) }),
          TypedArm(patterns: [.none], value: expression(type, depth - 1)),
        ]), type)
  }

  private mutating func specific(_ type: Type, _ depth: Int) -> TypedExpression {
    func sub(_ type: Type) -> TypedExpression { expression(type, depth - 1) }
    switch type {
    case .bool: return truth(depth)
    case .int, .float, .decimal: return number(type, depth)
    case .string: return text(depth)
    case .date:
      switch random.below(4) {
      case 0:
        let days = make(.literal(.duration(random.pick([86_400_000_000, -86_400_000_000 * 400]))), .duration)
        return make(.binary(random.pick([.add, .subtract]), sub(.date), days), .date)
      case 1: return builtin(.plusMonths, [sub(.date), sub(.int)], .date)
      case 2: return builtin(.toDate, [sub(.string), make(.literal(.string("")), .string)], .date)
      default:
        return builtin(.timestampDate, [sub(.timestamp), make(.literal(.string("UTC")), .string)], .date)
      }
    case .timestamp:
      switch random.below(3) {
      case 0: return make(.binary(random.pick([.add, .subtract]), sub(.timestamp), sub(.duration)), type)
      case 1: return builtin(.truncate, [sub(.timestamp), sub(.duration)], type)
      default: return builtin(.plusMonths, [sub(.timestamp), sub(.int)], type)
      }
    case .duration:
      switch random.below(3) {
      case 0: return make(.binary(.subtract, sub(.timestamp), sub(.timestamp)), type)
      case 1: return make(.binary(random.pick([.add, .subtract]), sub(.duration), sub(.duration)), type)
      default: return make(.negate(sub(.duration)), type)
      }
    case .optional(let inner):
      if inner == .int, random.below(2) == 0 {
        return builtin(.mapIndex, [sub(.map(.int)), sub(.string)], type)
      }
      if inner == pair, random.below(2) == 0 {
        return builtin(
          random.pick([.minBy, .maxBy]), [sub(.list(pair))], type,
          lambda(pair, random.pick(scalars + [.optional(.int)]), depth))
      }
      return make(.some(sub(inner)), type)
    case .row(let row): return make(.construct(row.types.map { sub($0) }), type)
    case .map:
      return make(.map((0..<random.below(4)).map { _ in (key: sub(.string), value: sub(.int)) }), type)
    case .list(let element): return list(element, type, depth)
    default: return leaf(type)
    }
  }

  private mutating func truth(_ depth: Int) -> TypedExpression {
    func sub(_ type: Type) -> TypedExpression { expression(type, depth - 1) }
    switch random.below(8) {
    case 0: return make(.not(sub(.bool)), .bool)
    case 1, 2: return make(.binary(random.pick([.and, .or]), sub(.bool), sub(.bool)), .bool)
    case 3:
      let type = random.pick(values)
      return make(.binary(random.pick([.equal, .notEqual]), sub(type), sub(type)), .bool)
    case 4:
      let type = random.pick(scalars)
      let symbol: TypedOperator = random.pick([.less, .lessOrEqual, .greater, .greaterOrEqual])
      return make(.binary(symbol, sub(type), sub(type)), .bool)
    case 5:
      if random.below(3) == 0 { return make(.binary(.contains, sub(.string), sub(.map(.int))), .bool) }
      let element = random.pick([Type.int, .string, pair, .optional(.int), .float])
      if random.below(3) == 0 { return builtin(.listContains, [sub(.list(element)), sub(element)], .bool) }
      return make(.binary(.contains, sub(element), sub(.list(element))), .bool)
    case 6:
      switch random.below(3) {
      case 0: return builtin(.stringIsEmpty, [sub(.string)], .bool)
      case 1: return builtin(.listIsEmpty, [sub(.list(.int))], .bool)
      default:
        return builtin(
          random.pick([.stringContains, .startsWith, .endsWith]), [sub(.string), sub(.string)], .bool)
      }
    default:
      return builtin(random.pick([.any, .all]), [sub(.list(.int))], .bool, lambda(.int, .bool, depth))
    }
  }

  private mutating func number(_ type: Type, _ depth: Int) -> TypedExpression {
    func sub(_ type: Type) -> TypedExpression { expression(type, depth - 1) }
    switch random.below(6) {
    case 0, 1:
      let symbol: TypedOperator = random.pick([.add, .subtract, .multiply, .divide, .remainder])
      return make(.binary(symbol, sub(type), sub(type)), type)
    case 2: return random.below(2) == 0 ? make(.negate(sub(type)), type) : builtin(.abs, [sub(type)], type)
    case 3:
      if random.below(3) == 0 { return builtin(.clamp, [sub(type), sub(type), sub(type)], type) }
      return builtin(random.pick([.numberMin, .numberMax]), [sub(type), sub(type)], type)
    case 4: return builtin(.listSum, [sub(.list(type))], type)
    default: break
    }
    switch type {
    case .float:
      switch random.below(4) {
      case 0: return builtin(.toFloat, [sub(random.pick([.int, .decimal]))], type)
      case 1: return builtin(random.pick([.floor, .ceil]), [sub(type)], type)
      case 2: return builtin(.sqrt, [sub(type)], type)
      default: return builtin(random.pick([.seconds, .days]), [sub(.duration)], type)
      }
    case .decimal:
      return random.below(2) == 0
        ? builtin(.toDecimal, [sub(.int)], type) : builtin(random.pick([.floor, .ceil]), [sub(type)], type)
    default:
      switch random.below(6) {
      case 0: return builtin(.stringLength, [sub(.string)], type)
      case 1: return builtin(.listLength, [sub(.list(.string))], type)
      case 2: return builtin(.toInt, [sub(random.pick([.float, .decimal]))], type)
      case 3: return builtin(.stringToInt, [sub(.string)], type)
      case 4:
        return builtin(
          random.pick([.year, .month, .day, .weekday]), [sub(random.pick([.date, .timestamp]))], type)
      default: return builtin(random.pick([.hour, .minute]), [sub(.timestamp)], type)
      }
    }
  }

  private mutating func text(_ depth: Int) -> TypedExpression {
    func sub(_ type: Type) -> TypedExpression { expression(type, depth - 1) }
    switch random.below(5) {
    case 0:
      return make(.interpolation((0..<1 + random.below(3)).map { _ in sub(random.pick(scalars)) }), .string)
    case 1: return builtin(random.pick([.lower, .upper, .trim]), [sub(.string)], .string)
    case 2: return builtin(.replace, [sub(.string), sub(.string), sub(.string)], .string)
    case 3: return builtin(.slice, [sub(.string), sub(.int), sub(.int)], .string)
    default: return builtin(.join, [sub(.list(.string)), sub(.string)], .string)
    }
  }

  private mutating func list(_ element: Type, _ type: Type, _ depth: Int) -> TypedExpression {
    func sub(_ type: Type) -> TypedExpression { expression(type, depth - 1) }
    switch random.below(9) {
    case 0: return make(.list((0..<1 + random.below(3)).map { _ in sub(element) }), type)
    case 1: return builtin(.take, [sub(type), sub(.int)], type)
    case 2: return builtin(.concat, [sub(type), sub(type)], type)
    case 3: return builtin(.listFilter, [sub(type)], type, lambda(element, .bool, depth))
    case 4:
      return builtin(
        .listSort, [sub(type)], type, random.below(2) == 0 ? [] : lambda(element, random.pick(scalars), depth)
      )
    case 5: return builtin(.listFlatMap, [sub(.list(.int))], type, lambda(.int, type, depth))
    case 6 where element == .int:
      return make(.range(literal(.int), literal(.int), isInclusive: random.below(2) == 0), type)
    case 7 where element == .string: return builtin(.split, [sub(.string), sub(.string)], type)
    default:
      let source = random.pick([Type.int, .string, pair])
      return builtin(.listMap, [sub(.list(source))], type, lambda(source, element, depth))
    }
  }
}
