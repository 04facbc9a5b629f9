import Foundation
import Testing

/// The arrows of ARCHITECTURE.md: what the files of a module may import besides the standard library.
private let allowed: [String: Set<String>] = [
  "Diagnosing": [],
  "RegularExpressions": ["CRE2"],
  "Hashing": ["CXXHash", "Crypto"],
  "Syntax": ["Diagnosing"],
  "Semantics": ["Diagnosing", "Syntax", "RegularExpressions", "Columns"],
  "Dataflow": ["Diagnosing", "Syntax", "Semantics"],
  "Linting": ["Diagnosing", "Syntax", "Semantics"],
  "Planning": ["Diagnosing", "Syntax", "Semantics", "Dataflow", "Hashing"],
  "YAMLReading": ["CYAML", "Diagnosing"],
  "Settings": ["Diagnosing", "YAMLReading"],
  "Compiler": ["Diagnosing", "Syntax", "Semantics", "Settings", "Dataflow", "Planning"],
  "Columns": [],
  "Formats": ["Columns", "RegularExpressions", "CSimdJSON", "CScanning", "Diagnosing"],
  "Synthesis": ["Columns", "Formats", "RegularExpressions"],
  "Engine": [
    "Columns", "Formats", "Dataflow", "Semantics", "Syntax", "Diagnosing", "Hashing",
    "RegularExpressions", "Foundation",
  ],
  "Kafka": ["CKafka", "Foundation"],
  "PostgreSQL": ["CPostgreSQL", "Foundation"],
  "Connectors": [
    "Columns", "Formats", "Engine", "Dataflow", "Diagnosing", "Synthesis", "Kafka", "PostgreSQL",
    "AsyncHTTPClient", "NIOCore", "NIOHTTP1", "Foundation",
  ],
  "Artifacts": [
    "Hashing", "Crypto", "AsyncHTTPClient", "NIOCore", "NIOHTTP1", "NIOPosix", "SystemPackage", "Foundation",
  ],
  "Tasks": [
    "Columns", "Formats", "Engine", "Semantics", "Artifacts", "Hashing", "AsyncHTTPClient", "NIOCore",
    "NIOHTTP1", "Subprocess", "SystemPackage", "Foundation",
  ],
  "JobStore": ["PostgreSQL", "GRDB", "Foundation"],
  "Execution": [
    "Diagnosing", "Syntax", "Semantics", "Dataflow", "Planning", "Compiler", "Columns", "Formats",
    "Engine", "Connectors", "PostgreSQL", "JobStore", "Hashing", "Settings", "Linting", "Synthesis",
    "Tasks", "RegularExpressions", "Artifacts", "Foundation",
  ],
  "Serving": [
    "Diagnosing", "Semantics", "Dataflow", "Planning", "Compiler", "Columns", "Formats", "Engine", "JobStore",
    "Execution", "Settings", "Hashing", "RegularExpressions", "HummingbirdCore", "NIOCore", "NIOHTTP1",
    "NIOPosix", "Logging", "JWTKit",
    "Foundation",
  ],
  "thalweg": [
    "Diagnosing", "Syntax", "Semantics", "Dataflow", "Planning", "Compiler", "Engine", "JobStore",
    "Execution", "Serving", "Linting", "ArgumentParser", "CMalloc", "Foundation",
  ],
]

/// Part of the standard library and the system's C library: everyone may use them, except that only the
/// outer modules talk to the system.
private let standard: Set<String> = ["Synchronization", "Swift"]
private let system: Set<String> = ["Glibc", "Musl", "Darwin", "Dispatch"]
private let pure: Set<String> = [
  "Diagnosing", "Syntax", "Semantics", "Dataflow", "Linting", "Planning", "YAMLReading", "Settings",
  "Compiler",
]

private let sources = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")

private let modifiers: Set<Substring> = ["public", "package", "internal"]

private struct Import: Sendable {
  let module: String
  let line: String
}

private func imports(of module: String) throws -> [Import] {
  let folder = sources.appending(path: module)
  let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
  var found: [Import] = []
  while let file = files?.nextObject() as? URL {
    guard file.pathExtension == "swift" else { continue }
    let text = try String(contentsOf: file, encoding: .utf8)
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.split(separator: " ")
      guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count,
        words[..<keyword].allSatisfy({ $0.hasPrefix("@") || modifiers.contains($0) })
      else { continue }
      // `import struct Foundation.URL` names the module after a kind.
      let name = words[(keyword + 1)...].first {
        !["struct", "enum", "class", "func", "protocol"].contains($0)
      }
      // Examples of the language, inside strings, import paths: those start with a quote.
      guard let name, name.allSatisfy({ $0.isLetter || $0.isNumber || "._".contains($0) }) else {
        continue
      }
      let imported = String(name.split(separator: ".")[0])
      found.append(Import(module: imported, line: "\(module)/\(file.lastPathComponent):\(index + 1)"))
    }
  }
  return found
}

@Test func everyModuleHasItsRow() throws {
  let folders = try FileManager.default.contentsOfDirectory(atPath: sources.path)
  let swift = folders.filter { !$0.hasPrefix("C") || allowed[$0] != nil }
  #expect(Set(swift) == Set(allowed.keys))
}

@Test(arguments: allowed.keys.sorted())
func aModuleImportsOnlyWhatItMayKnow(module: String) throws {
  var may = allowed[module]!.union(standard)
  if !pure.contains(module) { may.formUnion(system) }
  for found in try imports(of: module) where found.module != module {
    #expect(may.contains(found.module), "\(found.line) imports \(found.module): not for \(module)")
  }
}
