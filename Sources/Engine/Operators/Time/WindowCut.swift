import Columns
import Dataflow
import Semantics

/// How event time is cut into windows, and how long after its end a window takes rows. All in microseconds; times
/// beyond what 64 bits hold stay at the ends of the range.
///
/// Windows are numbered, and so are *panes*: the stretches of time whose rows lie in the same windows. A tumbling
/// window is one pane, a sliding one has several, which it shares with its neighbours. Sessions have neither.
struct WindowCut: Sendable {
  enum Shape: Sendable {
    case tumbling(Int64)
    /// As the clocks of a zone show it: a window begins when they first show a multiple of its length.
    case local(Int64, TimeZoneRules)
    case sliding(Int64, every: Int64, pane: Int64)
    case session(gap: Int64)
  }

  let shape: Shape
  let lateness: Int64

  /// A stretch of time, `lower..<upper`, and its number.
  struct Pane {
    let number: Int64
    let lower: Int64
    let upper: Int64
  }

  /// The pane that a time lies in.
  func pane(at time: Int64) -> Pane {
    switch shape {
    case .tumbling(let length), .sliding(_, _, pane: let length):
      let number = floorDivision(time, length)
      return Pane(number: number, lower: place(number, length), upper: place(number, length, plus: length))
    case .local(let length, let zone):
      var number = floorDivision(zone.local(time), length)
      // Clocks that were put back show again what they showed before.
      while bounds(of: number).end <= time { number += 1 }
      let (start, end) = bounds(of: number)
      return Pane(number: number, lower: start, upper: end)
    case .session: preconditionFailure("sessions have no panes")
    }
  }

  /// The windows that a pane lies in.
  func windows(of pane: Int64) -> ClosedRange<Int64> {
    guard case .sliding(let length, let every, pane: let size) = shape else { return pane...pane }
    let step = every / size
    let last = floorDivision(pane, step)
    // At the lower end of the range windows that would begin before it are none.
    return min(last, floorDivision(saturatingSum(pane, -(length / size)), step) + 1)...last
  }

  /// The panes of a window.
  func panes(of window: Int64) -> ClosedRange<Int64> {
    guard case .sliding(let length, let every, pane: let size) = shape else { return window...window }
    return place(window, every / size)...place(window, every / size, plus: length / size - 1)
  }

  /// When a window starts and ends.
  func bounds(of window: Int64) -> (start: Int64, end: Int64) {
    switch shape {
    case .tumbling(let length): (place(window, length), place(window, length, plus: length))
    case .local(let length, let zone):
      (zone.first(showing: place(window, length)), zone.first(showing: place(window, length, plus: length)))
    case .sliding(let length, let every, _): (place(window, every), place(window, every, plus: length))
    case .session: preconditionFailure("sessions have no numbers")
    }
  }

  private func place(_ number: Int64, _ step: Int64, plus distance: Int64 = 0) -> Int64 {
    Int64(clamping: Int128(number) * Int128(step) + Int128(distance))
  }

  /// The watermark at which a window with this end is complete.
  func due(end: Int64) -> Int64 { saturatingSum(end, lateness) }

  /// The watermark from which on a row of this time is late: its earliest window is complete then, or, of sessions,
  /// it could have belonged to one that is.
  func lateFrom(_ time: Int64) -> Int64 {
    if case .session = shape { return saturatingSum(saturatingSum(time, lateness), 1) }
    return due(end: bounds(of: windows(of: pane(at: time).number).lowerBound).end)
  }
}

extension TimeZoneRules {
  private static let second: Int64 = 1_000_000
  /// Further than clocks are ever apart from UTC, and less than two of their changes are apart from each other.
  private static let margin: Int64 = 30 * 3600 * second

  private func shift(at time: Int64) -> Int64 {
    Int64(offset(at: floorDivision(time, Self.second))) * Self.second
  }

  /// What the clocks show at a time, as if they showed UTC.
  fileprivate func local(_ time: Int64) -> Int64 { saturatingSum(time, shift(at: time)) }

  /// When the clocks first show `local` or more.
  fileprivate func first(showing local: Int64) -> Int64 {
    var before = saturatingSum(local, -Self.margin)
    var after = saturatingSum(local, Self.margin)
    let early = shift(at: before)
    let late = shift(at: after)
    if early == late { return saturatingSum(local, -early) }
    // The change lies between.
    while after - before > 1 {
      let middle = before + (after - before) / 2
      if shift(at: middle) == early { before = middle } else { after = middle }
    }
    let unchanged = saturatingSum(local, -early)
    return unchanged < after ? unchanged : max(after, saturatingSum(local, -late))
  }
}

extension Operator {
  /// The cut that an operation asks for, its constants evaluated.
  func cut(of window: WindowOperation) throws(RunFailure) -> WindowCut {
    let shape: WindowCut.Shape
    switch window.shape {
    case .tumbling(let length, nil):
      shape = .tumbling(try positive(length, "the length of `tumbling`"))
    case .tumbling(let length, let zone?):
      let days = try positive(length, "the length of `tumbling`")
      guard days % CivilCalendar.microsecondsPerDay == 0 else {
        throw fault(
          "a window in a time zone is of whole days, not \(textOf(duration: days))", at: length.span)
      }
      let column = try constant(zone)
      let name = withExtendedLifetime(column) { column.texts[0].string }
      let (rules, problem) = TimeZoneRules.named(name)
      guard let rules else { throw fault(problem, at: zone.span) }
      shape = .local(days, rules)
    case .sliding(let length, let every):
      let whole = try positive(length, "the length of `sliding`")
      let step = try positive(every, "`every:` of `sliding`")
      guard step <= whole else {
        throw fault(
          "windows of \(textOf(duration: whole)) every \(textOf(duration: step)) leave gaps between them",
          at: every.span)
      }
      shape = .sliding(whole, every: step, pane: greatestCommonDivisor(whole, step))
    case .session(let gap): shape = .session(gap: try positive(gap, "`gap:` of `session`"))
    }
    let lateness = try duration(window.lateness)
    if lateness < 0, let place = window.lateness {
      throw fault("`lateness:` is zero or more, not \(textOf(duration: lateness))", at: place.span)
    }
    return WindowCut(shape: shape, lateness: lateness)
  }

  private func positive(_ expression: TypedExpression, _ what: String) throws(RunFailure) -> Int64 {
    let value = try duration(expression)
    guard value > 0 else {
      throw fault("\(what) is more than nothing, not \(textOf(duration: value))", at: expression.span)
    }
    return value
  }
}

private func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
  b == 0 ? a : greatestCommonDivisor(b, a % b)
}
