import Columns
import Semantics

/// The rows that one call of a task is given: one, or with `batch` several as a list.
struct RowCall: Sendable {
  let arguments: [TaskArgument]
  /// The type of what it gives.
  let result: Type
  /// How many rows; nil where one is given as it is.
  let count: Int?

  /// The calls for all rows of these columns.
  static func calls(of task: TypedTask, _ arguments: [Column]) -> [RowCall] {
    let types = task.parameters.map(\.local.type)
    let rows = arguments.first?.count ?? 0
    guard let size = task.options.batch?.size else {
      return (0..<rows).map { row in
        RowCall(
          arguments: zip(arguments, types).map { .value($0.sliced(row..<row + 1), $1) }, result: task.result,
          count: nil)
      }
    }
    var calls: [RowCall] = []
    var start = 0
    while start < rows {
      // What comes after the record is the same for all rows of a call.
      var end = start + 1
      while end < rows, end - start < size,
        arguments.dropFirst().allSatisfy({ $0.isEqual(start, to: $0, end) })
      { end += 1 }
      let given = zip(arguments, types).enumerated().map { place, argument in
        place == 0
          ? TaskArgument.value(.listOfAll(argument.0.sliced(start..<end)), .list(argument.1))
          : .value(argument.0.sliced(start..<start + 1), argument.1)
      }
      calls.append(RowCall(arguments: given, result: .list(task.result), count: end - start))
      start = end
    }
    return calls
  }

  /// What each of the rows gets of a call's result.
  func rows(of result: Result<Column, TaskFailure>) -> [Result<Column, TaskFailure>] {
    guard let count else { return [result] }
    switch result {
    case .failure(let failure): return Array(repeating: .failure(failure), count: count)
    case .success(let list):
      let (offsets, values) = list.lists
      let range = Int(offsets[0])..<Int(offsets[1])
      guard range.count == count else {
        let failure = TaskFailure(
          "gave \(range.count) results for the \(count) rows of a batch",
          help: "with `batch` it is given a list, and gives a list of as many results, in the same order")
        return Array(repeating: .failure(failure), count: count)
      }
      return range.map { .success(values.sliced($0..<$0 + 1)) }
    }
  }
}

extension Column {
  fileprivate static func listOfAll(_ values: Column) -> Column {
    Column(count: 1, storage: .list(offsets: Buffer([0, Int32(values.count)]), values: values))
  }
}
