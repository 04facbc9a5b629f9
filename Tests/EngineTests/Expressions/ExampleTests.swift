import Semantics
import Testing

@testable import Engine

/// The examples of the reference do what they say.
@Suite struct ExampleTests {
  /// What needs a secret is refused by the backend.
  private static let functions = StandardLibrary.all.filter { !$0.example.source.contains("secret(") }

  @Test(arguments: functions)
  func examplesOfStandardFunctionsAreRight(_ function: StandardFunction) throws {
    let mark = function.example.source.contains("try ") ? "!" : ""
    let compiled = try Compiled(
      "fn test() -> Bool\(mark) { (\(function.example.source)) == \(function.example.result) }")
    #expect(compiled.run([[]]) == [.value(.bool(true))], "\(function.example)")
  }

  @Test func everyBuiltinHasAnExample() {
    #expect(Set(StandardLibrary.all.compactMap(\.operation)) == Set(Builtin.allCases))
  }
}
