import Compiler
import Foundation

/// Finds the project files that programs belong to: the nearest `thalweg.yaml` in a program's folder or in those
/// above it, as far as the root of the repository.
struct ProjectFinder {
  /// The name of a project file.
  static let name = "thalweg.yaml"

  /// The current folder.
  private let current = ProjectFinder.parts(of: FileManager.default.currentDirectoryPath)

  /// The project files of some programs.
  struct Found: Sendable {
    /// A project file: its path as it is shown, and its folder.
    struct Project: Sendable {
      let path: String
      fileprivate let folder: [String]
    }
    let projects: [Project]
    fileprivate let current: [String]

    /// The project of a program: a position in `projects`.
    func home(_ path: String) -> Int? {
      let parts = ProjectFinder.parts(of: path, from: current).dropLast()
      return projects.indices.filter { parts.starts(with: projects[$0].folder) }
        .max { projects[$0].folder.count < projects[$1].folder.count }
    }

    /// The folder that a program's paths are relative to: the project's, else the program's own.
    func base(of path: String) -> String {
      ProjectFinder.folder(of: home(path).map { projects[$0].path } ?? path)
    }
  }

  func projects(of programs: [String]) -> Found {
    var projects: [Found.Project] = []
    var seen: Set<[String]> = []
    for program in programs {
      var folder = Array(Self.parts(of: program, from: current).dropLast())
      while seen.insert(folder).inserted {
        let absolute = "/\(folder.joined(separator: "/"))"
        if Self.isThere("\(absolute)/\(Self.name)") {
          let path = program.hasPrefix("/") ? "\(absolute)/\(Self.name)" : shown(folder)
          projects.append(Found.Project(path: path, folder: folder))
          break
        }
        if folder.isEmpty || Self.isThere("\(absolute)/.git") { break }
        folder.removeLast()
      }
    }
    return Found(projects: projects, current: current)
  }

  /// The path of the project file in `folder`, from the current folder.
  private func shown(_ folder: [String]) -> String {
    let common = zip(folder, current).prefix { $0 == $1 }.count
    let steps = Array(repeating: "..", count: current.count - common) + folder[common...] + [Self.name]
    return steps.joined(separator: "/")
  }

  private static func isThere(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0
  }

  /// The folder of a file, as it can be put before a relative path.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The names on the way from the root to a path.
  fileprivate static func parts(of path: String, from current: [String] = []) -> [String] {
    var parts = path.hasPrefix("/") ? [] : current
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
    }
    return parts
  }
}
