/// The project files that programs belong to, and what is needed to read them.
public struct ProjectFiles: Sendable {
  /// A `thalweg.yaml`.
  public struct File: Sendable {
    /// Its path, as it is shown.
    public let path: String
    /// Its text.
    public let bytes: [UInt8]
    /// The paths of all programs of the project: a binding may be for a pipeline of any.
    public let programs: @Sendable () -> [String]

    /// Makes a project file.
    public init(path: String, bytes: [UInt8], programs: @escaping @Sendable () -> [String]) {
      self.path = path
      self.bytes = bytes
      self.programs = programs
    }
  }

  /// Which profile is in effect.
  public enum ProfileChoice: Hashable, Sendable {
    /// The one that the project file calls the default; none where it calls none.
    case standard
    /// None: every pipeline is checked as it is written.
    case asWritten
    /// The one of this name, in the projects that have it.
    case named(String)
  }

  /// The files.
  public let files: [File]
  /// The project of a program by the program's path: a position in `files`.
  public let home: @Sendable (String) -> Int?
  /// Which profile is in effect.
  public let profile: ProfileChoice
  /// The codes and names of the lint rules, which project files set levels of.
  public let rules: [String]
  /// The variables of the environment.
  public let environment: @Sendable (String) -> String?

  /// Makes the project files of some programs.
  public init(
    _ files: [File], home: @escaping @Sendable (String) -> Int?, profile: ProfileChoice = .standard,
    rules: [String] = [], environment: @escaping @Sendable (String) -> String?
  ) {
    self.files = files
    self.home = home
    self.profile = profile
    self.rules = rules
    self.environment = environment
  }

  /// Programs that belong to no project.
  public static let none = ProjectFiles([], home: { _ in nil }, environment: { _ in nil })
}
