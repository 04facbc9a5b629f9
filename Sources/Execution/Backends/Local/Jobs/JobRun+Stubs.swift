import Columns
import Engine
import Semantics
import Tasks

extension JobRun {
  /// Does what stands for a task in a test.
  func stub(_ operation: TaskOperation, _ index: Int, _ state: inout State) throws(RunFailure) {
    guard let stub = operation.stub else { preconditionFailure("a task with a stub") }
    var given: [(local: Local, value: Column)] = []
    for (parameter, argument) in zip(stub.parameters, operation.arguments) {
      switch argument {
      case .value(let expression):
        given.append((parameter, try value(of: expression, at: index, state.agenda)))
      case .flow(let input):
        guard case .list(let element) = parameter.type else { preconditionFailure("the rows of a table") }
        let rows = state.given.removeValue(forKey: GraphPart.Table(node: index, input: input)) ?? KeptRows()
        given.append((parameter, .list(of: rows.elements(of: element))))
      }
    }
    do throws(RowFailure) {
      state.agenda.finish(index, value: try state.agenda.evaluate(stub.body, with: given))
    } catch {
      guard operation.isCovered else {
        throw .work(
          node: state.agenda.origins[index], error: TaskFailure("failed: \(error.message(in: graph))"))
      }
      state.agenda.fail(index, error.message(in: graph))
    }
  }
}

extension KeptRows {
  /// All rows as one column.
  func elements(of type: Type) -> Column {
    batches.isEmpty
      ? Column.absent(ColumnType(type), count: 0) : Batch.concatenated(batches).elements(of: type)
  }
}

extension Column {
  /// One row that is the list of all rows of another.
  static func list(of all: Column) -> Column {
    Column(count: 1, storage: .list(offsets: Buffer([0, Int32(all.count)]), values: all))
  }
}
