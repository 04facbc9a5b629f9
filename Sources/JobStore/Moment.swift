import Foundation

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
public struct Moment: Hashable, Sendable, Comparable {
  /// Microseconds since 1970.
  public let microseconds: Int64

  /// Makes a moment.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// What the machine's clock says.
  public static var now: Moment {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Moment(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  /// Earlier first.
  public static func < (left: Moment, right: Moment) -> Bool { left.microseconds < right.microseconds }

  /// The seconds from an earlier moment to this one.
  public func seconds(since earlier: Moment) -> Double {
    Double(microseconds - earlier.microseconds) / 1_000_000
  }

  /// The moment that many seconds later.
  public func advanced(bySeconds seconds: Int64) -> Moment {
    Moment(microseconds: microseconds + seconds * 1_000_000)
  }
}

extension Moment: CustomStringConvertible {
  /// `2026-01-31T08:00:00.123Z`, in UTC.
  public var description: String {
    var seconds = time_t(microseconds / 1_000_000)
    var rest = microseconds % 1_000_000
    if rest < 0 {
      rest += 1_000_000
      seconds -= 1
    }
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let date =
      "\(Self.padded(Int(parts.tm_year) + 1900, 4))-\(Self.padded(Int(parts.tm_mon) + 1, 2))-"
      + Self.padded(Int(parts.tm_mday), 2)
    let time = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { Self.padded(Int($0), 2) }.joined(
      separator: ":")
    return "\(date)T\(time).\(Self.padded(Int(rest / 1000), 3))Z"
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(width - digits.count, 0)) + digits
  }
}
