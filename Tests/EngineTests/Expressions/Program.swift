import Columns
import Diagnosing
import Semantics
import Syntax
import Testing

@testable import Engine

/// A function of a program's text, checked and compiled: the arguments are columns.
struct Compiled {
  let kernel: Kernel
  let parameters: [Local]

  /// Compiles the last function of `source`.
  init(_ source: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    var map = SourceMap()
    let parsed = parse(map.add(path: "test.thal", bytes: Array(source.utf8)))
    let program = declare([ModuleInput(path: "test.thal", program: parsed.program)])
    var diagnostics = parsed.diagnostics + program.diagnostics
    for index in program.functions.indices { diagnostics += program.checkFunction(index) }
    try #require(
      !diagnostics.hasErrors, "\(diagnostics.map(\.message)) in \(source)", sourceLocation: sourceLocation)
    let function = try #require(program.functions.last?.target, sourceLocation: sourceLocation)
    let body = try #require(function.body, sourceLocation: sourceLocation)
    kernel = ExpressionCompiler().compile(body, inputs: function.parameters)
    parameters = function.parameters
  }

  /// The value or the failure of each row; a row has a value for each parameter.
  func run(_ rows: [[Single]]) -> [Outcome] {
    let columns = parameters.indices.map { index in column(rows.map { $0[index] }, parameters[index].type) }
    let result = kernel.evaluate(Frame(count: rows.count, columns))
    var outcomes = (0..<rows.count).map { Outcome.value(Single(result.column, $0, kernel.type)) }
    for failure in result.failures?.entries ?? [] {
      outcomes[Int(failure.row)] =
        failure.kind == .fault ? .fault(failure.message) : .failure(failure.message)
    }
    return outcomes
  }

  /// Of one row.
  func run(_ row: Single...) -> Outcome { run([row])[0] }
}

/// What a row ends with.
enum Outcome: Equatable {
  case value(Single)
  case failure(String)
  case fault(String)
}
