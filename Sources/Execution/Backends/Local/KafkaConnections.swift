import Columns
import Connectors
import Dataflow
import Engine
import Formats
import Semantics

/// Makes the ends of a run that are topics, out of what the program says.
struct KafkaConnections {
  /// Evaluates what is constant; it knows the secrets.
  let constants: ExpressionCompiler

  /// The messages of a topic.
  /// - Parameter element: What the flow holds.
  func source(
    _ options: KafkaOptions, _ schema: TableSchema, of element: Type, needed: [Bool]?
  ) throws(RowFailure) -> KafkaSource {
    KafkaSource(
      url: try text(options.url), topic: try text(options.topic), group: try text(options.group),
      format: options.format.messages, schema: schema,
      headers: element.headers, needed: needed)
  }

  /// A topic to write into.
  /// - Parameter element: What the flow holds.
  func sink(
    _ options: KafkaOptions, _ sink: SinkOperation, _ schema: TableSchema, of element: Type
  ) throws(RowFailure) -> KafkaSink {
    let write: KafkaSink.Write
    if case .upsert(let key, let delete) = sink.write {
      write = .upsert(
        by: try column(key, of: element),
        delete: try delete.map { delete throws(RowFailure) in try column(delete, of: element) })
    } else {
      write = .append(key: try options.key.map { key throws(RowFailure) in try column(key, of: element) })
    }
    return KafkaSink(
      name: sink.name, url: try text(options.url), topic: try text(options.topic),
      format: options.format.messages, schema: schema, headers: element.headers,
      write: write)
  }

  /// What a lambda gives for each row.
  private func column(_ lambda: TypedLambda, of element: Type) throws(RowFailure) -> ComputedColumn {
    let kernel = constants.compile(lambda)
    let field = try SchemaConversion(constants: constants).field("key", of: kernel.type)
    return ComputedColumn(field) { batch in
      let values = kernel.evaluate(batch, element: element)
      if let failure = values.failures?.entries.first {
        throw RowFault(
          position: batch.tags?.origin?.position(of: Int(failure.row)) ?? "",
          message: "its key can't be computed: \(failure.message)")
      }
      return values.column
    }
  }

  private func text(_ constant: TypedExpression?) throws(RowFailure) -> String? {
    try constant.map { constant throws(RowFailure) in try text(constant) }
  }

  /// The text of a constant; a view into the column would not keep it alive.
  private func text(_ constant: TypedExpression) throws(RowFailure) -> String {
    let column = try constants.evaluateConstant(constant)
    return withExtendedLifetime(column) { column.texts[0].string }
  }
}

extension Type {
  /// The names of the headers that fields stand in, by the number of the field.
  fileprivate var headers: [Int: String] {
    guard case .record(let record) = self else { return [:] }
    var names: [Int: String] = [:]
    for (index, field) in record.fields.enumerated() {
      if case .header(let name)? = field.requestPart { names[index] = name }
    }
    return names
  }
}

extension KafkaOptions.Format {
  fileprivate var messages: MessageFormat {
    switch self {
    case .json: .json
    case .bytes: .bytes
    }
  }
}
