import Dataflow
import Semantics

/// What becomes of the state that is kept under an operator's name when a version of its pipeline takes over.
public struct StateVerdict: Sendable {
  /// In a word.
  public enum Kind: String, Hashable, Sendable {
    /// It is taken over as it is.
    case carried
    /// It is taken over, with new fields.
    case migrated
    /// There is none: the operator begins empty.
    case rebuilt
    /// It does not fit, and the version can't go on with it.
    case refused
  }

  /// Where a field of the elements that are taken over comes from.
  public enum Origin: Sendable {
    /// The field at this place among the former ones.
    case former(Int)
    /// A constant, as the field is new; absent without one.
    case constant(TypedExpression?, Type)
    /// Nothing reads it, whatever was kept.
    case unread
  }

  /// The index of the operator in the graph.
  public let node: Int
  /// The operator's stable name.
  public let name: String
  /// What it is: `aggregate`.
  public let operation: String
  /// In a word.
  public let kind: Kind
  /// The name that the state is kept under, where it is taken over.
  public let takenFrom: String?
  /// Why, in a sentence without its full stop; empty where there is nothing to say.
  public let reason: String
  /// How to mend it.
  public let help: String?
  /// Where the fields of the elements come from that it takes over.
  public let origins: [StateShape.Part: [Origin]]
}

/// What is kept of one operator.
public struct HeldShape: Sendable {
  /// What a section of state holds, as far as it has said.
  public enum Holding: String, Hashable, Sendable, Codable {
    /// Things of the operator's own.
    case own
    /// Elements of a part.
    case left, right, state
    /// It has not said.
    case unsaid
  }

  /// What it depends on.
  public let shape: StateShape
  /// What its sections hold.
  public let holds: Set<Holding>

  /// What is kept.
  public init(_ shape: StateShape, holds: Set<Holding>) {
    self.shape = shape
    self.holds = holds
  }
}

/// Holds the state of a run against a graph that is to go on with it.
public struct StateComparison: Sendable {
  /// One for each operator of the graph that holds something from one epoch to the next, in the graph's order.
  public private(set) var verdicts: [StateVerdict] = []
  /// The names under which something is kept that nobody takes over.
  public let released: [String]

  /// Compares the operators of `graph` with what is kept, by name. `reads` says of each field of a flow whether
  /// anything reads it.
  public init(_ graph: Graph, against held: [String: HeldShape], reads: (Edge) -> [Bool]) {
    let shapes = graph.nodes.indices.compactMap { index in
      StateShape(index, of: graph, reads: reads).map { (node: index, shape: $0) }
    }
    // A former name that is taken by its new bearer is nobody else's; an operator that goes by it is told
    // apart.
    var taken: Set<String> = []
    let sources = shapes.map { entry -> String? in
      let node = graph.nodes[entry.node]
      let name = [node.name, node.formerName].compactMap { $0 }.first { held[$0] != nil }
      if let name { taken.insert(name) }
      return name
    }
    released = held.keys.filter { !taken.contains($0) }.sorted()
    for ((index, shape), source) in zip(shapes, sources) {
      let operation = Comparison(index: index, node: graph.nodes[index], shape: shape, graph: graph)
      if let source, let former = held[source] {
        verdicts.append(operation.verdict(taking: former, under: source))
      } else {
        let twin = released.first { held[$0]?.shape == shape }
        verdicts.append(operation.rebuilt(twin: twin))
      }
    }
  }

  /// Whether the graph can't go on with what is kept.
  public var isRefused: Bool { verdicts.contains { $0.kind == .refused } }
}

/// One operator against what is kept of it.
private struct Comparison {
  let index: Int
  let node: Node
  let shape: StateShape
  let graph: Graph

  /// Why something does not fit.
  private struct Misfit: Error {
    let reason: String
  }

  func rebuilt(twin: String?) -> StateVerdict {
    let isSource = if case .source = node.operation { true } else { false }
    let begins = isSource ? "is read from the beginning" : "begins empty"
    let hint =
      twin.map { "; if it was `\($0)`, `@was(\"\(Self.statement($0))\")` keeps what that holds" } ?? ""
    return verdict(.rebuilt, from: nil, "nothing is kept under this name, so it \(begins)\(hint)")
  }

  func verdict(taking former: HeldShape, under source: String) -> StateVerdict {
    let was = source == node.name ? "" : "it was `\(source)`"
    do throws(Misfit) {
      try compareAspects(former.shape)
      var origins: [StateShape.Part: [StateVerdict.Origin]] = [:]
      var added: [String] = []
      for elements in shape.elements {
        guard let part = try compare(elements, former) else { continue }
        origins[elements.part] = part.origins
        added += part.added
      }
      let news = added.isEmpty ? "" : "new: \(added.joined(separator: ", "))"
      let reason = [was, news].filter { !$0.isEmpty }.joined(separator: "; ")
      return verdict(added.isEmpty ? .carried : .migrated, from: source, reason, origins: origins)
    } catch {
      return verdict(
        .refused, from: source, error.reason,
        help:
          "under another name `\(Self.statement(node.name))` begins anew, and a new run does so as a whole; "
          + "a statement that was only renamed says `@was`")
    }
  }

  private func compareAspects(_ former: StateShape) throws(Misfit) {
    guard former.operation == shape.operation else {
      throw Misfit(reason: "it was `\(former.operation)` and is `\(shape.operation)`")
    }
    for aspect in shape.aspects {
      guard let old = former.aspects.first(where: { $0.name == aspect.name }), old == aspect else {
        let old = former.aspects.first { $0.name == aspect.name }?.text ?? "none"
        throw Misfit(
          reason: old == aspect.text
            ? "its \(aspect.name) `\(aspect.text)` means something else now"
            : "its \(aspect.name) was `\(old)` and is `\(aspect.text)`")
      }
    }
  }

  /// Where the fields of elements come from, and what is said of the new ones; nil where nothing is held of
  /// them.
  private func compare(
    _ elements: StateShape.Elements, _ former: HeldShape
  ) throws(Misfit) -> (origins: [StateVerdict.Origin], added: [String])? {
    let isUnsaid = former.holds.contains(.unsaid)
    guard isUnsaid || former.holds.contains(elements.part.holding) else { return nil }
    let old = former.shape.fields(of: elements.part) ?? []
    if old == elements.fields { return nil }
    guard !isUnsaid else {
      throw Misfit(reason: "what it holds can't be given other fields, and they have changed")
    }
    for field in old where !elements.fields.contains(where: { $0.name == field.name }) {
      throw Misfit(reason: "the field `\(field.name)` of what it holds is gone")
    }
    var origins: [StateVerdict.Origin] = []
    var added: [String] = []
    for (field, declared) in zip(elements.fields, type(of: elements.part).fields) {
      guard let place = old.firstIndex(where: { $0.name == field.name }) else {
        let constant = try standard(declared)
        origins.append(field.isRead ? .constant(constant, declared.type) : .unread)
        added.append("`\(field.name)`, which is \(constant?.text ?? "none") in what is kept")
        continue
      }
      guard old[place].type == field.type else {
        throw Misfit(reason: "the field `\(field.name)` was `\(old[place].type)` and is `\(field.type)`")
      }
      guard old[place].isRead || !field.isRead else {
        throw Misfit(reason: "the field `\(field.name)` is not in what is kept, as nothing read it")
      }
      origins.append(field.isRead ? .former(place) : .unread)
    }
    return (origins, added)
  }

  /// What stands for a new field in elements that were kept.
  private func standard(
    _ field: (name: String, type: Type, defaultValue: TypedExpression?)
  ) throws(Misfit) -> TypedExpression? {
    if let constant = field.defaultValue { return constant }
    if case .optional = field.type { return nil }
    throw Misfit(reason: "the field `\(field.name)` is new, and has no default for what is kept")
  }

  private func type(of part: StateShape.Part) -> Type {
    switch part {
    case .left: element(0)
    case .right: element(1)
    case .state: if case .scan(let scan) = node.operation { scan.initial.type } else { .error }
    }
  }

  private func element(_ input: Int) -> Type {
    graph.nodes[node.inputs[input].node].outputs[node.inputs[input].port].element
  }

  private func verdict(
    _ kind: StateVerdict.Kind, from source: String?, _ reason: String, help: String? = nil,
    origins: [StateShape.Part: [StateVerdict.Origin]] = [:]
  ) -> StateVerdict {
    StateVerdict(
      node: index, name: node.name, operation: shape.operation, kind: kind, takenFrom: source, reason: reason,
      help: help, origins: origins)
  }

  /// The statement that an operator's name begins with.
  private static func statement(_ name: String) -> String {
    String(name.prefix { $0 != "." && $0 != "/" && $0 != "[" })
  }
}

extension StateShape.Part {
  fileprivate var holding: HeldShape.Holding {
    switch self {
    case .left: .left
    case .right: .right
    case .state: .state
    }
  }
}
