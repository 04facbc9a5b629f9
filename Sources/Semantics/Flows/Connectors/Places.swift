import Diagnosing
import Syntax

/// Where a connector of a pipeline reads or writes, as far as literals tell.
struct ConnectorPlace {
  /// What is there.
  enum Kind {
    case file, topic, table, dataset, artifact, standardInput
  }
  /// What is there.
  let kind: Kind
  /// Its name.
  let name: String
  /// The one partition that is read or written.
  let partition: Literal?
  /// Whether rows come from there.
  let isSource: Bool
  /// Whether writing there takes away what others wrote.
  let isWhole: Bool
  /// The consumer group.
  let group: String?
  /// Where it is named.
  let span: Span
}

extension FlowChecker {
  /// Notes where the connector reads or writes, and reports what does not go together.
  func settle(_ connector: Connector, of call: ConnectorCall, write: WriteMode = .append) {
    guard let place = ConnectorPlace(connector, call, write) else { return }
    for other in places
    where other.kind == place.kind && other.name == place.name && other.partition == place.partition {
      if let conflict = conflict(place, other) {
        report(conflict)
        return
      }
    }
    places.append(place)
  }

  private func conflict(_ place: ConnectorPlace, _ other: ConnectorPlace) -> Diagnostic? {
    let both = place.isSource && other.isSource
    let reads = place.isSource || other.isSource
    switch place.kind {
    case .standardInput: return .stdinTwice(at: place.span, first: other.span)
    case .file:
      return both ? nil : .samePlace(place.name, at: place.span, first: other.span, reads: reads)
    case .topic:
      if both {
        guard let group = place.group, group == other.group else { return nil }
        return .sharedGroup(group, topic: place.name, at: place.span, first: other.span)
      }
      return reads ? .samePlace(place.name, at: place.span, first: other.span, reads: true) : nil
    case .table, .dataset, .artifact:
      if reads || !(place.isWhole || other.isWhole) { return nil }
      return .samePlace(place.name, at: place.span, first: other.span, reads: false)
    }
  }
}

extension ConnectorPlace {
  fileprivate init?(_ connector: Connector, _ call: ConnectorCall, _ write: WriteMode) {
    var name: TypedExpression?
    var partition: Literal?
    var group: String?
    switch connector {
    case .csv(let path, _), .jsonLines(let path, _), .json(let path, _), .parquet(let path),
      .lines(let path):
      (kind, name) = (.file, path)
    case .kafka(let options) where options.url == nil:
      (kind, name) = (.topic, options.topic)
      group = options.group?.textLiteral
    case .postgres(let options) where options.url == nil:
      guard case .table(let table) = options.relation else { return nil }
      (kind, name) = (.table, table)
    case .dataset(let options):
      (kind, name) = (.dataset, options.name)
      if let key = options.partition {
        guard case .literal(let literal) = key.kind else { return nil }
        partition = literal
      }
    case .artifact(let text, _): (kind, name) = (.artifact, text)
    case .stdin:
      kind = .standardInput
      self.name = "stdin"
      (isSource, isWhole, self.group, self.partition, span) = (true, true, nil, nil, call.name.span)
      return
    default: return nil
    }
    guard let name, var text = name.textLiteral else { return nil }
    while text.hasPrefix("./") { text.removeFirst(2) }
    self.name = text
    self.partition = partition
    isSource = call.isSource
    isWhole =
      switch write {
      case .append, .upsert, .delete, .replace(by: .some): kind == .artifact
      case .replace(by: nil): true
      }
    self.group = group
    span = name.span
  }
}
