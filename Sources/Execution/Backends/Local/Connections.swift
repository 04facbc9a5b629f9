import Columns
import Connectors
import Dataflow
import Diagnosing
import Engine
import Formats
import Semantics
import Synthesis

/// The sources and sinks of one run, by the names of their statements.
struct Connections {
  private(set) var sources: [String: any RowSource] = [:]
  private(set) var sinks: [String: any RowSink] = [:]

  /// Why they can't be made.
  struct Problem: Error {
    let diagnostic: Diagnostic
    /// The node that needs it.
    let node: Int
  }

  /// Makes what `graph` reads and writes; nothing is opened yet. Paths are relative to `folder`, and `constants`
  /// evaluates them. What sinks stage is told to `outputs`.
  init(
    _ graph: Graph, in folder: String, constants: ExpressionCompiler, outputs: StagedOutputs
  ) throws(Problem) {
    let needs = SourceNeeds(graph: graph)
    let schemas = SchemaConversion(constants: constants)
    var files = FileUses(folder: folder)
    for (index, node) in graph.nodes.enumerated() {
      var clash: Diagnostic?
      do throws(RowFailure) {
        switch node.operation {
        case .source(let source):
          let element = node.outputs[0].element
          let schema = try schemas.schema(of: element)
          if case .synthetic(let rows, let seed, _) = source.connector {
            let made = try Self.synthetic(rows, seed, schema, element, source.name, node.span, constants)
            switch made {
            case .success(let rows): sources[source.name] = SyntheticSource(rows, needed: needs[source.name])
            case .failure(let problem): clash = problem.diagnostic
            }
            break
          }
          let path = try source.connector.path(constants)
          if let path { clash = files.read(path, source.name, node.span) }
          sources[source.name] = Self.source(
            source.connector, schema, needs[source.name], path: path, folder: folder)
        case .sink(let sink):
          let schema = try schemas.schema(of: graph.element(of: node.inputs[0]))
          let path = try sink.connector.path(constants)
          if let path { clash = files.write(path, sink.name, node.span) }
          let plain = Self.sink(sink.connector, schema, path: path, folder: folder)
          sinks[sink.name] = TrackedSink(sink: plain, outputs: outputs)
        default: break
        }
      } catch {
        throw Problem(
          diagnostic: Diagnostic(
            .failedOperation, "`\(node.name)` can't be set up: \(error.message)", at: error.span,
            label: "fails here"), node: index)
      }
      if let clash { throw Problem(diagnostic: clash, node: index) }
    }
  }

  /// Without a seed each run has other rows.
  private static func synthetic(
    _ rows: TypedExpression, _ seed: TypedExpression?, _ schema: TableSchema, _ element: Type, _ name: String,
    _ span: Span, _ constants: ExpressionCompiler
  ) throws(RowFailure) -> Result<SyntheticRows, Refused> {
    let count = Int(clamping: try constants.evaluateConstant(rows).int64s[0])
    let seed =
      try seed.map { seed throws(RowFailure) in try constants.evaluateConstant(seed).int64s[0] }
      ?? Int64.random(in: .min ... .max)
    do throws(SynthesisProblem) {
      return .success(try SyntheticRows(schema, keys: element.keys, count: count, seed: seed))
    } catch {
      return .failure(Refused(diagnostic: .notSynthesizable(error, "the rows of `\(name)`", at: span)))
    }
  }

  private struct Refused: Error {
    let diagnostic: Diagnostic
  }

  private static func source(
    _ connector: Connector, _ schema: TableSchema, _ needed: [Bool], path: String?, folder: String
  ) -> any RowSource {
    if let path {
      return FileSource(path: path, base: folder, format: connector.format, schema: schema, needed: needed)
    }
    return StandardInputSource(format: connector.format, schema: schema, needed: needed)
  }

  private static func sink(
    _ connector: Connector, _ schema: TableSchema, path: String?, folder: String
  ) -> any RowSink {
    if let path {
      return FileSink(path: path, base: folder, format: connector.format, schema: schema)
    }
    return StandardOutputSink(format: connector.format, schema: schema)
  }
}

/// Which files a run uses, by where their paths lead as far as the text says: a file may be read many times, but
/// what is written is neither written twice nor read.
private struct FileUses {
  private struct Use {
    let name: String
    let span: Span
    let isWritten: Bool
  }

  let folder: String
  private var uses: [String: Use] = [:]

  init(folder: String) { self.folder = folder }

  mutating func read(_ path: String, _ name: String, _ span: Span) -> Diagnostic? {
    use(path, Use(name: name, span: span, isWritten: false))
  }

  mutating func write(_ path: String, _ name: String, _ span: Span) -> Diagnostic? {
    use(path, Use(name: name, span: span, isWritten: true))
  }

  private mutating func use(_ path: String, _ use: Use) -> Diagnostic? {
    let file = file(path)
    guard let other = uses[file] else {
      uses[file] = use
      return nil
    }
    guard use.isWritten || other.isWritten else { return nil }
    return Diagnostic(
      .sharedTarget,
      "`\(use.name)` \(use.isWritten ? "writes" : "reads") `\(path)`, which `\(other.name)` "
        + "\(other.isWritten ? "writes" : "reads") already", at: use.span, label: "uses the same file",
      labels: [Label(other.span, "uses it first")], help: "give each a file of its own")
  }

  private func file(_ path: String) -> String {
    let whole = path.hasPrefix("/") ? path : "\(folder)/\(path)"
    var parts: [Substring] = []
    for part in whole.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
    }
    return (whole.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}

extension Graph {
  /// The type of the elements that an edge carries.
  fileprivate func element(of edge: Edge) -> Type { nodes[edge.node].outputs[edge.port].element }
}

extension Connector {
  /// The path with the pipeline's arguments; none for standard streams.
  fileprivate func path(_ compiler: ExpressionCompiler) throws(RowFailure) -> String? {
    guard let path = constants.first else { return nil }
    return try compiler.evaluateConstant(path).text
  }

  fileprivate var format: RowFormat {
    switch self {
    case .csv(_, let options), .stdin(.csv(let options)), .stdout(.csv(let options)):
      .csv(CSVDialect(options))
    case .jsonLines(_, let options), .stdin(.jsonLines(let options)),
      .stdout(.jsonLines(let options)):
      .jsonLines(refusesUnknown: options.refusesUnknown)
    case .stdin(.table), .stdout(.table): .table
    case .json, .parquet, .lines, .files, .postgres, .kafka, .request, .poll, .dataset, .artifact, .synthetic:
      preconditionFailure("the backend refuses `\(name)` before it runs anything")
    }
  }
}

extension CSVDialect {
  fileprivate init(_ options: CSVOptions) {
    self.init(
      separator: options.separator, hasHeader: options.header, null: options.null,
      quote: options.quote,
      refusesUnknown: options.refusesUnknown)
  }
}

extension Column {
  /// The text of the first row; a view into it would not keep the column alive.
  fileprivate var text: String { withExtendedLifetime(self) { texts[0].string } }
}
