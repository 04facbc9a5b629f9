import Compiler
import Foundation

/// The files of an example, each behind a line `// file: name`; one without such a line is `a.thal`.
func exampleFiles(_ text: String) -> [String: String] {
  let parts = text.components(separatedBy: "// file: ")
  if parts.count == 1 { return ["a.thal": text] }
  var files: [String: String] = [:]
  for part in parts.dropFirst() {
    let lines = part.split(separator: "\n", maxSplits: 1)
    files[String(lines[0])] = lines.count > 1 ? String(lines[1]) : ""
  }
  return files
}

/// Files in memory, with a project file where one of them is called `thalweg.yaml`.
func compileProject(
  _ files: [String: String], entries: [String]? = nil, profile: ProjectFiles.ProfileChoice = .standard
) async -> Compilation {
  let programs = files.keys.filter { $0 != "thalweg.yaml" }.sorted()
  let variables = ["DATA": "data", "QUOTED": "q\"+{x}", "SHORT": "s"]
  let project = files["thalweg.yaml"].map { text in
    ProjectFiles.File(path: "thalweg.yaml", bytes: Array(text.utf8)) { programs }
  }
  let projects = ProjectFiles(
    project.map { [$0] } ?? [], home: { [isThere = project != nil] _ in isThere ? 0 : nil }, profile: profile,
    environment: { variables[$0] })
  return await check(entries ?? programs, projects: projects) { path in
    files[path.hasPrefix("./") ? String(path.dropFirst(2)) : path].map { Array($0.utf8) }
  }
}
