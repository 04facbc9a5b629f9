import Diagnosing

extension FlowChecker {
  /// A value where a flow is wanted: in a pipeline the elements of a list are rows of a table, and a record, file or
  /// folder is one row.
  func rows(of value: TypedExpression, at span: Span) -> ChainValue {
    let element: Type
    switch value.type {
    case .error: return .broken
    case .list(let inner) where isPipeline: element = inner
    case .record, .row, .file, .directory where isPipeline: element = value.type
    default:
      report(.valueAsFlow(value.type, at: span))
      return .broken
    }
    if value.type.isOpen {
      report(.elementUnknown(at: span))
      return .broken
    }
    let reference = add(.operation(.rows(value)), [], elements: [element], bound: .table, at: span)
    return .flow(FlowValue(reference: reference, element: element, bound: .table))
  }
}
