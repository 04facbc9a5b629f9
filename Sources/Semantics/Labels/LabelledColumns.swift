import Diagnosing

/// The columns that carry labels, by the place of the operator that reads or gives them. A flow function is
/// at one place in all its calls: a column that is labelled in one of them counts for all.
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

  /// No column carries a label.
  public init() {}

  /// Those of the operator at a place; nil where it has none.
  public subscript(span: Span) -> Entry? { entries[span] }

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
