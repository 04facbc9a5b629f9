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
  /// Those that end.
  private(set) var sources: [String: any RowSource] = [:]
  /// Those that do not.
  private(set) var streams: [String: any StreamSource] = [:]
  /// Of a batch.
  private(set) var sinks: [String: any RowSink] = [:]
  /// Of a stream or service.
  private(set) var epochSinks: [String: any EpochSink] = [:]
  private var files: FileUses

  /// Why they can't be made.
  struct Problem: Error {
    let diagnostic: Diagnostic
    /// The node that needs it.
    let node: Int
  }

  /// What a test gives and takes in memory. Each pass of a `for` writes to the sink of its statement.
  init(_ graph: Graph, given: [String: any RowSource], captured: [String: any RowSink]) {
    files = FileUses(folder: "")
    sources = given
    for case .sink(let sink) in graph.nodes.map(\.operation) {
      sinks[sink.name] = captured[String(sink.name.prefix { $0 != "[" })]
    }
  }

  /// Makes what `graph` reads and writes; nothing is opened yet. Paths are relative to `folder`, and `constants`
  /// evaluates them. What sinks stage is told to `outputs`, and `warn` what is amiss while they work. `earlier` are
  /// those of another part of the same run, which may not use the same files.
  init(
    _ graph: Graph, in folder: String, constants: ExpressionCompiler, outputs: StagedOutputs,
    after earlier: Connections? = nil, warn: @escaping @Sendable (String) -> Void = { _ in }
  ) throws(Problem) {
    let needs = SourceNeeds(graph: graph)
    let schemas = SchemaConversion(constants: constants)
    let postgres = PostgresConnections(constants: constants)
    let kafka = KafkaConnections(constants: constants)
    files = earlier?.files ?? FileUses(folder: folder)
    for (index, node) in graph.nodes.enumerated() {
      var clash: Diagnostic?
      do {
        switch node.operation {
        case .source(let source):
          // The rows of a call come with it.
          if case .request = source.connector { break }
          let element = node.outputs[0].element
          let schema = try schemas.schema(of: element)
          let isStream = node.outputs[0].bound == .stream
          if case .synthetic(let rows, let seed, let rate) = source.connector {
            let made = try Self.synthetic(rows, seed, schema, element, source.name, node.span, constants)
            switch made {
            case .success(let rows):
              if isStream, let rate {
                let rate = Int(clamping: try constants.evaluateConstant(rate).int64s[0])
                streams[source.name] = SyntheticStream(rows, rate: rate, needed: needs[source.name])
              } else {
                sources[source.name] = SyntheticSource(rows, needed: needs[source.name])
              }
            case .failure(let problem): clash = problem.diagnostic
            }
            break
          }
          if case .kafka(let options) = source.connector {
            streams[source.name] = try kafka.source(
              options, schema, of: element, needed: needs[source.name])
            break
          }
          if case .poll(let url, let every) = source.connector {
            streams[source.name] = PollSource(
              url: try constants.evaluateConstant(url).text,
              every: .microseconds(try constants.evaluateConstant(every).int64s[0]), schema: schema
            ) { [name = source.name] failure in
              // Those that follow say no more.
              if failure.count == 1 { warn("the source `\(name)` gives nothing now: \(failure.message)") }
            }
            break
          }
          if case .postgres(let options) = source.connector {
            sources[source.name] = try postgres.source(options, schema, needed: needs[source.name])
            break
          }
          let path = try source.connector.path(constants)
          if let path { clash = files.read(path, source.name, node.span) }
          if isStream {
            streams[source.name] = try Self.stream(
              source, schema, needs[source.name], path: path, folder: folder, constants)
          } else {
            sources[source.name] = Self.source(
              source.connector, schema, needs[source.name], path: path, folder: folder)
          }
        case .sink(let sink):
          let schema = try schemas.schema(of: graph.element(of: node.inputs[0]))
          if case .postgres(let options) = sink.connector {
            let target = try postgres.target(
              options, schema, sink.write, of: graph.element(of: node.inputs[0]))
            clash = files.write(target, sink.name, node.span)
            if graph.mode == .batch {
              sinks[sink.name] = TrackedSink(
                name: sink.name, sink: PostgresSink(target), outputs: outputs,
                publishesAlways: sink.publishesAlways)
            } else {
              epochSinks[sink.name] = PostgresEpochSink(target, name: sink.name)
            }
            break
          }
          if case .kafka(let options) = sink.connector {
            let topic = try kafka.sink(options, sink, schema, of: graph.element(of: node.inputs[0]))
            if graph.mode == .batch {
              sinks[sink.name] = TrackedSink(
                name: sink.name, sink: topic, outputs: outputs, publishesAlways: sink.publishesAlways)
            } else {
              epochSinks[sink.name] = topic
            }
            break
          }
          let path = try sink.connector.path(constants)
          if let path { clash = files.write(path, sink.name, node.span) }
          if graph.mode == .batch {
            let plain = Self.sink(sink.connector, schema, path: path, folder: folder)
            sinks[sink.name] = TrackedSink(
              name: sink.name, sink: plain, outputs: outputs, publishesAlways: sink.publishesAlways)
          } else {
            epochSinks[sink.name] = Self.epochSink(
              sink, schema, path: path, folder: folder,
              isBounded: graph.nodes[node.inputs[0].node].outputs[node.inputs[0].port].bound == .table)
          }
        default: break
        }
      } catch let problem as PostgresConnections.Problem {
        throw Problem(diagnostic: problem.diagnostic, node: index)
      } catch {
        let failure = error as? RowFailure
        throw Problem(
          diagnostic: Diagnostic(
            .failedOperation, "`\(node.name)` can't be set up: \(failure?.message ?? "\(error)")",
            at: failure?.span ?? node.span, label: "fails here"), node: index)
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

  private static func stream(
    _ source: SourceOperation, _ schema: TableSchema, _ needed: [Bool], path: String?, folder: String,
    _ constants: ExpressionCompiler
  ) throws(RowFailure) -> any StreamSource {
    let format = source.connector.format
    guard let path, let growth = source.growth else {
      return StandardInputSource(format: format, schema: schema, needed: needed)
    }
    return GrowingFiles(
      path: path, base: folder, every: .microseconds(try constants.evaluateConstant(growth.every).int64s[0]),
      until: try growth.until.map { until throws(RowFailure) in try constants.evaluateConstant(until).text },
      format: format, schema: schema, needed: needed)
  }

  private static func epochSink(
    _ sink: SinkOperation, _ schema: TableSchema, path: String?, folder: String, isBounded: Bool
  ) -> any EpochSink {
    guard let path else { return StandardOutputSink(format: sink.connector.format, schema: schema) }
    // All rows of a flow that ends come in the first epoch.
    var replaces = false
    if case .replace(by: nil) = sink.write { replaces = isBounded }
    return EpochFileSink(
      path: path, base: folder, format: sink.connector.format, schema: schema, replaces: replaces)
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

  /// Each sink has a transaction of its own, and two that change a row would wait for each other. What is read is
  /// as it was before.
  mutating func write(_ table: PostgresTarget, _ name: String, _ span: Span) -> Diagnostic? {
    use(table.name, as: "\(table)", Use(name: name, span: span, isWritten: true), what: "table")
  }

  private mutating func use(_ path: String, _ use: Use) -> Diagnostic? {
    self.use(path, as: file(path), use, what: "file")
  }

  private mutating func use(_ shown: String, as file: String, _ use: Use, what: String) -> Diagnostic? {
    guard let other = uses[file] else {
      uses[file] = use
      return nil
    }
    guard use.isWritten || other.isWritten else { return nil }
    return Diagnostic(
      .sharedTarget,
      "`\(use.name)` \(use.isWritten ? "writes" : "reads") `\(shown)`, which `\(other.name)` "
        + "\(other.isWritten ? "writes" : "reads") already", at: use.span, label: "uses the same \(what)",
      labels: [Label(other.span, "uses it first")], help: "give each a \(what) of its own")
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
