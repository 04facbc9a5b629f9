import Columns
import Diagnosing
import Testing

@testable import Engine
@testable import Semantics

/// Random expressions over random columns: the kernels and a slow evaluator of single values agree, row by row,
/// in values and in what fails.
@Suite struct AgreementTests {
  @Test(arguments: 0..<400)
  func kernelsAgreeWithTheReference(_ seed: Int) throws {
    var generator = Generator(seed: UInt64(seed))
    addFunctions(&generator)
    let inputs = values.map { generator.local($0) }
    let parameter = generator.local(.int)
    let rows = [1, 5, 70, 150][seed % 4]
    let data = inputs.map { input in (0..<rows).map { _ in generator.value(input.type) } }
    let constant = generator.value(.int)
    generator.locals = inputs + [parameter]
    let compiler = ExpressionCompiler(parameters: [(parameter, column([constant], .int))])
    for _ in 0..<6 {
      let type = generator.random.pick(values)
      let expression = generator.expression(type, 1 + generator.random.below(5))
      let kernel = compiler.compile(expression, inputs: inputs)
      let result = kernel.evaluate(Frame(count: rows, zip(data, inputs).map { column($0, $1.type) }))
      let output = result.column
      #expect(output.count == rows)
      var failures: [Int: RowFailure.Kind] = [:]
      for failure in result.failures?.entries ?? [] { failures[Int(failure.row)] = failure.kind }
      for row in 0..<rows {
        var locals = [parameter.id: constant]
        for (index, input) in inputs.enumerated() { locals[input.id] = data[index][row] }
        let expected: Result<Single, Failed> = Result { () throws(Failed) in
          try SlowEvaluator(locals: locals).evaluate(expression)
        }
        let found: Result<Single, Failed> =
          failures[row].map { .failure(Failed(kind: $0)) } ?? .success(Single(output, row, type))
        if expected != found {
          Issue.record("row \(row): expected \(expected), found \(found) of \(described(expression))")
          return
        }
      }
    }
  }

  /// Functions that call each other, of several types.
  private func addFunctions(_ generator: inout Generator) {
    for (index, result) in ([.int, .string, .optional(.int), .bool, .decimal, .list(.int), pair] as [Type])
      .enumerated()
    {
      let parameters = (0..<1 + index % 3).map { _ in generator.local(generator.random.pick(values)) }
      generator.locals = parameters
      let body = generator.expression(result, 3)
      let function = TypedFunction(
        name: "f\(index)", parameters: parameters, defaults: parameters.map { _ in nil }, result: result,
        isFallible: true, span: span)
      function.body = body
      generator.functions.append(function)
    }
  }
}

/// An expression in a shape that a person can read.
func described(_ expression: TypedExpression) -> String {
  func all(_ parts: [TypedExpression]) -> String { parts.map { described($0) }.joined(separator: ", ") }
  switch expression.kind {
  case .literal(let literal): return "\(Single(literal))"
  case .local(let local): return "\(local.name):\(local.type)"
  case .field(let base, let index): return "\(described(base)).\(index)"
  case .construct(let fields): return "row{\(all(fields))}"
  case .list(let items): return "[\(all(items))]"
  case .map(let entries): return "map[\(entries.map { "\(described($0.key)): \(described($0.value))" })]"
  case .task(let task, let arguments): return "\(task.name)(\(all(arguments)))"
  case .secret(let name): return "secret(\(name))"
  case .some(let value): return "some(\(described(value)))"
  case .rewrap(let value): return described(value)
  case .not(let value): return "!(\(described(value)))"
  case .negate(let value): return "-(\(described(value)))"
  case .binary(let symbol, let a, let b): return "(\(described(a)) \(symbol.rawValue) \(described(b)))"
  case .call(let function, let arguments):
    return "\(function.name)(\(all(arguments)))=>{\(function.body.map { described($0) } ?? "")}"
  case .builtin(let builtin, let arguments, let lambdas):
    let bodies = lambdas.map { "\($0.parameters[0].name) -> \(described($0.body))" }
    return "\(builtin.rawValue)(\(all(arguments))\(bodies))"
  case .conditional(let c, let a, let b): return "if \(described(c)) {\(described(a))} else {\(described(b))}"
  case .ifPresent(let local, let value, let a, let b):
    return "if let \(local.name) = \(described(value)) {\(described(a))} else {\(described(b))}"
  case .match(let subject, let arms):
    return "match \(described(subject)) {\(arms.map { "\($0.patterns) -> \(described($0.value))" })}"
  case .cover(let a, let b): return "(\(described(a)) else \(described(b)))"
  case .fail(let message): return "fail(\(described(message)))"
  case .bind(let local, let value, let body):
    return "let \(local.name) = \(described(value)) in \(described(body))"
  case .interpolation(let parts): return "text(\(all(parts)))"
  case .range(let a, let b, let isInclusive):
    return "(\(described(a))\(isInclusive ? ".." : "..<")\(described(b)))"
  case .error: return "error"
  }
}
