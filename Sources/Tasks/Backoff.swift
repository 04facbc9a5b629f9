/// The waits between attempts: at random, from the least to three times the last one and never above the most, so
/// that those who failed together do not come back together.
public struct Backoff: Sendable {
  private let bounds: ClosedRange<Int64>
  private var last: Int64

  /// - Parameter bounds: In microseconds; without them there is no wait.
  public init(_ bounds: ClosedRange<Int64>?) {
    self.bounds = bounds ?? 0...0
    last = self.bounds.lowerBound
  }

  /// The wait before the next attempt.
  public mutating func next() -> Duration {
    let most = min(bounds.upperBound, last.multipliedReportingOverflow(by: 3).partialValue)
    last = Int64.random(in: bounds.lowerBound...max(bounds.lowerBound, most))
    return .microseconds(last)
  }
}
