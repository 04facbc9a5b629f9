import Diagnosing
import Foundation

/// The texts of a program with all that it imports and its project file, to be checked again on another machine.
struct ProgramBundle: Codable, Sendable {
  struct File: Codable, Sendable {
    /// From the folder that holds them all.
    let path: String
    /// As it was shown where it came from.
    let name: String
    let text: String
  }
  /// The program first.
  let files: [File]

  init(_ sources: SourceMap, program: String) {
    let current = FileManager.default.currentDirectoryPath
    let placed = sources.files.map { file in
      (
        file,
        URL(fileURLWithPath: file.path, relativeTo: URL(fileURLWithPath: current + "/")).standardizedFileURL
          .pathComponents
      )
    }
    let folders = placed.map { $0.1.dropLast() }
    let root = folders.dropFirst().reduce(folders.first ?? []) { common, folder in
      common.prefix(zip(common, folder).prefix { $0 == $1 }.count)
    }
    let all = placed.map { file, parts in
      File(
        path: parts.dropFirst(root.count).joined(separator: "/"), name: file.path,
        text: String(decoding: file.bytes, as: UTF8.self))
    }
    files = all.filter { $0.name == program } + all.filter { $0.name != program }
  }

  /// It is no bundle, or would write somewhere else.
  struct Damaged: Error {}

  init(json: String) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(json.utf8))
    guard !files.isEmpty,
      files.allSatisfy({ !$0.path.hasPrefix("/") && !$0.path.split(separator: "/").contains("..") })
    else { throw Damaged() }
  }

  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { preconditionFailure("texts can be encoded") }
    return String(decoding: data, as: UTF8.self)
  }

  /// Writes the files below a new folder.
  /// - Returns: The program's path, and each file's own name by its path.
  func unpack(into folder: String) throws -> (program: String, names: [String: String]) {
    var names: [String: String] = [:]
    for file in files {
      let url = URL(fileURLWithPath: folder).appending(path: file.path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.text.utf8).write(to: url)
      names[url.standardizedFileURL.path] = file.name
    }
    return (URL(fileURLWithPath: folder).appending(path: files[0].path).path, names)
  }
}
