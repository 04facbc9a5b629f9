import Diagnosing

extension FlowChecker {
  /// A value where a flow is wanted: in a pipeline the elements of a list are rows of a table, and a record, file or
  /// folder is one row.
  func rows(of value: TypedExpression, at span: Span) -> ChainValue {
    let element: Type
    switch value.type {
    case .error, .list(.error): return .broken
    case .list(let inner): element = inner
    case .record, .row, .file, .directory: element = value.type
    default: element = .error
    }
    guard isPipeline, element != .error else {
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
