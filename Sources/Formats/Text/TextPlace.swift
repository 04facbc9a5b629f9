/// A place in a text, between two rows.
public struct TextPlace: Hashable, Sendable {
  /// Bytes before it.
  public let offset: Int
  /// The line that begins there, from 1.
  public let line: Int

  /// Makes a place.
  public init(offset: Int, line: Int) {
    self.offset = offset
    self.line = line
  }

  /// The beginning of a text.
  public static let start = TextPlace(offset: 0, line: 1)
}

/// How a text comes.
public enum TextArrival: Sendable {
  /// All of it is there, or waited for.
  case whole
  /// Somebody is writing it into a pipe: a row goes on as soon as it is whole.
  case live
  /// A file that may grow: what follows its last row end is left for later.
  case growing
}
