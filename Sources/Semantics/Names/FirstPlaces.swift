import Diagnosing

/// Where each name of a list stands first. Lists are short, so few names are compared one by one; many are
/// kept in a table.
struct FirstPlaces {
  private var names: [(text: String, place: Span)] = []
  private var table: [String: Span] = [:]

  /// The place of an equal name before this one; nil where it is the first.
  mutating func first(_ text: String, at place: Span) -> Span? {
    if names.count < 24 {
      if let first = names.first(where: { $0.text == text }) { return first.place }
      names.append((text, place))
      return nil
    }
    if table.isEmpty { for name in names { table[name.text] = name.place } }
    if let first = table[text] { return first }
    table[text] = place
    return nil
  }
}
