import Diagnosing
import Syntax

/// The labels of a value and of its parts. What is absent carries what is present would: `T?` has the shape
/// of `T`.
struct LabelShape: Sendable {
  /// What a value is made of.
  indirect enum Parts: Sendable {
    /// No part has labels of its own.
    case none
    /// Those of a record or row, in order; fields behind the last have none.
    case fields([LabelShape])
    /// Those of a list's or map's elements.
    case element(LabelShape)
  }

  /// The labels of the whole.
  var own: LabelSet
  /// Those of the parts.
  private(set) var parts: Parts

  static let none = LabelShape()

  init(_ own: LabelSet = .none, parts: Parts = .none) {
    self.own = own
    self.parts = parts
  }

  /// A record or row of these.
  init(fields: [LabelShape]) {
    own = .none
    parts = fields.allSatisfy(\.isEmpty) ? .none : .fields(fields)
  }

  /// A list or map of such elements.
  init(element: LabelShape) {
    own = .none
    parts = element.isEmpty ? .none : .element(element)
  }

  /// Whether nothing in it carries a label.
  var isEmpty: Bool {
    guard own.isEmpty else { return false }
    return switch parts {
    case .none: true
    case .fields(let fields): fields.allSatisfy(\.isEmpty)
    case .element(let element): element.isEmpty
    }
  }

  /// A field carries its own labels and the record's.
  func field(_ index: Int) -> LabelShape {
    var result = LabelShape.none
    if case .fields(let fields) = parts, index < fields.count { result = fields[index] }
    result.own.formUnion(own.mapping { $0.narrowed(to: index) })
    return result
  }

  /// An element carries its own labels and those of the list or map.
  var element: LabelShape {
    var result = LabelShape.none
    if case .element(let element) = parts { result = element }
    result.own.formUnion(own.mapping { $0.narrowed(to: ArgumentPart.element) })
    return result
  }

  /// The labels of the value itself, for another one that depends on it but not on its parts.
  var shell: LabelSet { own.mapping { $0.meaning(.shell) } }

  /// Everything that the value carries when it is used as a whole.
  var whole: LabelSet {
    var result = own.mapping { $0.meaning(.whole) }
    switch parts {
    case .none: break
    case .fields(let fields): for field in fields { result.formUnion(field.whole) }
    case .element(let element): result.formUnion(element.whole)
    }
    return result
  }

  /// The fields that carry labels; that of a value without fields is the only one.
  var labelledColumns: Set<Int> {
    guard own.isEmpty else { return [LabelledColumns.all] }
    return switch parts {
    case .none: []
    case .fields(let fields): Set(fields.indices.filter { !fields[$0].isEmpty })
    case .element: [LabelledColumns.all]
    }
  }

  /// The labels of either, part by part.
  func merged(with other: LabelShape) -> LabelShape {
    if other.isEmpty { return self }
    if isEmpty { return other }
    var result = LabelShape(own.union(other.own))
    switch (parts, other.parts) {
    case (.none, let parts), (let parts, .none): result.parts = parts
    case (.fields(let left), .fields(let right)):
      result.parts = .fields(
        (0..<max(left.count, right.count)).map { index in
          (index < left.count ? left[index] : .none)
            .merged(with: index < right.count ? right[index] : .none)
        })
    case (.element(let left), .element(let right)): result.parts = .element(left.merged(with: right))
    default: result.own.formUnion(other.whole)
    }
    return result
  }

  /// The same value with more labels on the whole.
  func adding(_ labels: LabelSet) -> LabelShape {
    if labels.isEmpty { return self }
    var result = self
    result.own.formUnion(labels)
    return result
  }

  /// The same value with other labels everywhere.
  func mapping(_ body: (LabelSet) -> LabelSet) -> LabelShape {
    var result = LabelShape(own.isEmpty ? own : body(own))
    switch parts {
    case .none: break
    case .fields(let fields): result.parts = .fields(fields.map { $0.mapping(body) })
    case .element(let element): result.parts = .element(element.mapping(body))
    }
    return result
  }

  /// Without the labels that `declassify` takes off; one that was reported stands for any.
  func removing(_ unlabels: [Identifier], in module: Module) -> LabelShape {
    unlabels.allSatisfy { module.holdsLabel($0.text) } ? removing(Set(unlabels.map(\.text))) : .none
  }

  /// Without the labels of these names.
  func removing(_ names: Set<String>) -> LabelShape {
    names.isEmpty ? self : mapping { $0.removing(names) }
  }

  /// The same labels, which passed one more place.
  func passing(_ span: Span, _ text: String) -> LabelShape {
    isEmpty ? self : mapping { $0.passing(span, text) }
  }

  /// The labels for which a place that is declared like `wanted` has no room.
  func uncovered(by wanted: LabelShape, around: Set<String> = []) -> LabelSet {
    if isEmpty || wanted.own.entries.contains(where: { $0.term == .unknown }) { return .none }
    let room = around.union(wanted.own.names)
    var result = LabelSet()
    for entry in own.entries {
      if let name = entry.name, !room.contains(name) { result.insert(entry) }
    }
    switch parts {
    case .none: break
    case .fields(let fields):
      for (index, field) in fields.enumerated() {
        result.formUnion(field.uncovered(by: wanted.field(index), around: room))
      }
    case .element(let element):
      result.formUnion(element.uncovered(by: wanted.element, around: room))
    }
    return result
  }

  /// Whether both have the same labels at the same parts, however they came.
  func hasSameTerms(as other: LabelShape) -> Bool {
    if isEmpty || other.isEmpty { return isEmpty && other.isEmpty }
    guard own.hasSameTerms(as: other.own) else { return false }
    switch (parts, other.parts) {
    case (.none, .none): return true
    case (.fields(let left), .fields(let right)):
      return left.count == right.count && zip(left, right).allSatisfy { $0.hasSameTerms(as: $1) }
    case (.element(let left), .element(let right)): return left.hasSameTerms(as: right)
    default: return false
    }
  }
}

extension LabelShape {
  /// This shape, found in a function's body, as a call with these arguments gives it.
  func substituting(_ arguments: [LabelShape], at call: Span, of function: String) -> LabelShape {
    if isEmpty { return self }
    var result = LabelShape()
    switch parts {
    case .none: break
    case .fields(let fields):
      result.parts = .fields(fields.map { $0.substituting(arguments, at: call, of: function) })
    case .element(let element):
      result.parts = .element(element.substituting(arguments, at: call, of: function))
    }
    for entry in own.entries {
      guard case .argument(let part) = entry.term else {
        result.own.insert(entry)
        continue
      }
      guard part.index < arguments.count else { continue }
      var found = arguments[part.index]
      for step in part.path { found = step == ArgumentPart.element ? found.element : found.field(step) }
      switch part.extent {
      case .inPlace: break
      case .whole: found = LabelShape(found.whole)
      case .shell: found = LabelShape(found.shell)
      }
      found = found.removing(entry.removed).passing(call, "passed through `\(function)` here")
      result = result.merged(with: found)
    }
    return result
  }
}

extension LabelEntry {
  /// Of a record's label, as one of its parts has it.
  fileprivate func narrowed(to step: Int) -> LabelEntry {
    guard case .argument(var part) = term, part.extent == .inPlace else { return self }
    part.path.append(step)
    var result = self
    result.term = .argument(part)
    return result
  }

  fileprivate func meaning(_ extent: ArgumentPart.Extent) -> LabelEntry {
    guard case .argument(var part) = term, part.extent == .inPlace else { return self }
    part.extent = extent
    var result = self
    result.term = .argument(part)
    return result
  }
}
