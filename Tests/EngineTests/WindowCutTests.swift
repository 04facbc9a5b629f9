import Columns
import Testing

@testable import Engine

private let hour: Int64 = 3_600_000_000

/// Microseconds of an hour in UTC.
private func utc(_ year: Int, _ month: Int, _ day: Int, _ hours: Int64 = 0) -> Int64 {
  Int64(CivilCalendar.days(year: year, month: month, day: day)) * 24 * hour + hours * hour
}

private func local(_ zone: String, days: Int64 = 1) -> WindowCut {
  guard let rules = TimeZoneRules.named(zone).0 else { fatalError("no zone \(zone)") }
  return WindowCut(shape: .local(days * 24 * hour, rules), lateness: 0)
}

/// A local day that is longer or shorter than others.
private struct Day: CustomTestStringConvertible {
  let zone: String
  let start: Int64
  let end: Int64
  var testDescription: String { "\(zone), \((end - start) / hour) hours" }

  static let all = [
    Day(zone: "UTC", start: utc(2024, 3, 31), end: utc(2024, 4, 1)),
    Day(zone: "Europe/Berlin", start: utc(2024, 3, 30, 23), end: utc(2024, 3, 31, 22)),
    Day(zone: "Europe/Berlin", start: utc(2024, 10, 26, 22), end: utc(2024, 10, 27, 23)),
    // By the rule for years that the tables do not list.
    Day(zone: "Europe/Berlin", start: utc(2090, 3, 25, 23), end: utc(2090, 3, 26, 22)),
    // Clocks are put back to midnight, which they show twice, or forward at midnight, which they never show.
    Day(zone: "America/Havana", start: utc(2024, 11, 3, 4), end: utc(2024, 11, 4, 5)),
    Day(zone: "America/Havana", start: utc(2024, 3, 10, 5), end: utc(2024, 3, 11, 4)),
    // Clocks are put back at midnight, so that the day before ends twice.
    Day(zone: "America/Sao_Paulo", start: utc(2018, 2, 17, 2), end: utc(2018, 2, 18, 3)),
    // The 30th of December 2011 never was.
    Day(zone: "Pacific/Apia", start: utc(2011, 12, 29, 10), end: utc(2011, 12, 30, 10)),
    Day(zone: "Pacific/Apia", start: utc(2011, 12, 30, 10), end: utc(2011, 12, 31, 10)),
    Day(zone: "Asia/Kathmandu", start: utc(1970, 1, 1, -6) + hour / 2, end: utc(1970, 1, 1, 18) + hour / 2),
  ]
}

private let shapes: [WindowCut.Shape] = [
  .tumbling(1), .tumbling(7), .tumbling(1000), .sliding(30, every: 10, pane: 10),
  .sliding(25, every: 10, pane: 5), .sliding(9, every: 7, pane: 1), .sliding(8, every: 8, pane: 8),
]

@Suite struct WindowCuts {
  @Test(arguments: Day.all)
  fileprivate func `a day of a zone goes from midnight to midnight`(day: Day) {
    let cut = local(day.zone)
    for time in [day.start, day.start + 1, (day.start + day.end) / 2, day.end - 1] {
      let pane = cut.pane(at: time)
      #expect(pane.lower == day.start)
      #expect(pane.upper == day.end)
      #expect(cut.bounds(of: pane.number) == (day.start, day.end))
    }
    #expect(cut.pane(at: day.start - 1).upper == day.start)
    #expect(cut.pane(at: day.end).lower == day.end)
  }

  @Test(arguments: [
    "Europe/Berlin", "America/Havana", "Pacific/Apia", "Australia/Lord_Howe", "Africa/Casablanca",
  ])
  func `windows of a zone follow each other without gaps`(zone: String) {
    for days in [1, 7] as [Int64] {
      let cut = local(zone, days: days)
      var time = utc(1960, 1, 1)
      while time < utc(2045, 1, 1) {
        let pane = cut.pane(at: time)
        guard pane.lower <= time, time < pane.upper, cut.pane(at: pane.upper).lower == pane.upper else {
          Issue.record("\(time) is in \(pane)")
          return
        }
        time = pane.upper
      }
    }
  }

  @Test(arguments: shapes.indices)
  func `windows and panes agree about each time`(index: Int) {
    let cut = WindowCut(shape: shapes[index], lateness: 3)
    for time in -70...70 as ClosedRange<Int64> {
      let pane = cut.pane(at: time)
      #expect(pane.lower <= time && time < pane.upper)
      let windows = (-200...200).filter { window in
        let (start, end) = cut.bounds(of: Int64(window))
        return start <= time && time < end
      }
      #expect(Array(cut.windows(of: pane.number)) == windows.map { Int64($0) })
      for window in -200...200 as ClosedRange<Int64> {
        let panes = cut.panes(of: window)
        #expect(panes.contains(pane.number) == windows.contains(Int(window)))
      }
      #expect(cut.lateFrom(time) == cut.bounds(of: Int64(windows[0])).end + 3)
    }
  }

  @Test(arguments: shapes.indices)
  func `times at the ends of the range have windows`(index: Int) {
    let cut = WindowCut(shape: shapes[index], lateness: .max)
    for time in [.min, .min + 1, .min + 40, .max - 40, .max - 1, .max] as [Int64] {
      let pane = cut.pane(at: time)
      #expect(pane.lower <= time && time <= pane.upper)
      for window in cut.windows(of: pane.number) {
        let (start, end) = cut.bounds(of: window)
        #expect(start <= time && time <= end)
      }
      #expect(cut.lateFrom(time) >= time)
    }
  }

  @Test func `a row is late for sessions once one that it could belong to is gone`() {
    let cut = WindowCut(shape: .session(gap: 10), lateness: 5)
    #expect(cut.lateFrom(100) == 106)
    #expect(cut.lateFrom(.max) == .max)
  }
}
