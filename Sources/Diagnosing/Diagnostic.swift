/// How bad a finding is.
public enum Severity: String, Sendable, Hashable, Comparable {
  /// The program can't run.
  case error
  /// The program runs, but is likely not what was meant.
  case warning
  /// Something worth knowing.
  case note

  /// Errors first.
  public static func < (left: Severity, right: Severity) -> Bool {
    left.rank < right.rank
  }

  private var rank: Int {
    switch self {
    case .error: 0
    case .warning: 1
    case .note: 2
    }
  }
}

/// A permanent code such as `T304`. The families' files under `Catalogue/` name them all.
public struct Code: Hashable, Sendable, CustomStringConvertible {
  /// The code as printed: a family letter and three digits.
  public let text: String

  /// Only the catalogue and the lint rules make codes.
  package init(_ text: String) { self.text = text }

  /// The code as printed.
  public var description: String { text }
}

/// A second place that explains a diagnostic.
public struct Label: Hashable, Sendable {
  /// Where.
  public let span: Span
  /// What is to be seen there, in a few words.
  public let message: String

  /// Makes a label.
  public init(_ span: Span, _ message: String) {
    self.span = span
    self.message = message
  }
}

/// A replacement of the bytes of `span` by `text`.
public struct Edit: Hashable, Sendable {
  /// What is replaced; empty for an insertion.
  public let span: Span
  /// What comes in its place.
  public let text: String

  /// Makes an edit.
  public init(_ span: Span, _ text: String) {
    self.span = span
    self.text = text
  }
}

/// A change that mends the finding.
public struct Fix: Hashable, Sendable {
  /// What the fix does, as an instruction: "insert `else 0`".
  public let title: String
  /// Whether it can be applied without a look.
  public let isSafe: Bool
  /// The edits; empty where the fix is advice only.
  public let edits: [Edit]

  /// Makes a fix.
  public init(_ title: String, isSafe: Bool = false, edits: [Edit] = []) {
    self.title = title
    self.isSafe = isSafe
    self.edits = edits
  }
}

/// One finding: what is wrong, where, why, and how to mend it.
public struct Diagnostic: Hashable, Sendable {
  /// The permanent code.
  public let code: Code
  /// How bad it is.
  public let severity: Severity
  /// What is wrong, in one line; names in backquotes.
  public let message: String
  /// Where it is.
  public let span: Span
  /// What to see at `span`, in a few words; may be empty.
  public let label: String
  /// Other places that explain it.
  public let labels: [Label]
  /// A sentence of advice, where there is no edit to offer.
  public let help: String?
  /// Ways to mend it.
  public let fixes: [Fix]

  /// Makes a diagnostic; an error unless told otherwise.
  public init(
    _ code: Code, _ message: String, at span: Span, label: String = "", labels: [Label] = [],
    help: String? = nil, fixes: [Fix] = [], severity: Severity = .error
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.span = span
    self.label = label
    self.labels = labels
    self.help = help
    self.fixes = fixes
  }
}

extension Sequence where Element == Diagnostic {
  /// Whether any of them is an error.
  public var hasErrors: Bool { contains { $0.severity == .error } }

  /// By file, then place, then code: the order in which they are shown.
  public var inSourceOrder: [Diagnostic] {
    sorted {
      ($0.span.file.index, $0.span.start, $0.span.end, $0.code.text)
        < ($1.span.file.index, $1.span.start, $1.span.end, $1.code.text)
    }
  }
}
