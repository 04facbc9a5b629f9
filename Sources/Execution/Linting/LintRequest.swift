/// What `thalweg lint` is asked.
public struct LintRequest: Sendable {
  /// What becomes of fixes.
  public enum Fixing: Sendable {
    /// They are told.
    case none
    /// The safe ones are applied.
    case safe
    /// All of them are applied.
    case all
  }

  /// Files and folders.
  public var paths: [String]
  /// Under this name standard input is the only program.
  public var standardInputName: String?
  /// What becomes of fixes.
  public var fixing: Fixing
  /// The file of the findings that are known.
  public var baseline: String?
  /// Whether the baseline is written from what is found.
  public var writesBaseline: Bool

  /// Makes a request.
  public init(
    paths: [String], standardInputName: String? = nil, fixing: Fixing = .none,
    baseline: String? = nil, writesBaseline: Bool = false
  ) {
    self.paths = paths
    self.standardInputName = standardInputName
    self.fixing = fixing
    self.baseline = baseline
    self.writesBaseline = writesBaseline
  }
}
