import Columns
import Diagnosing

/// A path as the program has it, and where it leads.
struct Location: Sendable {
  /// For messages.
  let written: String
  /// Absolute, or relative to the working directory.
  let path: String

  /// `base` is the folder that relative paths start from.
  init(_ written: String, base: String) {
    self.written = written
    path = written.hasPrefix("/") || base.isEmpty ? written : "\(base)/\(written)"
  }

  private init(written: String, path: String) {
    self.written = written
    self.path = path
  }

  /// A file beside or below this one, by the name that replaces the last `count` parts.
  private func replacing(last count: Int, by names: [String]) -> Location {
    Location(written: Self.replacing(written, count, names), path: Self.replacing(path, count, names))
  }

  private static func replacing(_ path: String, _ count: Int, _ names: [String]) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast(count).map(String.init)
    return (parts + names).joined(separator: "/")
  }

  /// A file in this folder.
  func inside(_ name: String) -> Location {
    Location(written: Self.joined(written, name), path: Self.joined(path, name))
  }

  /// The last part.
  var name: String { String(path.split(separator: "/").last ?? "") }

  /// The folder it lies in.
  var folder: String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  func fault(_ message: String, help: String? = nil) -> RowFault {
    RowFault(position: written, message: message, help: help)
  }

  /// A fault for the last system error.
  func systemFault(_ error: Int32 = SystemCalls.lastError, doing: String) -> RowFault {
    fault("\(doing): \(SystemCalls.words(error))")
  }

  /// Object stores and the like are not files.
  func checkScheme() throws {
    guard let range = written.firstRange(of: "://") else { return }
    throw fault(
      "`\(written[..<range.lowerBound])` addresses are not built yet", help: "give a path on this machine")
  }

  // MARK: Missing files

  /// Says what is missing, a folder or the file (itself a folder, perhaps), and what it may have been.
  func missing(isFolder: Bool = false) -> RowFault {
    let parts = written.split(separator: "/", omittingEmptySubsequences: false)
    for count in stride(from: parts.count - 1, to: 0, by: -1) {
      let folder = Self.replacing(path, count, [])
      guard !folder.isEmpty, SystemCalls.kind(folder) == nil else { continue }
      let shown = Self.replacing(written, count, [])
      let parent = Location(written: shown, path: folder)
      let nearest = Suggestion.nearest(to: parent.name, among: SystemCalls.names(in: parent.folder))
      return fault("there is no folder `\(shown)`", help: nearest.map { "did you mean `\($0)`?" })
    }
    let nearest = Suggestion.nearest(to: name, among: SystemCalls.names(in: folder))
    let shown = nearest.map { Self.replacing(written, 1, [$0]) }
    return fault(
      isFolder ? "there is no folder `\(written)`" : "there is no such file",
      help: shown.map { "did you mean `\($0)`?" })
  }

  // MARK: Globs

  private static let marks: [Character] = ["*", "?", "["]

  /// Whether a part of the path stands for several names.
  var isPattern: Bool { written.contains(where: Self.marks.contains) }

  /// The files that the path stands for, by name: itself when it is one, or has no pattern.
  func expanded() throws -> [Location] {
    guard isPattern, SystemCalls.kind(path) == nil else { return [self] }
    let found = matches()
    guard !found.isEmpty else {
      throw fault("no file matches the pattern", help: "`*` and `?` stand for parts of one name, not for `/`")
    }
    return found
  }

  /// The folder that a pattern begins in.
  var patternFolder: Location { replacing(last: patternParts.count, by: []) }

  /// The parts of a pattern from the first that stands for several names.
  private var patternParts: [String] {
    let parts = written.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    return Array(parts.drop { !$0.contains(where: Self.marks.contains) })
  }

  /// The files that the path stands for at this moment, by name.
  func matches() -> [Location] {
    guard isPattern, SystemCalls.kind(path) == nil else {
      return SystemCalls.kind(path) == nil ? [] : [self]
    }
    var found = [patternFolder]
    for part in patternParts {
      found = found.flatMap { place -> [Location] in
        let names =
          part.contains(where: Self.marks.contains)
          ? SystemCalls.names(in: place.path.isEmpty ? "." : place.path).filter {
            SystemCalls.matches($0, part)
          }
          : [part]
        return names.map { place.inside($0) }
      }
    }
    found = found.filter {
      if case .directory? = SystemCalls.kind($0.path) { false } else { SystemCalls.kind($0.path) != nil }
    }
    return found.sorted { $0.written.utf8.lexicographicallyPrecedes($1.written.utf8) }
  }

  private static func joined(_ folder: String, _ name: String) -> String {
    folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }
}
