import Columns
import Diagnosing
import Semantics

extension ExpressionContext {
  func time(_ builtin: Builtin, _ nodes: [Step], _ type: Type, _ span: Span) -> Step {
    let value = nodes[0]
    switch builtin {
    case .timestampDate: return binaryStep(value, nodes[1], cost: 20) { localDates($0, $1, $2, span) }
    case .year: return calendar(value) { Int64(CivilCalendar.civil(days: $0).year) }
    case .month: return calendar(value) { Int64(CivilCalendar.civil(days: $0).month) }
    case .day: return calendar(value) { Int64(CivilCalendar.civil(days: $0).day) }
    case .weekday: return calendar(value) { Int64(CivilCalendar.weekday(days: $0)) }
    case .hour:
      return unaryStep(value, cost: 4) { _, t in
        t.extent.datum(
          .int64(mapRows(t.column.int64s, t.column.count) { CivilCalendar.split($0).rest / 3_600_000_000 }))
      }
    case .minute:
      return unaryStep(value, cost: 4) { _, t in
        t.extent.datum(
          .int64(mapRows(t.column.int64s, t.column.count) { CivilCalendar.split($0).rest / 60_000_000 % 60 }))
      }
    case .truncate: return binaryStep(value, nodes[1], cost: 6) { truncated($0, $1, $2, span) }
    case .plusMonths: return binaryStep(value, nodes[1], cost: 20) { laterByMonths($0, $1, $2, span) }
    case .seconds:
      return unaryStep(value, cost: 2) { _, d in
        d.extent.datum(.float64(mapRows(d.column.int64s, d.column.count) { Double($0) / 1e6 }))
      }
    default:
      return unaryStep(value, cost: 2) { _, d in
        d.extent.datum(.float64(mapRows(d.column.int64s, d.column.count) { Double($0) / 86_400e6 }))
      }
    }
  }

  /// A part of the date, in UTC.
  private func calendar(_ value: Step, _ part: @escaping @Sendable (Int) -> Int64) -> Step {
    unaryStep(value, cost: 6) { _, t in
      if case .int32(let days) = t.column.storage {
        return t.extent.datum(.int64(mapRows(days, t.column.count) { part(Int($0)) }))
      }
      return t.extent.datum(
        .int64(mapRows(t.column.int64s, t.column.count) { part(CivilCalendar.split($0).days) }))
    }
  }
}

/// The day of each time in a zone.
private func localDates(_ scope: Scope, _ t: Datum, _ zone: Datum, _ span: Span) -> Datum {
  let extent = scope.extent(t, zone)
  let times = t.column.int64s
  let names = zone.column.texts
  let result = Buffer<Int32>(repeating: 0, count: extent.count)
  var name: TextView?
  var found: TimeZoneRules?
  var problem = ""
  for row in 0..<extent.count {
    let wanted = names[zone.place(row)]
    if name.map({ $0 == wanted }) != true {
      name = wanted
      (found, problem) = TimeZoneRules.named(wanted.string)
    }
    guard let found else {
      scope.fault(extent, row, at: span, problem)
      continue
    }
    let time = times[t.place(row)]
    let clock = floorDivision(time, 1_000_000)
    let local = clock + Int64(found.offset(at: clock))
    result.base[row] = Int32(truncatingIfNeeded: floorDivision(local, 86_400))
  }
  return extent.datum(.int32(result))
}

/// The quotient rounded down; `b` is positive.
func floorDivision(_ a: Int64, _ b: Int64) -> Int64 {
  let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
  return remainder < 0 ? quotient - 1 : quotient
}

private func truncated(_ scope: Scope, _ t: Datum, _ step: Datum, _ span: Span) -> Datum {
  let extent = scope.extent(t, step)
  let times = t.column.int64s
  let steps = step.column.int64s
  let result = Buffer<Int64>(uninitialized: extent.count)
  for row in 0..<extent.count {
    let time = times.base[t.place(row)]
    let step = steps.base[step.place(row)]
    var value: Int64 = 0
    if step <= 0 {
      scope.fault(
        extent, row, at: span, "times are truncated to a positive duration, not \(textOf(duration: step))")
    } else {
      let remainder = time % step
      let (difference, overflow) = time.subtractingReportingOverflow(
        remainder < 0 ? remainder + step : remainder)
      value = difference
      if overflow {
        scope.fault(extent, row, at: span, "truncating \(textOf(timestamp: time)) overflows `Timestamp`")
      }
    }
    result.base[row] = value
  }
  return extent.datum(.int64(result))
}

/// So many calendar months later; the last day of a month that is too short.
private func laterByMonths(_ scope: Scope, _ t: Datum, _ months: Datum, _ span: Span) -> Datum {
  let extent = scope.extent(t, months)
  let counts = months.column.int64s
  if case .int32(let dates) = t.column.storage {
    let result = Buffer<Int32>(repeating: 0, count: extent.count)
    for row in 0..<extent.count {
      let date = dates[t.place(row)]
      let count = counts[months.place(row)]
      if let days = later(Int(date), by: count), let value = Int32(exactly: days) {
        result.base[row] = value
      } else {
        scope.fault(extent, row, at: span, "\(textOf(date: date)) and \(count) months overflow `Date`")
      }
    }
    return extent.datum(.int32(result))
  }
  let times = t.column.int64s
  let result = Buffer<Int64>(repeating: 0, count: extent.count)
  for row in 0..<extent.count {
    let time = times[t.place(row)]
    let count = counts[months.place(row)]
    let (start, rest) = CivilCalendar.split(time)
    // The day of the first timestamps begins before them.
    let days = later(start, by: count)
    if let days,
      let value = Int64(exactly: Int128(days) * Int128(CivilCalendar.microsecondsPerDay) + Int128(rest))
    {
      result.base[row] = value
    } else {
      scope.fault(
        extent, row, at: span, "\(textOf(timestamp: time)) and \(count) months overflow `Timestamp`")
    }
  }
  return extent.datum(.int64(result))
}

private func later(_ days: Int, by months: Int64) -> Int? {
  // More months than any two dates are apart.
  guard months.magnitude < 1 << 40 else { return nil }
  let (year, month, day) = CivilCalendar.civil(days: days)
  let total = Int64(year) * 12 + Int64(month - 1) + months
  let newYear = Int(floorDivision(total, 12))
  let newMonth = Int(total - Int64(newYear) * 12) + 1
  let newDay = min(day, CivilCalendar.daysInMonth(newMonth, year: newYear))
  return CivilCalendar.days(year: newYear, month: newMonth, day: newDay)
}
