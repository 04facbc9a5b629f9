import Compiler
import Dataflow
import Diagnosing
import Testing

/// Compiles the one pipeline of a program.
func compile(_ text: String) async throws -> Graph {
  let compilation = await check(["test.thal"]) { $0 == "test.thal" ? Array(text.utf8) : nil }
  try #require(
    compilation.diagnostics.filter { $0.severity == .error }.isEmpty,
    "\(compilation.diagnostics.map(\.message))")
  return try #require(compilation.graphs.first)
}
