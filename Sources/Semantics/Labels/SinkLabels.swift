import Diagnosing
import Syntax

// Where values come in and go out.

extension FlowLabels {
  /// A source gives what its declared type says; where it is read from must not tell anything.
  func source(_ source: SourceOperation) -> LabelShape {
    check(source.connector)
    return sites.sources[source.name].map { reader.declared($0) } ?? .none
  }

  /// A sink writes what its flow holds, column by column.
  func sink(_ sink: SinkOperation, _ step: FlowStep, _ input: LabelShape) {
    check(sink.connector)
    let site = sites.sinks[sink.name]
    let place = site?.flow.span ?? step.span
    var shape = input
    if let type = site?.type {
      reader.fit(&shape, into: reader.declared(type), at: place) {
        .sinkTypeWithoutLabel(sink.name, $0, at: place, declared: type.span)
      }
    }
    for leak in leaks(of: shape, holding: rows(of: step), allowing: sink.allow) {
      reader.findings.report(.sinkNotAllowed(sink, leak, site?.connector, at: place), label: leak.label)
    }
    for key in sink.keys {
      let labels = reader.read(key, input).whole
      for entry in labels.entries {
        guard let name = entry.name, !isAllowed(name, by: sink.allow) else { continue }
        reader.findings.report(.keyNotAllowed(sink, entry, at: key.body.span), label: name)
      }
    }
  }

  /// A reply goes out like a sink's rows.
  func reply(_ reply: ReplyOperation, _ step: FlowStep, _ input: LabelShape) {
    let place = sites.reply(at: step.span)?.flow.span ?? step.span
    for leak in leaks(of: input, holding: rows(of: step), allowing: reply.allow) {
      reader.findings.report(.replyNotAllowed(leak, allow: reply.allow, at: place), label: leak.label)
    }
  }

  /// Paths, topics and names show in plans and logs: `allow` does not open them.
  private func check(_ connector: Connector) {
    var connector = connector
    if case .kafka(var options) = connector {
      // The key goes out with each row.
      options.key = nil
      connector = .kafka(options)
    }
    for constant in connector.constants {
      for entry in reader.read(constant).whole.entries {
        guard let name = entry.name else { continue }
        reader.findings.report(.labelInPlace(connector.name, entry, at: constant.span), label: name)
      }
    }
  }

  /// The labels that may not go out, each with the columns that carry it.
  private func leaks(of shape: LabelShape, holding element: Type, allowing allow: [Identifier]) -> [LabelLeak]
  {
    var leaks: [LabelLeak] = []
    func add(_ labels: LabelSet, _ column: String?) {
      for entry in labels.entries {
        guard let name = entry.name, !isAllowed(name, by: allow) else { continue }
        if let index = leaks.firstIndex(where: { $0.label == name }) {
          leaks[index].add(column)
        } else {
          leaks.append(LabelLeak(label: name, entry: entry, columns: column.map { [$0] } ?? []))
        }
      }
    }
    let members = element.memberTypes
    if members.isEmpty { add(shape.whole, nil) }
    for (index, member) in members.enumerated() { add(shape.field(index).whole, member.name) }
    return leaks
  }

  private func isAllowed(_ label: String, by allow: [Identifier]) -> Bool {
    // A label that was reported may have been meant.
    if allow.contains(where: { !reader.module.holdsLabel($0.text) }) { return true }
    guard let word = allow.first(where: { $0.text == label }) else { return false }
    needed.insert(word.span)
    return true
  }

  /// The type of the rows that a sink or reply takes.
  private func rows(of step: FlowStep) -> Type {
    guard let input = step.inputs.first, elements.indices.contains(input.step),
      elements[input.step].indices.contains(input.port)
    else { return .error }
    return elements[input.step][input.port]
  }
}

/// A label that may not go out.
struct LabelLeak {
  let label: String
  /// How it came to the first column.
  let entry: LabelEntry
  /// The columns that carry it; empty where the rows have no fields.
  var columns: [String]

  mutating func add(_ column: String?) {
    if let column { columns.append(column) }
  }
}

extension SinkOperation {
  /// What is written beside the rows: the key of a message, of a row that is replaced or removed.
  fileprivate var keys: [TypedLambda] {
    var keys: [TypedLambda] = []
    if case .kafka(let options) = connector, let key = options.key { keys.append(key) }
    switch write {
    case .append, .replace(by: nil): break
    case .replace(by: let key?): keys.append(key)
    case .upsert(by: let key, delete: _): keys.append(key)
    case .delete(by: let key): keys.append(key)
    }
    return keys
  }
}
