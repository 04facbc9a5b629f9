import Semantics

extension Graph: CustomStringConvertible {
  /// One line a node: its name, what it does, its inputs and the types of its results.
  public var description: String {
    var text = "graph \(name)"
    if !parameters.isEmpty {
      let list = parameters.map { parameter in
        let value = parameter.defaultValue.map { " = \($0.text)" } ?? ""
        return "\(parameter.local.name): \(parameter.local.type)\(value)"
      }
      text += "(\(list.joined(separator: ", ")))"
    }
    for node in nodes { text += "\n\(line(of: node))" }
    return text + "\n"
  }

  private func line(of node: Node) -> String {
    let inputs = node.inputs.map { edge in
      nodes[edge.node].name + (edge.port == 0 ? "" : "#\(edge.port)")
    }
    var text = "\(node.name) = \(node.operation.name)"
    if !inputs.isEmpty { text += " \(inputs.joined(separator: ", "))" }
    let details = node.operation.details
    if !details.isEmpty { text += " \(details)" }
    if !node.outputs.isEmpty { text += ": \(node.outputs.map(\.description).joined(separator: ", "))" }
    return text
  }
}

extension FlowType: CustomStringConvertible {
  /// The type as it is written: `Table<Order>`.
  public var description: String {
    switch bound {
    case .table: "Table<\(element)>"
    case .stream: "Stream<\(element)>"
    case .request: "Request<\(element)>"
    }
  }
}

extension Operation {
  /// What the operator's arguments say.
  public var details: String {
    switch self {
    case .source(let source): return source.connector.text
    case .sink(let sink): return sink.connector.text + (sink.isOrdered ? " in order" : "")
    case .map(let lambda), .filter(let lambda), .flatMap(let lambda): return "(\(lambda.text))"
    case .tryMap(let lambda, let failed):
      switch failed {
      case .bound: return "(\(lambda.text))"
      case .discard: return "(\(lambda.text)) failed discard"
      case .fail: return "(\(lambda.text)) failed fail"
      }
    case .union, .discard: return ""
    case .distinct(let key): return key.map { "by (\($0.text))" } ?? ""
    case .join(let join): return join.text
    case .aggregate(let aggregate): return aggregate.text
    case .top(let top):
      let group = top.group.map { "of (\($0.text)) " } ?? ""
      return "\(group)\(top.count.text) \(top.keys.text)\(top.keepsTies ? " keeping ties" : "")"
    case .sort(let keys): return keys.text
    case .limit(let count): return count.text
    case .sample(let fraction, let key, let salt), .split(let fraction, let key, let salt):
      var text = fraction.text
      if let key { text += " by (\(key.text))" }
      if let salt { text += " salt \(salt.text)" }
      return text
    case .check(let checks): return "{ \(checks.map(\.text).joined(separator: "; ")) }"
    }
  }
}

extension [SortKey] {
  fileprivate var text: String {
    "by \(map { "(\($0.key.text))\($0.isDescending ? " desc" : "")" }.joined(separator: ", "))"
  }
}

extension JoinOperation {
  fileprivate var text: String {
    var conditions = equalities.map { "\($0.left.text) == \($0.right.text)" }
    if let residual { conditions.append("where \(residual.text)") }
    var text = "on (\(left.name), \(right.name)) -> \(conditions.joined(separator: ", "))"
    if let select { text += " select (\(select.text))" }
    return text
  }
}

extension AggregateOperation {
  fileprivate var text: String {
    let head = key.map { "by (\($0.text)) " } ?? ""
    let computed = calls.map { "\($0.local.name) = \($0.text)" }.joined(separator: ", ")
    return "\(head){ \(computed)\(computed.isEmpty ? "" : " ")} -> \(result.text)"
  }
}

extension AggregateCall {
  fileprivate var text: String {
    let parts = [constant.map(\.text), argument.map(\.text)].compactMap(\.self)
    let conditions = filters.map { " where (\($0.text))" }.joined()
    return "\(function.rawValue)(\(parts.joined(separator: ", ")))\(conditions)"
  }
}

extension CheckOperation {
  fileprivate var text: String {
    let text: String
    switch condition {
    case .rows(let least, let most):
      let bounds = [least.map { "min \($0.text)" }, most.map { "max \($0.text)" }].compactMap(\.self)
      text = "rows \(bounds.joined(separator: " "))"
    case .unique(let key): text = "unique (\(key.text))"
    case .every(let lambda, let share):
      text = "every (\(lambda.text))\(share.map { " at least \($0.text)" } ?? "")"
    case .that(let aggregate): text = "that \(aggregate.text)"
    }
    return warns ? "warn \(text)" : text
  }
}

extension Connector {
  /// The call as it is written, options that differ from the default included.
  public var text: String {
    switch self {
    case .csv(let path, let options): "csv(\(([path.text] + options.texts).joined(separator: ", ")))"
    case .jsonLines(let path, let options):
      "jsonl(\(([path.text] + options.texts).joined(separator: ", ")))"
    case .stdin(let format): "stdin(\(format.text))"
    case .stdout(let format): "stdout(\(format.text))"
    }
  }
}

extension StandardFormat {
  fileprivate var text: String {
    switch self {
    case .csv(let options): (["format: csv"] + options.texts).joined(separator: ", ")
    case .jsonLines(let options): (["format: jsonl"] + options.texts).joined(separator: ", ")
    case .table: "format: table"
    }
  }
}

extension CSVOptions {
  fileprivate var texts: [String] {
    let plain = CSVOptions()
    var texts: [String] = []
    func quoted(_ byte: UInt8) -> String { Literal.string(String(UnicodeScalar(byte))).text(of: .string) }
    if separator != plain.separator { texts.append("separator: \(quoted(separator))") }
    if header != plain.header { texts.append("header: \(header)") }
    if null != plain.null { texts.append("null: \(Literal.string(null).text(of: .string))") }
    if quote != plain.quote { texts.append("quote: \(quoted(quote))") }
    if refusesUnknown { texts.append("unknown: fail") }
    return texts
  }
}

extension JSONLinesOptions {
  fileprivate var texts: [String] { refusesUnknown ? ["unknown: fail"] : [] }
}
