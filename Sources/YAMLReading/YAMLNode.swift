import Diagnosing

/// A piece of a YAML document, with its place. Only the part of YAML is read that means one thing to everybody:
/// text, sequences, mappings with keys of text; no anchors, aliases, merge keys, tags.
public struct YAMLNode: Sendable {
  /// What a node can be.
  public indirect enum Content: Sendable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    case mapping([YAMLEntry])
    /// Something was reported here.
    case reported
  }

  /// What it is.
  public let content: Content
  /// Where it stands; empty, behind its key, for a value that is left out.
  public let span: Span

  /// Makes a node.
  public init(_ content: Content, span: Span) {
    self.content = content
    self.span = span
  }
}

/// Text. Whether it is a number or a Boolean is for the reader to say who wants one.
public struct YAMLScalar: Sendable, Hashable {
  /// How it is written.
  public enum Style: Sendable, Hashable {
    case plain
    case singleQuoted
    case doubleQuoted
    /// Behind `|`.
    case literal
    /// Behind `>`.
    case folded
  }

  /// The text, with quotes taken off and escapes resolved.
  public let text: String
  /// How it is written.
  public let style: Style
  /// Where the text itself stands: without quotes and without `|` or `>`.
  public let inner: Span

  /// Whether there is no value: nothing, `null` or `~`, without quotes.
  public var isNull: Bool {
    style == .plain && ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// Makes a scalar.
  public init(_ text: String, _ style: Style, inner: Span) {
    self.text = text
    self.style = style
    self.inner = inner
  }
}

/// `key: value`.
public struct YAMLEntry: Sendable {
  /// The key.
  public let key: String
  /// Where the key stands, without quotes.
  public let keySpan: Span
  /// The value.
  public let value: YAMLNode

  /// Makes an entry.
  public init(key: String, keySpan: Span, value: YAMLNode) {
    self.key = key
    self.keySpan = keySpan
    self.value = value
  }
}

/// What a YAML file holds, and what is wrong with it.
public struct YAMLDocument: Sendable {
  /// The outermost node; nil where the file is empty or could not be read to its end.
  public let root: YAMLNode?
  /// In source order.
  public let diagnostics: [Diagnostic]
}
