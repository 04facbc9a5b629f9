import Dataflow
import Hashing
import Semantics

/// What the state of an operator depends on: as long as a later version of the pipeline has the same, or only
/// more fields, it can take the state over.
public struct StateShape: Hashable, Sendable, Codable {
  /// The operator's name in the language: `aggregate`.
  public let operation: String
  /// What must not change.
  public let aspects: [Aspect]
  /// The elements that it may hold, whose fields may become more.
  public let elements: [Elements]

  /// A part of an operator that decides what it holds.
  public struct Aspect: Hashable, Sendable, Codable {
    /// What it is, for people: `key`.
    public let name: String
    /// It as written, cut where it is long.
    public let text: String
    /// Tells it from others, whatever its locals are called.
    let hash: String

    /// The same thing, however it is written.
    public static func == (left: Aspect, right: Aspect) -> Bool {
      left.name == right.name && left.hash == right.hash
    }

    /// By what decides equality.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(name)
      hasher.combine(hash)
    }
  }

  /// Which elements.
  public enum Part: String, Hashable, Sendable, Codable {
    /// Those that come in, of a join on its left.
    case left
    /// Those that come in on the right of a join.
    case right
    /// The states of a `scan`.
    case state
  }

  /// Elements of one type.
  public struct Elements: Hashable, Sendable, Codable {
    /// Which.
    public let part: Part
    /// Their fields in order; of another type than a record or row one, `value`.
    public let fields: [Field]
  }

  /// A field of an element.
  public struct Field: Hashable, Sendable, Codable {
    /// The name in the program.
    public let name: String
    /// The type, told apart from all others.
    public let type: String
    /// Whether anything reads it: what nothing reads is not kept.
    public let isRead: Bool
  }

  /// The elements of a part.
  public func fields(of part: Part) -> [Field]? { elements.first { $0.part == part }?.fields }
}

extension StateShape {
  /// The shape of node `index`; nil where it holds nothing from one epoch to the next. `reads` says of each
  /// field of a flow whether anything reads it.
  public init?(_ index: Int, of graph: Graph, reads: (Edge) -> [Bool]) {
    let node = graph.nodes[index]
    let isUnbounded = node.inputs.map { graph.nodes[$0.node].outputs[$0.port].bound == .stream }
    let aspects: [Aspect]
    var parts: [(Part, Type, [Bool]?)] = []
    func takes(_ part: Part, _ input: Int) {
      let edge = node.inputs[input]
      parts.append((part, graph.nodes[edge.node].outputs[edge.port].element, reads(edge)))
    }
    switch node.operation {
    case .source(let source):
      guard node.outputs.first?.bound == .stream else { return nil }
      aspects = [Aspect("connector", source.connector.name + source.connector.placeText)]
    case _ where !isUnbounded.contains(true): return nil
    case .timed(let timed): aspects = [Aspect("event time", timed.time)]
    case .aggregate(let aggregate):
      guard aggregate.window != nil else { return nil }
      aspects = [Aspect(key: aggregate.key), Aspect(windowOf: node, graph), Aspect(aggregate.calls)]
      takes(.left, 0)
    case .top(let top):
      guard top.isWindowed else { return nil }
      aspects = [Aspect(key: top.group), Aspect(windowOf: node, graph), Aspect(top)]
      takes(.left, 0)
    case .distinct(let distinct):
      guard let within = distinct.within else { return nil }
      aspects = [Aspect(key: distinct.by), Aspect("distance", within)]
      takes(.left, 0)
    case .scan(let scan):
      aspects = [
        Aspect(key: scan.key), Aspect("first state", scan.initial), Aspect("step", scan.step),
        Aspect("ttl", scan.ttl),
      ]
      takes(.left, 0)
      parts.append((.state, scan.initial.type, nil))
    case .latest(let latest):
      aspects = [Aspect(key: latest.key), Aspect("ttl", latest.ttl)]
      takes(.left, 0)
    case .rolling(let rolling):
      aspects = [Aspect(key: rolling.key), Aspect("span", rolling.span), Aspect(rolling.aggregate.calls)]
      takes(.left, 0)
    case .join(let join):
      guard !isUnbounded.contains(false) else { return nil }
      aspects = [Aspect(join), Aspect("distance", join.time)]
      takes(.left, 0)
      takes(.right, 1)
    default: return nil
    }
    self.aspects = aspects
    operation = node.operation.name
    elements = parts.map { Elements(part: $0.0, fields: Field.all(of: $0.1, reads: $0.2)) }
  }
}

extension StateShape.Field {
  /// The fields of an element.
  fileprivate static func all(of element: Type, reads: [Bool]?) -> [StateShape.Field] {
    element.fields.enumerated().map { index, field in
      StateShape.Field(
        name: field.name, type: field.type.shape,
        isRead: reads.map { $0.indices.contains(index) && $0[index] } ?? true)
    }
  }
}

extension Type {
  /// The fields of a record or row with their defaults; of another type one, `value`.
  var fields: [(name: String, type: Type, defaultValue: TypedExpression?)] {
    switch self {
    case .record(let record): record.fields.map { ($0.name, $0.type, $0.defaultValue) }
    case .row(let row): zip(row.names, row.types).map { ($0, $1, nil) }
    default: [("value", self, nil)]
    }
  }

  /// The type with all that it consists of, for values that are kept: `Pair { a: Int, b: String? }`.
  fileprivate var shape: String {
    switch self {
    case .record(let record):
      "\(record.name) { \(record.fields.map { "\($0.name): \($0.type.shape)" }.joined(separator: ", ")) }"
    case .row(let row):
      "row { \(zip(row.names, row.types).map { "\($0): \($1.shape)" }.joined(separator: ", ")) }"
    case .enumeration(let type): "\(type.name)(\(type.cases.joined(separator: ", ")))"
    case .distinct(let type): "\(type.name) = \(type.raw.shape)"
    case .list(let element): "List<\(element.shape)>"
    case .map(let value): "Map<String, \(value.shape)>"
    case .optional(let wrapped): "\(wrapped.shape)?"
    default: description
    }
  }
}

extension StateShape.Aspect {
  private init(_ name: String, _ text: String, _ write: (inout CanonicalBytes) -> Void) {
    var canonical = CanonicalBytes(goesByName: true)
    write(&canonical)
    self.init(name: name, text: Wording.cut(text), hash: String(SHA256Hash.hex(canonical.bytes).prefix(16)))
  }

  fileprivate init(_ name: String, _ text: String) { self.init(name, text) { $0.add(text) } }

  fileprivate init(_ name: String, _ lambda: TypedLambda) {
    self.init(name, lambda.body.text) { $0.add(lambda) }
  }

  fileprivate init(_ name: String, _ expression: TypedExpression?) {
    self.init(name, expression?.text ?? "none") { $0.add(expression) }
  }

  fileprivate init(key: TypedLambda?) {
    self.init("key", key?.body.text ?? "none") { canonical in
      canonical.add(key) { $0.add($1) }
      // The key's own value is kept, with all its fields.
      canonical.add(key?.body.type.shape ?? "")
    }
  }

  fileprivate init(_ calls: [AggregateCall]) {
    self.init("aggregates", calls.map(\.summary).joined(separator: ", ")) { canonical in
      canonical.add(calls) { canonical, call in
        canonical.add(call)
        canonical.add(call.local.type.shape)
        canonical.add(call.argument?.body.type.shape ?? "")
      }
    }
  }

  fileprivate init(_ top: TopOperation) {
    let ties = top.keepsTies ? " with ties" : ""
    self.init("order", "\(top.count.text)\(ties) by \(top.keys.map(\.key.body.text).joined(separator: ", "))")
    {
      $0.add(top.count)
      $0.add(top.keys) { $0.add($1) }
      $0.add(top.keepsTies)
    }
  }

  fileprivate init(_ join: JoinOperation) {
    let conditions = join.equalities.map { "\($0.left.text) == \($0.right.text)" }
    self.init("condition", (conditions + [join.residual?.text].compactMap { $0 }).joined(separator: " && ")) {
      $0.add(join.left)
      $0.add(join.right)
      $0.add(join.equalities) { canonical, equality in
        canonical.add(equality.left)
        canonical.add(equality.right)
        canonical.add(equality.left.type.shape)
      }
      $0.add(join.residual)
    }
  }

  fileprivate init(_ name: String, _ time: JoinTime?) {
    switch time {
    case .within(let distance): self.init(name, "within \(distance.text)") { $0.add(distance) }
    case .asOf(let age): self.init(name, "as of \(age?.text ?? "forever")") { $0.add(age) }
    case nil: self.init(name, "none")
    }
  }

  /// The window that a node's rows were cut into.
  fileprivate init(windowOf node: Node, _ graph: Graph) {
    guard let input = node.inputs.first, case .window(let window) = graph.nodes[input.node].operation else {
      self.init("window", "none")
      return
    }
    self.init("window", window.shape.summary) { $0.add(window.shape) }
  }
}

extension AggregateCall {
  /// `sum(c.price)`.
  fileprivate var summary: String {
    let given = [argument?.body.text, constant?.text].compactMap { $0 }.joined(separator: ", ")
    return "\(function.rawValue)(\(given))" + (filters.isEmpty ? "" : " where")
  }
}

extension Connector {
  /// The path, topic or table in parentheses, as written.
  fileprivate var placeText: String { path.map { "(\($0.text))" } ?? "" }
}
