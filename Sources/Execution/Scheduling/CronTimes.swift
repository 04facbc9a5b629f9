import Columns
import Engine
import Semantics

/// When a schedule starts runs: a pure function of its fields and of the offsets of its zone.
///
/// The fields name times of a clock on a wall in the zone. A time that this clock leaps over comes at the leap, once
/// for all that it leaps over; one that it shows twice comes the first time. A schedule of every hour goes by the hours
/// that pass instead, as `*/15 * * * *` should: it has times in both of two equal hours, and none for a missing one.
struct CronTimes: Sendable {
  private let cron: CronExpression
  /// Seconds east of UTC at seconds since 1970.
  private let offset: @Sendable (Int64) -> Int32

  private static let day: Int64 = 86_400
  /// From one 29th of February to the next there may be eight years.
  private static let horizon: Int64 = 9 * 366 * day

  init(_ cron: CronExpression, offset: @escaping @Sendable (Int64) -> Int32) {
    self.cron = cron
    self.offset = offset
  }

  /// Why a schedule has no times here.
  struct Unreadable: Error {
    let reason: String
  }

  init(_ text: String, zone: String) throws(Unreadable) {
    let (rules, problem) = TimeZoneRules.named(zone)
    guard let rules else { throw Unreadable(reason: problem) }
    do throws(CronExpression.Problem) { cron = try CronExpression(text) } catch {
      throw Unreadable(reason: error.message)
    }
    offset = { rules.offset(at: $0) }
  }

  /// The first time after `time`, in seconds since 1970; nil where none comes.
  func next(after time: Int64) -> Int64? {
    let passesHours = cron.hours.count == 24
    // No zone turns its clocks back by two days: what the clock has shown until then it won't show again.
    var start = time - 2 * Self.day
    var shown = start + Int64(offset(start))
    while start < time + Self.horizon {
      let east = Int64(offset(start))
      let stop = change(after: start)
      let local = start + east
      if !passesHours, local > shown, start > time, wall(in: shown..<local) != nil { return start }
      let first = max(passesHours ? local : max(local, shown), time + 1 + east)
      if first < stop + east, let found = wall(in: first..<stop + east) { return found - east }
      shown = max(shown, stop + east)
      start = stop
    }
    return nil
  }

  /// When a day, counted from 1970, begins in the zone: when the clock on the wall first shows it.
  func midnight(of day: Int64) -> Int64 {
    let wall = day * Self.day
    var time = wall - 2 * Self.day
    while time + Int64(offset(time)) < wall {
      // As far as there is no other offset on the way.
      time = min(change(after: time), wall - Int64(offset(time)))
    }
    return time
  }

  /// The moment within a day from `time` at which the offset is another, or the end of that day.
  private func change(after time: Int64) -> Int64 {
    let former = offset(time)
    var (low, high) = (time, time + Self.day)
    guard offset(high) != former else { return high }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if offset(middle) == former { low = middle } else { high = middle }
    }
    return high
  }

  /// The first time that the fields name among those of the clock on the wall.
  private func wall(in range: Range<Int64>) -> Int64? {
    var time = range.lowerBound
    while time < range.upperBound {
      let (days, rest) = CivilCalendar.split(time * 1_000_000)
      let midnight = Int64(days) * Self.day
      if names(days), let found = timeOfDay(from: rest / 1_000_000) {
        return midnight + found < range.upperBound ? midnight + found : nil
      }
      time = midnight + Self.day
    }
    return nil
  }

  private func timeOfDay(from seconds: Int64) -> Int64? {
    for hour in cron.hours where Int64(hour) * 3600 + 3599 >= seconds {
      for minute in cron.minutes {
        let time = Int64(hour) * 3600 + Int64(minute) * 60
        if time >= seconds { return time }
      }
    }
    return nil
  }

  /// Whether a day, counted from 1970, is one of the schedule's.
  private func names(_ days: Int) -> Bool {
    let date = CivilCalendar.civil(days: days)
    guard cron.months.contains(date.month) else { return false }
    let isDay = cron.days.contains(date.day)
    let isWeekday = cron.weekdays.contains(CivilCalendar.weekday(days: days) % 7)
    return cron.anyDay || cron.anyWeekday ? isDay && isWeekday : isDay || isWeekday
  }
}
