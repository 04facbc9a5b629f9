import Diagnosing
import YAMLReading

/// The entries of a mapping whose keys are known.
struct Fields {
  private let entries: [String: YAMLEntry]
  /// Whether a key was reported: what is missing may be under that.
  let hasUnknown: Bool

  init(_ entries: [YAMLEntry], hasUnknown: Bool) {
    self.entries = Dictionary(entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    self.hasUnknown = hasUnknown
  }

  subscript(key: String) -> YAMLEntry? { entries[key] }
}

extension SettingsReader {
  /// A mapping with certain keys; reports the others.
  mutating func fields(_ node: YAMLNode, of owner: String, known: [String]) -> Fields? {
    guard let entries = entries(node, owner, holding: "settings") else { return nil }
    var hasUnknown = false
    for entry in entries where !known.contains(entry.key) {
      hasUnknown = true
      let taken = Set(entries.map(\.key))
      report(
        .unknownKey(
          Spanned(entry.key, entry.keySpan), of: owner, known: known,
          free: known.filter { !taken.contains($0) }))
    }
    return Fields(entries, hasUnknown: hasUnknown)
  }

  /// The entries of a mapping.
  mutating func entries(_ node: YAMLNode, _ owner: String, holding what: String) -> [YAMLEntry]? {
    switch node.content {
    case .mapping(let entries): return entries
    case .reported: return nil
    default:
      report(.wrongType(owner, wants: "a mapping of \(what)", found: node))
      return nil
    }
  }

  /// Text that is not empty, with the variables in it.
  mutating func text(_ node: YAMLNode, _ what: String) -> Spanned<String>? {
    guard let scalar = scalar(node, what) else { return nil }
    let pieces = substituted(scalar, in: node.span)
    guard let text = pieces.text else { return nil }
    return Spanned(text, node.span)
  }

  mutating func texts(_ node: YAMLNode, _ what: String) -> [Spanned<String>] {
    switch node.content {
    case .sequence(let elements): return elements.compactMap { text($0, what) }
    case .reported: return []
    default:
      report(.wrongType("this", wants: "a list", found: node))
      return []
    }
  }

  mutating func integer(_ node: YAMLNode, _ what: String) -> Spanned<Int>? {
    guard let scalar = scalar(node, what) else { return nil }
    let pieces = substituted(scalar, in: node.span)
    guard let text = pieces.text else { return nil }
    guard scalar.style == .plain, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(text) else {
      report(.wrongType(what, wants: "a whole number", found: node))
      return nil
    }
    return Spanned(number, node.span)
  }

  /// One of a few words.
  mutating func word<Word: RawRepresentable & CaseIterable>(
    _ node: YAMLNode, _ type: Word.Type, _ what: String
  ) -> Spanned<Word>? where Word.RawValue == String {
    let words = type.allCases.map(\.rawValue)
    guard let text = text(node, "one of \(Diagnostic.list(words))") else { return nil }
    guard let word = Word(rawValue: text.value) else {
      report(.unknownWord(text, what, words: words))
      return nil
    }
    return Spanned(word, text.span)
  }

  private mutating func scalar(_ node: YAMLNode, _ what: String) -> YAMLScalar? {
    switch node.content {
    case .scalar(let scalar) where !scalar.isNull && !scalar.text.isEmpty: return scalar
    case .reported: return nil
    default:
      report(.wrongType("this", wants: what, found: node))
      return nil
    }
  }
}

extension YAMLNode {
  /// Whether there is no value.
  var isNull: Bool {
    if case .scalar(let scalar) = content { scalar.isNull } else { false }
  }
}
