import Diagnosing
import Semantics
import Syntax

/// The entries and everything that they import.
struct LoadedFiles {
  var sources = SourceMap()
  /// By `FileID.index`.
  var files: [ParsedFile] = []
  /// By `FileID.index`.
  var inputs: [ModuleInput] = []
  var unreadable: [String] = []
}

/// Reads and parses the entries, then what they import, and so on; files that several import are read once.
func load(_ entries: [String], reading: @escaping @Sendable (String) -> [UInt8]?) async -> LoadedFiles {
  var loaded = LoadedFiles()
  // By identity; nil for a file that can't be had.
  var known: [String: Int?] = [:]
  var wanted = entries
  var isEntry = true
  while !wanted.isEmpty {
    var read: [SourceFile] = []
    for path in wanted {
      let identity = normalized(path)
      if known[identity] != nil { continue }
      guard let bytes = reading(path) else {
        known[identity] = .some(nil)
        if isEntry { loaded.unreadable.append(path) }
        continue
      }
      let file = loaded.sources.add(path: path, bytes: bytes)
      known[identity] = Int(file.id.index)
      read.append(file)
    }
    let parsed = await parseAll(read)
    loaded.files += parsed
    wanted = parsed.flatMap { file in
      file.program.importPaths.map { imported($0.text, by: file.file.path) }
    }
    isEntry = false
  }
  loaded.inputs = loaded.files.map { file in
    var targets: [String: ModuleInput.Target] = [:]
    for path in file.program.importPaths {
      let identity = normalized(imported(path.text, by: file.file.path))
      targets[path.text] =
        if let index = known[identity] ?? nil { .module(index) } else { .unreadable("there is no such file") }
    }
    return ModuleInput(path: file.file.path, program: file.program, imports: targets)
  }
  return loaded
}

/// In order; on all cores when there are several.
private func parseAll(_ files: [SourceFile]) async -> [ParsedFile] {
  if files.count < 2 { return files.map { parse($0) } }
  var parsed = [ParsedFile?](repeating: nil, count: files.count)
  await withTaskGroup(of: (Int, ParsedFile).self) { group in
    for (index, file) in files.enumerated() { group.addTask { (index, parse(file)) } }
    for await (index, file) in group { parsed[index] = file }
  }
  return parsed.compactMap(\.self)
}

// MARK: Paths

/// The path of an import: relative to the folder of the file that imports.
func imported(_ path: String, by importer: String) -> String {
  if path.utf8.first == UInt8(ascii: "/") { return normalized(path) }
  guard let slash = importer.utf8.lastIndex(of: UInt8(ascii: "/")) else { return normalized(path) }
  return normalized("\(importer[...slash])\(path)")
}

/// The path without `.`, `..` and doubled slashes, as far as that can be told from the text.
func normalized(_ path: String) -> String {
  var parts: [Substring] = []
  for part in path.split(separator: "/", omittingEmptySubsequences: true) {
    switch part {
    case ".": continue
    case "..":
      if let last = parts.last, last != ".." {
        parts.removeLast()
      } else if path.utf8.first != UInt8(ascii: "/") {
        parts.append(part)
      }
    default: parts.append(part)
    }
  }
  let joined = parts.joined(separator: "/")
  return path.utf8.first == UInt8(ascii: "/") ? "/\(joined)" : joined.isEmpty ? "." : joined
}
