import Semantics
import Syntax

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
    for (index, region) in regions.enumerated() { text += "\n[\(index)] \(region.text)" }
    for node in nodes { text += "\n\(line(of: node))" }
    return text + "\n"
  }

  private func line(of node: Node) -> String {
    let inputs = node.inputs.map { edge in
      nodes[edge.node].name + (edge.port == 0 ? "" : "#\(edge.port)")
    }
    var text = "\(node.name) = \(node.operation.name)"
    if let region = node.region { text = "[\(region)] \(text)" }
    if !inputs.isEmpty { text += " \(inputs.joined(separator: ", "))" }
    let details = node.operation.details
    if !details.isEmpty { text += " \(details)" }
    if let value = node.value { text += ": \(value.type)" }
    if let formerName = node.formerName { text += " was \(formerName)" }
    if !node.outputs.isEmpty { text += ": \(node.outputs.map(\.description).joined(separator: ", "))" }
    return text
  }
}

extension FlowType: CustomStringConvertible {
  /// The type as it is written: `Table<Order>`.
  public var description: String {
    let kind =
      switch bound {
      case .table: "Table"
      case .stream: "Stream"
      case .request: "Request"
      }
    return switch time {
    case .timed: "timed \(kind)<\(element)>"
    case .windowed: "windowed \(kind)<\(element)>"
    case .untimed, .any: "\(kind)<\(element)>"
    }
  }
}

extension Operation {
  /// What the operator's arguments say.
  public var details: String {
    switch self {
    case .source(let source):
      return source.connector.text + (source.refresh.map { " again after \($0.text)" } ?? "")
        + (source.growth.map { " more every \($0.every.text)" } ?? "")
        + (source.growth?.until.map { " until \($0.text)" } ?? "")
    case .sink(let sink): return sink.text
    case .map(let lambda), .filter(let lambda), .flatMap(let lambda): return "(\(lambda.text))"
    case .tryMap(let lambda, let failed): return "(\(lambda.text))\(failed.text("failed"))"
    case .union, .discard, .faults, .single: return ""
    case .distinct(let distinct):
      let key = distinct.by.map { "by (\($0.text))" }
      let within = distinct.within.map { "within \($0.text)\(distinct.late.text("late"))" }
      return [key, within].compactMap(\.self).joined(separator: " ")
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
    case .timed(let timed):
      let idle = timed.idle.map { " idle \($0.text)" } ?? ""
      return "(\(timed.time.text)) delay \(timed.delay.text)\(idle)"
    case .window(let window):
      let lateness = window.lateness.map { " lateness \($0.text)" } ?? ""
      return "\(window.shape.text)\(lateness)\(window.late.text("late"))"
    case .scan(let scan):
      let ttl = scan.ttl.map { " ttl \($0.text)" } ?? ""
      return
        "by (\(scan.key.text)) from \(scan.initial.text) (\(scan.step.text)) emit (\(scan.emit.text))\(ttl)"
        + scan.late.text("late")
    case .latest(let latest):
      let ttl = latest.ttl.map { " ttl \($0.text)" } ?? ""
      return "by (\(latest.key.text))\(ttl)\(latest.late.text("late"))"
    case .rolling(let rolling):
      return
        "\(rolling.span.text) (\(rolling.row.name)) \(rolling.aggregate.text)\(rolling.late.text("late"))"
    case .reply(let reply):
      return "status \(reply.status)" + reply.allow.text + (reply.isOrdered ? " in order" : "")
    case .toList(let most): return "max \(most.text)"
    case .task(let call):
      let arguments = call.arguments.map { argument in
        switch argument {
        case .flow(let index): "#\(index)"
        case .value(let value): value.text
        }
      }
      return "(\(arguments.joined(separator: ", ")))\(call.isCovered ? " covered" : "")"
    case .collect(let collect):
      return "[\(collect.region)] \(collect.element.text)\(collect.failures == nil ? "" : " failures bound")"
    case .rows(let value): return value.text
    case .choose(let condition): return condition.text
    case .fail(let message): return message.text
    }
  }
}

extension SecondResult {
  /// Nothing for a second result that is bound: the node has a port for it.
  fileprivate func text(_ option: String) -> String { self == .bound ? "" : " \(option) \(rawValue)" }
}

extension [Identifier] {
  fileprivate var text: String {
    isEmpty ? "" : " allow \(map(\.text).joined(separator: ", "))"
  }
}

extension SinkOperation {
  fileprivate var text: String {
    let mode =
      switch write {
      case .append: " append"
      case .replace(nil): ""
      case .replace(let key?): " replace by (\(key.text))"
      case .upsert(let key, let delete):
        " upsert by (\(key.text))\(delete.map { " delete (\($0.text))" } ?? "")"
      case .delete(let key): " delete by (\(key.text))"
      }
    return connector.text + mode + (publishesAlways ? " publish always" : "") + allow.text
      + (isOrdered ? " in order" : "")
  }
}

extension WindowShape {
  /// The call as it is written.
  public var summary: String { text }

  fileprivate var text: String {
    switch self {
    case .tumbling(let length, let zone): "tumbling(\(length.text)\(zone.map { ", zone: \($0.text)" } ?? ""))"
    case .sliding(let length, let every): "sliding(\(length.text), every: \(every.text))"
    case .session(let gap): "session(gap: \(gap.text))"
    }
  }
}

extension FlowRegion {
  fileprivate var text: String {
    let head = parent.map { "in [\($0)] " } ?? ""
    switch kind {
    case .when(let condition, let holds): return "\(head)if \(holds ? "" : "not ")\(condition.text)"
    case .present(let local, let value, let holds):
      return "\(head)if \(holds ? "" : "not ")let \(local.name) = \(value.text)"
    case .each(let variables, let collectsFailures):
      let loops = variables.map { "\($0.variable.name) in \($0.elements.text)" }
      return "\(head)\(collectsFailures ? "try " : "")for \(loops.joined(separator: ", "))"
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
    switch time {
    case .within(let distance): text += " within \(distance.text)\(late.text("late"))"
    case .asOf(let age): text += " as of \(age?.text ?? "forever")\(late.text("late"))"
    case nil: break
    }
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
    case .json(let path, let options): "json(\(([path.text] + options.texts).joined(separator: ", ")))"
    case .parquet(let path): "parquet(\(path.text))"
    case .lines(let path): "lines(\(path.text))"
    case .files(let glob): "files(\(glob.text))"
    case .postgres(let options): "postgres(\(options.texts.joined(separator: ", ")))"
    case .kafka(let options): "kafka(\(options.texts.joined(separator: ", ")))"
    case .request(let method, let path):
      "http(\(method.rawValue), \(Literal.string(path).text(of: .string)))"
    case .poll(let url, let every): "http(\(url.text), every: \(every.text))"
    case .dataset(let options): "dataset(\(options.texts.joined(separator: ", ")))"
    case .artifact(let name, let facts):
      "artifact(\(name.text)\(facts.map { ", facts: \($0.text)" } ?? ""))"
    case .synthetic(let rows, let seed, let rate):
      "synthetic(\(rows.text)\(seed.map { ", seed: \($0.text)" } ?? "")\(rate.map { ", rate: \($0.text)" } ?? ""))"
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

extension PostgresOptions {
  fileprivate var texts: [String] {
    var texts: [String]
    switch relation {
    case .table(let name): texts = [name.text]
    case .query(let text): texts = ["query: \(text.text)"]
    }
    if let url { texts.append("url: \(url.text)") }
    if load != .all { texts.append("load: \(load.rawValue)") }
    if let cache { texts.append("cache: \(cache.text)") }
    return texts
  }
}

extension KafkaOptions {
  fileprivate var texts: [String] {
    var texts = [topic.text]
    if let group { texts.append("group: \(group.text)") }
    if let key { texts.append("key: \(key.text)") }
    if format != .json { texts.append("format: \(format.rawValue)") }
    if let url { texts.append("url: \(url.text)") }
    return texts
  }
}

extension DatasetOptions {
  fileprivate var texts: [String] {
    var texts = [name.text]
    if let partition { texts.append("partition: \(partition.text)") }
    if let partitions {
      let sign = partitions.isInclusive ? ".." : "..<"
      texts.append("partitions: \(partitions.first.text)\(sign)\(partitions.last.text)")
    }
    if missing != .fail { texts.append("missing: \(missing.rawValue)") }
    if let version { texts.append("version: \(version.text)") }
    return texts
  }
}

extension JSONLinesOptions {
  fileprivate var texts: [String] { refusesUnknown ? ["unknown: fail"] : [] }
}
