/// What an operator keeps in memory while it runs.
public enum HeldState: Hashable, Sendable {
  /// The right side of a join, named by the operator that gives it.
  case rightSide(of: String)
  /// One row a group; all values of the groups for the aggregates named.
  case groups(keepingValuesOf: [String])
  /// One key a row.
  case keys
  /// Every row.
  case rows
  /// So many rows; a group each where grouped.
  case greatest(count: String, isGrouped: Bool)
  /// The rows of both sides of a join.
  case bothSides
  /// A value of `scan` or a newest row for each key.
  case state(String)
  /// Something that is forgotten when event time has passed this.
  indirect case until(HeldState, String)

  /// How it grows with the input.
  public enum Growth: String, Hashable, Sendable {
    case constant
    case groups
    case rows
  }

  /// When it is forgotten, in event time; nothing for what is held to the end.
  public var bound: String? {
    if case .until(_, let bound) = self { bound } else { nil }
  }

  /// How it grows with the input.
  public var growth: Growth {
    switch self {
    case .groups(let values): values.isEmpty ? .groups : .rows
    case .greatest(_, let isGrouped): isGrouped ? .groups : .constant
    case .state: .groups
    case .until(let held, _): held.growth
    case .rightSide, .keys, .rows, .bothSides: .rows
    }
  }
}

extension HeldState: CustomStringConvertible {
  /// "one row a group".
  public var description: String {
    switch self {
    case .rightSide(let side): "every row of `\(side)`"
    case .groups(let values) where values.isEmpty: "one row a group"
    case .groups(let values):
      "one row a group and every value of \(values.map { "`\($0)`" }.joined(separator: ", "))"
    case .keys: "one key a row"
    case .rows: "every row"
    case .bothSides: "every row of both sides"
    case .state(let what): "\(what) a key"
    case .until(let held, let bound): "\(held), \(bound)"
    case .greatest(let count, let isGrouped): isGrouped ? "\(count) rows a group" : "\(count) rows"
    }
  }
}
