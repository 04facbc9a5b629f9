import Columns
import Dataflow
import Diagnosing
import Engine
import JobStore
import Semantics

extension CompiledFile {
  /// A scheduled pipeline with the arguments that follow from a time.
  func scheduled(_ name: String?, at time: Moment) throws(Refusal) -> RunnablePipeline {
    let open = try pipeline(name, given: [], isPartial: true)
    return try pipeline(open.graph.name, given: try open.scheduleArguments(at: time), isPartial: false)
  }
}

extension RunnablePipeline {
  /// The parameters that `args:` of the schedule gives at a time, as `-p` takes them.
  func scheduleArguments(at time: Moment) throws(Refusal) -> [String] {
    guard let lambda = graph.run.schedule?.arguments else { return [] }
    let body = lambda.body
    let moment = TypedExpression(.literal(.timestamp(time.microseconds)), .timestamp, body.span)
    let row: Column
    do throws(RowFailure) {
      let value = try ExpressionCompiler().evaluateConstant(moment)
      row = try ExpressionCompiler(parameters: [(lambda.parameters[0], value)]).evaluateConstant(body)
    } catch {
      throw Refusal(
        [
          Diagnostic(
            .failedOperation, "the arguments of the time \(time) can't be computed: \(error.message)",
            at: error.span, label: "fails here")
        ], sources)
    }
    var texts: [String] = []
    for ((name, type), column) in zip(body.type.rowFields, row.fields) {
      guard let text = ArgumentValue.text(column, type) else {
        throw Refusal(
          [
            Diagnostic(
              .scheduleArguments, "the parameter `\(name)` is a `\(type)`, which no schedule can give yet",
              at: body.span, label: "gives `\(name)`", help: "leave it to a default")
          ], sources)
      }
      texts.append("\(name)=\(text)")
    }
    return texts
  }
}

extension Type {
  fileprivate var rowFields: [(name: String, type: Type)] {
    switch self {
    case .row(let row): Array(zip(row.names, row.types))
    case .record(let record): record.fields.map { ($0.name, $0.type) }
    default: []
    }
  }
}

extension ArgumentValue {
  /// The text that `read` would take for the value of a column of one row; nil where it takes none.
  fileprivate static func text(_ column: Column, _ type: Type) -> String? {
    guard column.isPresent(0) else { return "none" }
    return switch type {
    case .optional(let inner): text(column, inner)
    case .distinct(let distinct): text(column, distinct.raw)
    case .string: withExtendedLifetime(column) { column.texts[0].string }
    case .bool: text(.bool(column.bits[0]), type)
    case .int: text(.int(column.int64s[0]), type)
    case .float: text(.float(column.floats[0]), type)
    case .decimal: text(.decimal(column.int128s[0]), type)
    case .date: text(.date(column.int32s[0]), type)
    case .timestamp: text(.timestamp(column.int64s[0]), type)
    case .duration: text(.duration(column.int64s[0]), type)
    case .uuid: text(.uuid(UInt128(bitPattern: column.int128s[0])), type)
    case .enumeration: text(.enumCase(Int(column.int32s[0])), type)
    default: nil
    }
  }
}
