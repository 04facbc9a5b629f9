import Execution

/// Finds what answers at a path. Parts in braces stand for one segment each, and give way to written ones.
struct RouteTable<Target: Sendable>: Sendable {
  /// What is found.
  enum Match {
    /// The target, and the text of each part in braces, in order.
    case found(Target, [Substring])
    /// The path is known, but not with this method.
    case wrongMethod(allowed: [String])
    case nothing
  }

  private struct Route {
    let segments: [Segment]
    var targets: [(method: String, target: Target)]
  }

  private enum Segment: Equatable {
    case written(String)
    case part
  }

  private var literal: [String: [(method: String, target: Target)]] = [:]
  private var patterns: [Route] = []

  /// Adds a route; the target that answers there already, if any.
  mutating func add(_ method: String, _ path: String, _ target: Target) -> Target? {
    let segments = Self.segments(of: path[...]).map { segment in
      segment.hasPrefix("{") ? Segment.part : .written(String(segment))
    }
    guard segments.contains(.part) else {
      if let taken = literal[path]?.first(where: { $0.method == method }) { return taken.target }
      literal[path, default: []].append((method, target))
      return nil
    }
    guard let index = patterns.firstIndex(where: { $0.segments == segments }) else {
      patterns.append(Route(segments: segments, targets: [(method, target)]))
      // Where two patterns fit, the one whose first difference is written is meant.
      patterns.sort { left, right in
        for (a, b) in zip(left.segments, right.segments) where a != b { return b == .part }
        return false
      }
      return nil
    }
    if let taken = patterns[index].targets.first(where: { $0.method == method }) { return taken.target }
    patterns[index].targets.append((method, target))
    return nil
  }

  func find(_ method: String, _ path: Substring) -> Match {
    if let targets = literal[String(path)] { return choose(method, targets, []) }
    let segments = Self.segments(of: path)
    for route in patterns where route.segments.count == segments.count {
      let fits = zip(route.segments, segments).allSatisfy { pattern, segment in
        switch pattern {
        case .written(let text): text == segment
        case .part: !segment.isEmpty
        }
      }
      if fits {
        let parts = zip(route.segments, segments).filter { $0.0 == .part }.map(\.1)
        return choose(method, route.targets, parts)
      }
    }
    return .nothing
  }

  private func choose(
    _ method: String, _ targets: [(method: String, target: Target)], _ parts: [Substring]
  ) -> Match {
    if let found = targets.first(where: { $0.method == method }) { return .found(found.target, parts) }
    return .wrongMethod(allowed: targets.map(\.method))
  }

  private static func segments(of path: Substring) -> [Substring] {
    path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
  }
}
