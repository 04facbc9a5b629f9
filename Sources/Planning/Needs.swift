import Dataflow
import Diagnosing
import Semantics

extension Node {
  /// What a backend must be able to do for it besides having its operator, and where that is asked.
  var needs: [(feature: BackendCapabilities.Feature, span: Span)] {
    var needs: [(feature: BackendCapabilities.Feature, span: Span)] = []
    if isOfJobs { needs.append((.jobs, span)) }
    switch operation {
    case .aggregate(let aggregate): if aggregate.needsTime { needs.append((.eventTime, span)) }
    case .check(let clauses):
      for clause in clauses {
        if case .that(let aggregate) = clause.condition, aggregate.needsTime {
          needs.append((.eventTime, clause.span))
        }
      }
    case .distinct(let distinct): if distinct.within != nil { needs.append((.eventTime, span)) }
    case .join(let join): if join.time != nil { needs.append((.eventTime, span)) }
    case .top(let top): if top.isWindowed { needs.append((.eventTime, span)) }
    default: break
    }
    return needs
  }
}

extension Node {
  /// Whether it gives the value of a job, or is there for one; tasks and `for` are told by their names.
  private var isOfJobs: Bool {
    switch operation {
    case .task, .collect: false
    case .choose, .rows, .fail: true
    default: value != nil
    }
  }
}

extension AggregateOperation {
  /// Whether it goes by event time.
  fileprivate var needsTime: Bool {
    window != nil || calls.contains { $0.function == .first || $0.function == .last }
  }
}
