import JobStore
import Semantics

extension ScheduleStore {
  /// The schedules of a queue, by their fields and the zones of this machine.
  public init(_ queue: RunQueue, of namespace: String = RunRecord.defaultNamespace) {
    self.init(queue, of: namespace) { clock, last, now in
      guard let times = try? CronTimes(clock.expression, zone: clock.zone) else { return nil }
      return times.due(
        RunOptions.Schedule.Missed(rawValue: clock.missed) ?? .latest, after: last, now: now)
    }
  }
}

extension CronTimes {
  /// So many runs are made at a time: of more that were missed the others follow.
  static let most = 100
  /// A time counts as missed when nobody has come by for so many seconds.
  static let patience: Int64 = 60

  /// What is to be done at `now` about the times after `last`.
  func due(
    _ policy: RunOptions.Schedule.Missed, after last: Moment, now: Moment
  ) -> ScheduleStore.Due {
    var due = ScheduleStore.Due(done: max(last, now))
    guard let first = next(after: last.seconds) else { return due }
    let now = now.seconds
    var time: Int64? = first
    if first <= now {
      switch policy {
      case .all: break
      case .latest: time = latest(through: now, from: first)
      case .skip: if first < now - Self.patience { time = next(after: now - Self.patience - 1) }
      }
      let end = time.map { min($0, now + 1) } ?? now + 1
      if first < end { due.missed = Moment(seconds: first)..<Moment(seconds: end) }
    }
    while let fire = time, fire <= now {
      if due.runs.count == Self.most {
        due.done = due.runs[Self.most - 1]
        break
      }
      due.runs.append(Moment(seconds: fire))
      time = next(after: fire)
    }
    due.next = time.map { Moment(seconds: $0) }
    return due
  }

  /// The last time through `end`; `first` is one of them. Looks at ever longer spans before the end.
  private func latest(through end: Int64, from first: Int64) -> Int64 {
    var span: Int64 = 3600
    var latest = first
    while end - span > first {
      if let found = next(after: end - span), found <= end {
        latest = found
        break
      }
      span *= 2
    }
    while let later = next(after: latest), later <= end { latest = later }
    return latest
  }
}

extension Moment {
  init(seconds: Int64) { self.init(microseconds: seconds * 1_000_000) }

  /// Whole seconds since 1970.
  var seconds: Int64 { microseconds / 1_000_000 - (microseconds % 1_000_000 < 0 ? 1 : 0) }
}
