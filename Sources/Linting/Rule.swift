import Diagnosing

/// A lint rule: what it finds, why that is a finding, how the same looks mended, and how it is looked for.
/// Each is a value in a file of its own below `Rules/`.
public struct Rule: Sendable {
  /// What a rule is about.
  public enum Category: String, Sendable, CaseIterable {
    /// The suppressions of other rules.
    case suppression
    /// The program does something else than it says.
    case correctness
    /// The same result can be had for less.
    case performance
    /// It works today, and fails some night.
    case robustness
    /// It could be read more easily.
    case style
  }

  /// Whether the rule comes with a change that mends the finding.
  public enum Mending: String, Sendable {
    case none
    /// Applied by `lint --fix`.
    case safe
    /// Applied by `lint --fix --unsafe`: the meaning may change.
    case unsafe
  }

  /// The permanent code.
  public let code: Code
  /// Words joined by `-`.
  public let name: String
  /// What it is about.
  public let category: Category
  /// How bad its findings are, unless the settings say otherwise.
  public let level: LintLevel
  /// Whether it mends what it finds.
  public let mending: Mending
  /// What it finds, in a few words.
  public let title: String
  /// Why that is a finding, and what to do.
  public let why: String
  /// A program in which the rule finds something, and no other does.
  public let bad: String
  /// The same, mended: nothing is found in it.
  public let good: String
  /// What is looked at.
  let checks: [Check]

  init(
    _ code: String, _ name: String, _ category: Category, level: LintLevel = .warning,
    mending: Mending = .none, _ title: String, _ why: String, bad: String, good: String, checks: [Check]
  ) {
    self.code = Code(code)
    self.name = name
    self.category = category
    self.level = level
    self.mending = mending
    self.title = title
    self.why = why
    self.bad = bad
    self.good = good
    self.checks = checks
  }

  /// The severity of its findings, unless the settings say otherwise.
  public var defaultSeverity: Severity { level.severity ?? .note }

  /// What `thalweg explain` tells about the rule.
  public var entry: CatalogueEntry {
    let mended =
      switch mending {
      case .none: ""
      case .safe: " `thalweg lint --fix` mends it."
      case .unsafe: " `thalweg lint --fix --unsafe` changes it; look at what it did."
      }
    return CatalogueEntry(
      code, title,
      """
      \(why)\(mended)

      The rule is `\(name)` (\(category.rawValue)), a \(level.rawValue) unless the settings say otherwise.
      """, bad: bad, good: good)
  }
}

/// How bad the findings of a rule are.
public enum LintLevel: String, Sendable, CaseIterable {
  /// The rule is not looked at.
  case off
  case note
  case warning
  case error

  /// Nil for `off`.
  var severity: Severity? {
    switch self {
    case .off: nil
    case .note: .note
    case .warning: .warning
    case .error: .error
    }
  }
}

/// What the settings say about rules; the others have their own level.
public struct LintLevels: Sendable {
  private let levels: [Code: LintLevel]

  /// Every rule at its own level.
  public static let standard = LintLevels([:])

  /// Levels by code or name of a rule.
  public init(_ levels: [String: LintLevel]) {
    var known: [Code: LintLevel] = [:]
    for (text, level) in levels {
      if let rule = Rules.rule(text) { known[rule.code] = level }
    }
    self.levels = known
  }

  /// The level of a rule.
  public subscript(rule: Rule) -> LintLevel { levels[rule.code] ?? rule.level }
}
