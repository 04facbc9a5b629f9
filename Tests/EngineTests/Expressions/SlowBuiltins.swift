import Columns
import Semantics

@testable import Engine

extension SlowEvaluator {
  func builtin(
    _ builtin: Builtin, _ arguments: [Single], _ lambdas: [TypedLambda], _ type: Type
  ) throws(Failed) -> Single {
    let value = arguments[0]
    let second = arguments.count > 1 ? arguments[1] : .none
    let third = arguments.count > 2 ? arguments[2] : .none
    switch value {
    case .string(let text): return try string(builtin, text, second, third)
    case .list(let items): return try list(builtin, items, second, lambdas.first, type)
    case .date, .timestamp, .duration: return try time(builtin, value, second)
    default: return try number(builtin, value, second, third)
    }
  }

  private func string(
    _ builtin: Builtin, _ text: String, _ second: Single, _ third: Single
  ) throws(Failed) -> Single {
    let scalars = Array(text.unicodeScalars)
    func made(_ scalars: ArraySlice<Unicode.Scalar>) -> Single {
      .string(String(String.UnicodeScalarView(scalars)))
    }
    switch builtin {
    case .stringLength: return .int(Int64(scalars.count))
    case .stringIsEmpty: return .bool(text.isEmpty)
    case .lower: return .string(text.lowercased())
    case .upper: return .string(text.uppercased())
    case .trim:
      let start = scalars.firstIndex { !$0.properties.isWhitespace } ?? scalars.count
      let end = scalars.lastIndex { !$0.properties.isWhitespace }.map { $0 + 1 } ?? start
      return made(scalars[start..<end])
    case .stringContains: return .bool(parts(text, second.string).count > 1 || second.string.isEmpty)
    case .startsWith: return .bool(Array(text.utf8).starts(with: second.string.utf8))
    case .endsWith: return .bool(Array(text.utf8.reversed()).starts(with: second.string.utf8.reversed()))
    case .split: return .list(parts(text, second.string).map { .string($0) })
    case .replace:
      return .string(parts(text, second.string).joined(separator: third.string))
    case .slice:
      let start = Int(min(max(second.integer, 0), Int64(scalars.count)))
      let end = Int(min(max(third.integer, Int64(start)), Int64(scalars.count)))
      return made(scalars[start..<end])
    case .stringToInt:
      guard let value = Int64(text) else { throw .failure }
      return .int(value)
    case .toDate:
      var text = text
      guard let date = text.withUTF8({ ScalarText.parseDate($0) }) else { throw .failure }
      return .date(date)
    default: return .none
    }
  }

  private func parts(_ text: String, _ separator: String) -> [String] {
    let bytes = Array(text.utf8)
    let wanted = Array(separator.utf8)
    if wanted.isEmpty { return [text] }
    var result: [String] = []
    var start = 0
    var index = 0
    while index + wanted.count <= bytes.count {
      if Array(bytes[index..<index + wanted.count]) == wanted {
        result.append(String(decoding: bytes[start..<index], as: UTF8.self))
        index += wanted.count
        start = index
      } else {
        index += 1
      }
    }
    return result + [String(decoding: bytes[start...], as: UTF8.self)]
  }

  private func number(
    _ builtin: Builtin, _ value: Single, _ second: Single, _ third: Single
  ) throws(Failed) -> Single {
    func least(_ a: Single, _ b: Single) -> Single { Single.order(b, a) < 0 ? b : a }
    func greatest(_ a: Single, _ b: Single) -> Single { Single.order(b, a) > 0 ? b : a }
    switch (builtin, value) {
    case (.numberMin, _): return least(value, second)
    case (.numberMax, _): return greatest(value, second)
    case (.clamp, _): return least(greatest(value, second), third)
    case (.abs, .int(let x)): return .int(try Arithmetic.fitting(Int128(x.magnitude)))
    case (.abs, .float(let x)): return .float(x.magnitude)
    case (.abs, .decimal(let x)): return .decimal(Int128(x.magnitude))
    case (.floor, .float(let x)): return .float(x.rounded(.down))
    case (.ceil, .float(let x)): return .float(x.rounded(.up))
    case (.floor, .decimal(let x)): return .decimal(try whole(decimalFloor(x)))
    case (.ceil, .decimal(let x)): return .decimal(try whole(decimalCeiling(x)))
    case (.sqrt, .float(let x)):
      if x < 0 { throw .failure }
      return .float(x.squareRoot())
    case (.toFloat, .int(let x)): return .float(Double(x))
    case (.toFloat, .decimal(let x)): return .float(Double(textOf(decimal: x)) ?? .nan)
    case (.toDecimal, .int(let x)): return .decimal(Int128(x) * 1_000_000_000_000_000_000)
    case (.toInt, .float(let x)):
      guard let value = Int64(exactly: x.rounded(.towardZero)) else { throw .failure }
      return .int(value)
    case (.toInt, .decimal(let x)):
      guard let value = Int64(exactly: x / 1_000_000_000_000_000_000) else { throw .failure }
      return .int(value)
    default: return .none
    }
  }

  private func whole(_ value: Int128?) throws(Failed) -> Int128 {
    guard let value else { throw .fault }
    return value
  }

  private func time(_ builtin: Builtin, _ value: Single, _ second: Single) throws(Failed) -> Single {
    if case .duration(let length) = value {
      return .float(Double(length) / (builtin == .seconds ? 1e6 : 86_400e6))
    }
    let days: Int
    var rest: Int64 = 0
    switch value {
    case .date(let date): days = Int(date)
    case .timestamp(let time): (days, rest) = CivilCalendar.split(time)
    default: return .none
    }
    let (year, month, day) = CivilCalendar.civil(days: days)
    switch builtin {
    case .year: return .int(Int64(year))
    case .month: return .int(Int64(month))
    case .day: return .int(Int64(day))
    case .weekday: return .int(Int64(((days + 3) % 7 + 7) % 7 + 1))
    case .hour: return .int(rest / 3_600_000_000)
    case .minute: return .int(rest / 60_000_000 % 60)
    case .timestampDate: return .date(Int32(days))
    case .truncate:
      if second.integer <= 0 { throw .fault }
      let step = Int128(second.integer)
      let time = Int128(value.integer)
      return .timestamp(try Arithmetic.fitting(time - ((time % step) + step) % step))
    case .plusMonths:
      let total = Int128(year) * 12 + Int128(month - 1) + Int128(second.integer)
      let newMonth = ((total % 12) + 12) % 12
      let newYear = (total - newMonth) / 12
      guard newYear.magnitude < 10_000_000 else { throw .fault }
      let last = CivilCalendar.daysInMonth(Int(newMonth) + 1, year: Int(newYear))
      let result = CivilCalendar.days(year: Int(newYear), month: Int(newMonth) + 1, day: min(day, last))
      if case .date = value {
        guard let date = Int32(exactly: result) else { throw .fault }
        return .date(date)
      }
      return .timestamp(try Arithmetic.fitting(Int128(result) * 86_400_000_000 + Int128(rest)))
    default: return .none
    }
  }

  private func list(
    _ builtin: Builtin, _ items: [Single], _ second: Single, _ lambda: TypedLambda?, _ type: Type
  ) throws(Failed) -> Single {
    // Lambdas are evaluated for every element, whatever the function then needs.
    var results: [Single] = []
    if let lambda {
      for item in items { results.append(try binding(lambda.parameters[0], item).evaluate(lambda.body)) }
    }
    switch builtin {
    case .listLength: return .int(Int64(items.count))
    case .listIsEmpty: return .bool(items.isEmpty)
    case .listContains: return .bool(items.contains(second))
    case .first: return items.first ?? .none
    case .last: return items.last ?? .none
    case .take: return .list(Array(items.prefix(Int(max(0, min(second.integer, 1000))))))
    case .concat: return .list(items + second.items)
    case .enumerate: return .list(items.enumerated().map { .record([.int(Int64($0)), $1]) })
    case .zip: return .list(zip(items, second.items).map { .record([$0, $1]) })
    case .join: return .string(items.map(\.string).joined(separator: second.string))
    case .listIndex:
      guard second.integer >= 0, second.integer < items.count else { throw .failure }
      return items[Int(second.integer)]
    case .mapIndex: return items.first { $0.fields[0] == second }?.fields[1] ?? .none
    case .entries: return .list(items)
    case .listSum: return try sum(items, type)
    case .listMap: return .list(results)
    case .listFilter: return .list(zip(items, results).filter { $1.isTrue }.map { $0.0 })
    case .listFlatMap: return .list(results.flatMap(\.items))
    case .any: return .bool(results.contains { $0.isTrue })
    case .all: return .bool(results.allSatisfy { $0.isTrue })
    case .minBy, .maxBy:
      var best: Int?
      for index in items.indices {
        guard let known = best else {
          best = index
          continue
        }
        let isAbsent = results[index] == .none
        let isBetter =
          results[known] == .none
          ? !isAbsent
          : !isAbsent && Single.order(results[index], results[known]) * (builtin == .minBy ? 1 : -1) < 0
        if isBetter { best = index }
      }
      return best.map { items[$0] } ?? .none
    case .listSort:
      let keys = lambda == nil ? items : results
      return .list(
        items.indices.sorted {
          let order = Single.order(keys[$0], keys[$1])
          return order != 0 ? order < 0 : $0 < $1
        }.map { items[$0] })
    default: return .none
    }
  }

  private func sum(_ items: [Single], _ type: Type) throws(Failed) -> Single {
    guard case .list(let element) = type.plain else { return .none }
    switch element {
    case .float:
      var sum = FloatSum()
      for item in items { sum.add(item.number) }
      return .float(sum.value)
    case .decimal:
      var sum = DecimalSum()
      for case .decimal(let value) in items { sum.add(value) }
      guard let value = sum.value else { throw .fault }
      return .decimal(value)
    default: return .int(try Arithmetic.fitting(items.reduce(0) { $0 + Int128($1.integer) }))
    }
  }
}
