import Foundation
import JobStore
import Semantics
import Testing

@testable import Execution

/// The times of schedules, on dates that are hard to get right.
@Suite struct CronTimesTests {
  private static func seconds(_ text: String) throws -> Int64 {
    Int64(try Date(text + ":00Z", strategy: .iso8601).timeIntervalSince1970)
  }

  private static func text(_ seconds: Int64) -> String {
    String(Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601).prefix(16))
  }

  private static func times(
    _ cron: String, _ zone: String, after start: String, _ count: Int
  ) throws -> [String] {
    let times = try CronTimes(cron, zone: zone)
    var (found, last): ([String], Int64) = ([], try seconds(start))
    while found.count < count, let next = times.next(after: last) {
      found.append(text(next))
      last = next
    }
    return found
  }

  @Test(arguments: [
    // In summer Berlin is two hours ahead, in winter one.
    ("0 3 * * *", "Europe/Berlin", "2026-03-28T00:00", ["2026-03-28T02:00", "2026-03-29T01:00"]),
    // 02:30 is leapt over on the 29th of March: it comes at the leap, from 01:59 to 03:00.
    (
      "30 2 * * *", "Europe/Berlin", "2026-03-28T00:00",
      ["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"]
    ),
    // All that is leapt over comes once, and together with what is due at the leap itself.
    (
      "*/20 2,3 29 3 *", "Europe/Berlin", "2026-03-01T00:00",
      ["2026-03-29T01:00", "2026-03-29T01:20", "2026-03-29T01:40", "2027-03-29T00:00"]
    ),
    // 02:30 is shown twice on the 25th of October: it comes the first time.
    (
      "30 2 * * *", "Europe/Berlin", "2026-10-24T00:00",
      ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"]
    ),
    (
      "*/30 2 25 10 *", "Europe/Berlin", "2026-10-01T00:00",
      ["2026-10-25T00:00", "2026-10-25T00:30", "2027-10-25T00:00"]
    ),
    // What runs each hour goes by hours that pass.
    (
      "15 * * * *", "Europe/Berlin", "2026-10-24T23:30",
      ["2026-10-25T00:15", "2026-10-25T01:15", "2026-10-25T02:15"]
    ),
    (
      "*/30 * * * *", "Europe/Berlin", "2026-03-29T00:15",
      ["2026-03-29T00:30", "2026-03-29T01:00", "2026-03-29T01:30"]
    ),
    // Lord Howe leaps over half an hour.
    (
      "15 2 * * *", "Australia/Lord_Howe", "2026-10-02T16:00",
      ["2026-10-03T15:30", "2026-10-04T15:15"]
    ),
    // Samoa had no 30th of December 2011: its noon comes when the 31st begins.
    (
      "0 12 * * *", "Pacific/Apia", "2011-12-29T00:00",
      ["2011-12-29T22:00", "2011-12-30T10:00", "2011-12-30T22:00"]
    ),
    // In Sao Paulo summer began at midnight: there was none on the 4th of November 2018.
    (
      "0 0 * * *", "America/Sao_Paulo", "2018-11-03T00:00",
      ["2018-11-03T03:00", "2018-11-04T03:00", "2018-11-05T02:00"]
    ),
    // From one 29th of February to the next there may be eight years.
    ("0 0 29 2 *", "UTC", "2096-01-01T00:00", ["2096-02-29T00:00", "2104-02-29T00:00"]),
    // A day of the month or a day of the week, where both are said.
    (
      "0 0 13 * fri", "UTC", "2026-02-07T00:00", ["2026-02-13T00:00", "2026-02-20T00:00", "2026-02-27T00:00"]
    ),
    ("59 23 31 12 *", "UTC", "2026-12-31T23:58", ["2026-12-31T23:59", "2027-12-31T23:59"]),
  ])
  func `the next times`(cron: String, zone: String, start: String, wanted: [String]) throws {
    #expect(try Self.times(cron, zone, after: start, wanted.count) == wanted)
  }

  /// What comes of walking through all minutes, with the offsets of another library.
  private static func walked(
    _ cron: CronExpression, _ zone: TimeZone, _ range: Range<Int64>
  ) -> [Int64] {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    func local(_ time: Int64) -> Int64 {
      time + Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time))))
    }
    func isNamed(_ wall: Int64) -> Bool {
      let parts = calendar.dateComponents(
        [.minute, .hour, .day, .month, .weekday], from: Date(timeIntervalSince1970: Double(wall)))
      let isDay = cron.days.contains(parts.day!)
      let isWeekday = cron.weekdays.contains(parts.weekday! - 1)
      return cron.minutes.contains(parts.minute!) && cron.hours.contains(parts.hour!)
        && cron.months.contains(parts.month!)
        && (cron.anyDay || cron.anyWeekday ? isDay && isWeekday : isDay || isWeekday)
    }
    var found: Set<Int64> = []
    var shown = local(range.lowerBound - 172_800)
    for time in stride(from: range.lowerBound - 172_800, to: range.upperBound, by: 60) {
      let wall = local(time)
      if cron.hours.count == 24 {
        if isNamed(wall) { found.insert(time) }
      } else {
        for missed in stride(from: shown, through: wall, by: 60) where isNamed(missed) { found.insert(time) }
        shown = max(shown, wall + 60)
      }
    }
    return found.filter { range.contains($0) }.sorted()
  }

  @Test(arguments: [
    ("Europe/Berlin", "2026-03-27T00:00"), ("Europe/Berlin", "2026-10-23T00:00"),
    ("America/New_York", "2025-03-07T00:00"), ("America/New_York", "2025-10-31T00:00"),
    ("Australia/Lord_Howe", "2025-04-04T00:00"), ("Australia/Lord_Howe", "2025-10-03T00:00"),
    ("Africa/Cairo", "2024-04-24T00:00"), ("America/Santiago", "2024-09-06T00:00"),
    ("Asia/Kolkata", "2026-02-26T00:00"), ("Pacific/Apia", "2011-12-28T00:00"),
  ])
  func `each time is the one that a walk through all minutes finds`(zone: String, start: String) throws {
    let from = try Self.seconds(start)
    let range = from..<from + 5 * 86_400
    let named = try #require(TimeZone(identifier: zone))
    for cron in [
      "30 2 * * *", "*/7 0-4 * * *", "0 * * * *", "*/15 * * * *", "0,59 */2 * * *", "0 0 * * *",
      "5 23 * * sun",
      "45 1,3 29 3 *", "10 12 */2 * mon",
    ] {
      let times = try CronTimes(cron, zone: zone)
      var (found, last): ([Int64], Int64) = ([], range.lowerBound - 1)
      while let next = times.next(after: last), next < range.upperBound {
        found.append(next)
        last = next
      }
      let wanted = Self.walked(try CronExpression(cron), named, range)
      #expect(found.map(Self.text) == wanted.map(Self.text), "\(cron) in \(zone)")
    }
  }

  @Test func `a zone that is not there is told of`() {
    #expect(throws: CronTimes.Unreadable.self) { try CronTimes("0 0 * * *", zone: "Europe/Atlantis") }
  }

  // MARK: Times that were missed

  private static func due(
    _ policy: RunOptions.Schedule.Missed, _ cron: String, after last: String, now: String
  ) throws -> (runs: [String], missed: [String]?, done: String, next: String?) {
    let due = try CronTimes(cron, zone: "UTC").due(
      policy, after: Moment(seconds: try seconds(last)), now: Moment(seconds: try seconds(now)))
    return (
      due.runs.map { text($0.seconds) },
      due.missed.map { [text($0.lowerBound.seconds), text($0.upperBound.seconds)] }, text(due.done.seconds),
      due.next.map { text($0.seconds) }
    )
  }

  @Test(arguments: [
    (RunOptions.Schedule.Missed.all, ["2026-01-02T03:00", "2026-01-03T03:00"], nil as [String]?),
    (.latest, ["2026-01-03T03:00"], ["2026-01-02T03:00", "2026-01-03T03:00"]),
    (.skip, [], ["2026-01-02T03:00", "2026-01-03T09:00"]),
  ])
  func `times that were missed are made up as the schedule says`(
    policy: RunOptions.Schedule.Missed, runs: [String], missed: [String]?
  ) throws {
    let due = try Self.due(policy, "0 3 * * *", after: "2026-01-01T03:00", now: "2026-01-03T09:00")
    #expect(due.runs == runs)
    #expect(due.missed?.map { $0.prefix(13) } == missed?.map { $0.prefix(13) })
    #expect(due.done == "2026-01-03T09:00")
    #expect(due.next == "2026-01-04T03:00")
  }

  @Test(arguments: RunOptions.Schedule.Missed.allCases)
  func `a time that has just come is not missed`(policy: RunOptions.Schedule.Missed) throws {
    let due = try Self.due(policy, "0 3 * * *", after: "2026-01-02T03:00", now: "2026-01-03T03:01")
    #expect(due.runs == ["2026-01-03T03:00"])
    #expect(due.missed == nil)
    let early = try Self.due(policy, "0 3 * * *", after: "2026-01-02T03:00", now: "2026-01-03T02:59")
    #expect(early.runs.isEmpty && early.next == "2026-01-03T03:00")
  }

  @Test func `of many missed times some are made up at a time, and none is lost`() throws {
    var (found, last): ([String], String) = ([], "2026-01-01T00:00")
    var looks = 0
    while true {
      let due = try Self.due(.all, "* * * * *", after: last, now: "2026-01-01T04:10")
      if due.runs.isEmpty { break }
      found += due.runs
      last = due.done
      looks += 1
    }
    #expect(found.count == 250 && Set(found).count == 250)
    #expect(looks == 3)
  }

  @Test func `the latest of very many missed times is found`() throws {
    let due = try Self.due(.latest, "*/10 3 * * mon", after: "2016-01-01T00:00", now: "2026-01-09T12:00")
    #expect(due.runs == ["2026-01-05T03:50"])
  }
}
