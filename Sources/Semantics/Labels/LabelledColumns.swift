import Diagnosing

/// What the runtime must not show: columns that carry labels, by the place of the operator that reads or gives
/// them, and what expressions over labelled values tell when they fail. A function is at one place in all its
/// calls: what is labelled in one of them counts for all.
public struct LabelledColumns: Sendable {
  /// Those of one operator.
  public struct Entry: Hashable, Sendable {
    /// Of each flow that it reads.
    public fileprivate(set) var inputs: [Set<Int>] = []
    /// Of each flow that it gives.
    public fileprivate(set) var results: [Set<Int>] = []
  }

  /// Stands for every column.
  public static let all = -1

  private var entries: [Span: Entry] = [:]
  /// Expressions over labelled values.
  var expressions: Set<Span> = []
  /// Bodies of functions that were given labelled values.
  var bodies: Set<Span> = []

  /// No column carries a label.
  public init() {}

  /// Whether nothing carries a label.
  public var isEmpty: Bool { entries.isEmpty && expressions.isEmpty && bodies.isEmpty }

  /// Those of the operator at a place; nil where it has none.
  public subscript(span: Span) -> Entry? { entries[span] }

  /// Whether the failure of the expression at a place may tell a labelled value.
  public func hidesFailure(at span: Span) -> Bool {
    if expressions.contains(span) { return true }
    return bodies.contains { $0.file == span.file && $0.start <= span.start && span.end <= $0.end }
  }

  mutating func add(_ step: FlowStep, inputs: [LabelShape], results: [LabelShape]) {
    if inputs.allSatisfy(\.isEmpty), results.allSatisfy(\.isEmpty) { return }
    var entry = entries[step.span] ?? Entry()
    entry.inputs.merge(inputs.map(\.labelledColumns))
    entry.results.merge(results.map(\.labelledColumns))
    entries[step.span] = entry
  }
}

extension [Set<Int>] {
  fileprivate mutating func merge(_ others: [Set<Int>]) {
    for (index, other) in others.enumerated() {
      if index < count { self[index].formUnion(other) } else { append(other) }
    }
  }
}
