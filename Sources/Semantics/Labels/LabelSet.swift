import Diagnosing

/// How a label came to where it is: a chain of places, the newest first.
final class LabelTrail: Sendable {
  /// Where it passed.
  let span: Span
  /// What is to be seen there, in a few words.
  let text: String
  /// The place before.
  let previous: LabelTrail?

  init(_ span: Span, _ text: String, after previous: LabelTrail? = nil) {
    self.span = span
    self.text = text
    self.previous = previous
  }
}

/// What a value may carry.
enum LabelTerm: Hashable, Sendable {
  /// A label, by its name.
  case label(String)
  /// A label that was reported: it stands for any other.
  case unknown
  /// While a function is looked at: the labels that the caller's argument has.
  case argument(ArgumentPart)
}

/// A part of an argument whose labels only the caller knows.
struct ArgumentPart: Hashable, Sendable {
  /// The part in each level that is an element of a list or map, not a field.
  static let element = -1

  /// Position of the parameter.
  let index: Int
  /// Fields, by their index, and elements, from the outside inwards.
  var path: [Int]
  /// Which of its labels are meant.
  var extent: Extent

  enum Extent {
    /// Those of each part, in its place.
    case inPlace
    /// Those of all parts together.
    case whole
    /// Those of the value itself, without its parts.
    case shell
  }
}

/// A label that a value carries, and how it came there.
struct LabelEntry: Sendable {
  /// What is carried.
  var term: LabelTerm
  /// How it came; nil for an argument's labels.
  var trail: LabelTrail?
  /// The labels that `declassify` took off an argument.
  var removed: Set<String> = []

  /// The label's name; nil for an argument's.
  var name: String? {
    if case .label(let name) = term { name } else { nil }
  }
}

/// The labels of one value, each once. There are few: they are compared one by one.
struct LabelSet: Sendable {
  private(set) var entries: [LabelEntry] = []

  static let none = LabelSet()

  init() {}
  init(_ entries: [LabelEntry]) { for entry in entries { insert(entry) } }

  var isEmpty: Bool { entries.isEmpty }

  /// The names of the labels.
  var names: [String] { entries.compactMap(\.name) }

  func holds(_ name: String) -> Bool { entries.contains { $0.name == name } }

  /// Adds a label; the first way by which it came is kept.
  mutating func insert(_ entry: LabelEntry) {
    if let index = entries.firstIndex(where: { $0.term == entry.term }) {
      if !entries[index].removed.isEmpty { entries[index].removed.formIntersection(entry.removed) }
    } else {
      entries.append(entry)
    }
  }

  mutating func formUnion(_ other: LabelSet) {
    for entry in other.entries { insert(entry) }
  }

  func union(_ other: LabelSet) -> LabelSet {
    if other.isEmpty { return self }
    if isEmpty { return other }
    var result = self
    result.formUnion(other)
    return result
  }

  /// Without the labels of these names, also those that an argument brings.
  func removing(_ names: Set<String>) -> LabelSet {
    if isEmpty || names.isEmpty { return self }
    var result = LabelSet()
    for var entry in entries {
      if let name = entry.name, names.contains(name) { continue }
      if entry.name == nil { entry.removed.formUnion(names) }
      result.insert(entry)
    }
    return result
  }

  /// The same labels, which passed one more place.
  func passing(_ span: Span, _ text: String) -> LabelSet {
    mapping { entry in
      var entry = entry
      if entry.name != nil { entry.trail = LabelTrail(span, text, after: entry.trail) }
      return entry
    }
  }

  func mapping(_ body: (LabelEntry) -> LabelEntry) -> LabelSet {
    isEmpty ? self : LabelSet(entries.map(body))
  }

  /// Whether both hold the same labels, however they came.
  func hasSameTerms(as other: LabelSet) -> Bool {
    entries.count == other.entries.count
      && entries.allSatisfy { entry in other.entries.contains { $0.term == entry.term } }
  }
}
