import Columns
import Engine
import Semantics

extension PipelineArguments {
  /// A value that can't be computed.
  struct Failure: Error {
    /// The parameter.
    let name: String
    let reason: RowFailure
  }

  /// The values, a column of one row each.
  func columns() throws(Failure) -> [(local: Local, value: Column)] {
    var values: [(local: Local, value: Column)] = []
    for argument in arguments {
      do throws(RowFailure) {
        let value = try ExpressionCompiler(parameters: values).evaluateConstant(argument.value)
        values.append((argument.parameter, value))
      } catch {
        throw Failure(name: argument.parameter.name, reason: error)
      }
    }
    return values
  }
}
