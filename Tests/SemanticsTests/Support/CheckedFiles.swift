import Diagnosing
import Semantics
import Syntax

/// Files that were parsed and checked together.
struct CheckedFiles {
  let sources: SourceMap
  let program: DeclaredProgram
  let pipelines: [CheckedPipeline]
  /// Of parsing and checking, in source order.
  let diagnostics: [Diagnostic]

  /// Parses and checks files; an import's path is that of another one behind `./`.
  init(_ files: [(path: String, bytes: [UInt8])]) {
    var map = SourceMap()
    let parsed = files.map { parse(map.add(path: $0.path, bytes: $0.bytes)) }
    let inputs = zip(files, parsed).map { file, parsed in
      var imports: [String: ModuleInput.Target] = [:]
      for path in parsed.program.importPaths {
        let name = path.text.hasPrefix("./") ? String(path.text.dropFirst(2)) : path.text
        imports[path.text] =
          files.firstIndex { $0.path == name }.map { .module($0) } ?? .unreadable("there is no such file")
      }
      return ModuleInput(path: file.path, program: parsed.program, imports: imports)
    }
    let program = declare(inputs)
    var found = parsed.flatMap(\.diagnostics) + program.diagnostics
    for index in program.functions.indices { found += program.checkFunction(index) }
    for index in program.flowFunctions.indices { found += program.checkFlowFunction(index, sources: map) }
    let pipelines = program.pipelines.indices.map { index in
      let (pipeline, diagnostics) = program.checkPipeline(index, sources: map)
      found += diagnostics
      return pipeline
    }
    for index in program.tests.indices {
      found += program.checkTest(index, pipelines: pipelines, sources: map).diagnostics
    }
    self.pipelines = pipelines
    sources = map
    self.program = program
    diagnostics = found.inSourceOrder
  }

  /// Checks one file.
  init(_ text: String) { self.init([(path: "test.thal", bytes: Array(text.utf8))]) }

  /// Checks a text that may hold several files, each behind a line `// file: name.thal`.
  init(files text: String) {
    let marker = "// file: "
    guard text.hasPrefix(marker) else {
      self.init(text)
      return
    }
    var files: [(path: String, bytes: [UInt8])] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix(marker) {
        files.append((path: String(line.dropFirst(marker.count)), bytes: []))
      } else {
        files[files.count - 1].bytes += Array(line.utf8) + [UInt8(ascii: "\n")]
      }
    }
    self.init(files)
  }

  /// Each finding on a line: place, code, message.
  var report: String {
    diagnostics.map { "\(place(of: $0)) \($0.code) \($0.message)" }.joined(separator: "\n")
  }

  func place(of diagnostic: Diagnostic) -> String {
    let file = sources[diagnostic.span.file]
    let position = file.position(of: diagnostic.span.start)
    return "\(file.path):\(position.line):\(position.column)"
  }

  /// The body of the first function of a name.
  func body(of name: String) -> TypedExpression? {
    program.functions.first { $0.target.name == name }?.target.body
  }
}
