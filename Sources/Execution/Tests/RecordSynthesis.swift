import Compiler
import Connectors
import Diagnosing
import Engine
import Formats
import Semantics
import Synthesis

/// Made rows of a record, as text.
public struct RecordSynthesis: Sendable {
  /// Rows that are in memory at once.
  private static let rowsAtOnce = 8192

  /// Findings of the check that don't stand in the way.
  public let warnings: [Diagnostic]
  /// The texts that findings point into.
  public let sources: SourceMap
  private let rows: SyntheticRows
  private let writer: Writer

  private enum Writer: Sendable {
    case csv(CSVWriter)
    case jsonLines(JSONLinesWriter)
  }

  /// Checks the program `file` and finds out how to make rows of `record`.
  public init(
    of record: String, in file: String, rows: Int, seed: Int64, isCSV: Bool, _ invocation: Invocation
  ) async throws(Refusal) {
    let compilation = try await ProgramFinder(invocation).compile([file])
    var sources = compilation.sources
    let line = invocation.source(in: &sources)
    if compilation.diagnostics.hasErrors { throw Refusal(compilation.diagnostics, sources) }
    let module = compilation.modules[0]
    guard let type = Self.record(record, in: module) else {
      throw Refusal([Self.unknown(record, file, module, at: line.span(of: record))], sources)
    }
    let schema: TableSchema
    do throws(RowFailure) {
      schema = try SchemaConversion(constants: ExpressionCompiler()).schema(of: .record(type))
    } catch {
      throw Refusal(
        [Diagnostic(.failedTestValue, error.message, at: error.span, label: "fails here")], sources)
    }
    if isCSV, let nested = schema.columns.first(where: { !$0.type.isScalar }) {
      throw Refusal(
        [
          Diagnostic(
            .notSynthesizable, "CSV holds no nested values, and `\(nested.name)` of `\(type.name)` is one",
            at: line.span(of: record), label: "not flat", fixes: [Fix("add `--format jsonl`")])
        ], sources)
    }
    do throws(SynthesisProblem) {
      self.rows = try SyntheticRows(schema, keys: Type.record(type).keys, count: rows, seed: seed)
    } catch {
      throw Refusal(
        [.notSynthesizable(error, "rows of `\(type.name)`", at: line.span(of: record))], sources)
    }
    writer = isCSV ? .csv(CSVWriter(schema: schema)) : .jsonLines(JSONLinesWriter(schema: schema))
    warnings = compilation.diagnostics
    self.sources = sources
  }

  /// The record that a name stands for in a file: `Order`, `types.Order`.
  private static func record(_ name: String, in module: Module) -> RecordType? {
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    switch module.symbols[parts.first ?? ""] {
    case .record(let record)? where parts.count == 1: return record
    case .namespace(let other)? where parts.count == 2:
      if case .record(let record)? = other.symbols.declared(parts[1]) { return record }
    default: break
    }
    return nil
  }

  private static func unknown(
    _ name: String, _ file: String, _ module: Module, at span: Span
  ) -> Diagnostic {
    let records = module.symbols.names.filter {
      if case .record? = module.symbols[$0] { true } else { false }
    }
    .sorted()
    let meant = Suggestion.nearest(to: name, among: records)
    return Diagnostic(
      .unknownRecord, "`\(file)` has no record `\(name)`", at: span,
      label: meant.map { "did you mean `\($0)`?" } ?? "not a record",
      help: records.isEmpty
        ? "it declares and imports no records"
        : "it has \(records.map { "`\($0)`" }.joined(separator: ", "))",
      fixes: meant.map { [Fix("write `\($0)`", isSafe: true, edits: [Edit(span, $0)])] } ?? [])
  }

  /// Gives the text piece by piece.
  public func write(to output: ([UInt8]) -> Void) throws {
    if case .csv(let writer) = writer { output(writer.header()) }
    var start = 0
    while start < rows.count {
      let end = min(start + Self.rowsAtOnce, rows.count)
      let batch = rows.batch(start..<end)
      switch writer {
      case .csv(let writer): output(try writer.encode(batch))
      case .jsonLines(let writer): output(try writer.encode(batch))
      }
      start = end
    }
  }
}
