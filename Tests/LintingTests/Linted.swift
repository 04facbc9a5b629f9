import Compiler
import Diagnosing
import Linting

/// Files in memory as the rules saw them, each of them named as an entry.
struct Linted: Sendable {
  let compilation: Compilation
  let report: LintReport

  init(_ files: [String: String], entries: [String]? = nil, levels: LintLevels = .standard) async {
    let named = entries ?? files.keys.sorted()
    let compilation = await check(named) { path in
      let name = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
      return files[name].map { Array($0.utf8) }
    }
    self.compilation = compilation
    report = await lint(
      LintInput(
        files: compilation.files, program: compilation.program,
        pipelines: compilation.pipelines.map(\.declaration), diagnostics: compilation.diagnostics,
        entries: Set(named.indices)), levels: levels)
  }

  /// One file, or several behind lines `// file: name`.
  init(_ text: String, levels: LintLevels = .standard) async {
    var files: [String: String] = [:]
    var name = "a.thal"
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("// file: ") {
        name = String(line.dropFirst("// file: ".count))
      } else {
        files[name, default: ""] += "\(line)\n"
      }
    }
    await self.init(files, levels: levels)
  }

  /// Errors of the program, then what the rules found.
  var findings: [Diagnostic] { compilation.diagnostics + report.findings }

  /// Each finding on a line.
  var lines: [String] {
    findings.map { finding in
      let file = compilation.sources[finding.span.file]
      let place = file.position(of: finding.span.start)
      return "\(file.path):\(place.line):\(place.column) \(finding.code) \(finding.message)"
    }
  }

  /// The files with the fixes applied, round by round, until there are none; nil for what does not settle.
  func mended(unsafe: Bool) async -> [String: String]? {
    var current = self
    for _ in 0..<10 {
      let mending = Mending(current.report.findings, unsafe: unsafe)
      var files: [String: String] = [:]
      for file in current.compilation.sources.files {
        files[file.path] = String(decoding: mending.applied(to: file), as: UTF8.self)
      }
      if mending.count == 0 { return files }
      current = await Linted(files)
    }
    return nil
  }
}
