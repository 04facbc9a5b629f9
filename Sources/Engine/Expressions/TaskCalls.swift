import Columns
import Diagnosing
import Semantics

extension ExpressionContext {
  /// A call of a task for each row that is there: of those whose arguments failed none is made.
  func taskCall(_ task: TypedTask, _ arguments: [Step], _ type: Type, _ span: Span) -> Step {
    guard let tasks = compiler.tasks else {
      preconditionFailure("the backend refuses tasks that nobody calls")
    }
    let isCovered = isCovered
    let zero = Column.zeros(ColumnType(type), count: 1)
    return Step(cost: Step.dear) { scope in
      let data = arguments.map { $0.evaluate(scope) }
      let failed = Set(scope.failures.map(\.row))
      let rows = (0..<Int32(scope.count)).filter { !failed.contains($0) }
      let gathered = Buffer<Int32>(rows)
      let results =
        rows.isEmpty
        ? [] : tasks.call(task, data.map { $0.expanded(to: scope.count).gathered(gathered) })
      var parts = [zero]
      let sources = Buffer<UInt32>(repeating: 0, count: scope.count)
      for (row, result) in zip(rows, results) {
        switch result {
        case .success(let value):
          sources.base[Int(row)] = UInt32(parts.count)
          parts.append(value)
        case .failure(let failure):
          let extent = Extent(count: scope.count, isConstant: false)
          if scope.isQuiet || isCovered {
            scope.fail(extent, Int(row), at: span, failure.message)
          } else {
            scope.fault(extent, Int(row), at: span, failure.message)
          }
        }
      }
      return Datum(.concatenated(parts).gathered(Buffer((0..<scope.count).map { Int32(sources.base[$0]) })))
    }
  }
}
