import Testing

struct DepthTests {
  /// As deep as the parser lets an expression be.
  @Test(arguments: [
    ("a chain of operators", "x" + String(repeating: " + x", count: 500)),
    ("parentheses", String(repeating: "(", count: 200) + "x" + String(repeating: ")", count: 200)),
    ("calls", String(repeating: "f(", count: 200) + "x" + String(repeating: ")", count: 200)),
    ("methods", "x" + String(repeating: ".abs()", count: 240)),
    ("conditionals", String(repeating: "if x > 0 { x } else ", count: 200) + "{ x }"),
    (
      "lists",
      "f(" + String(repeating: "[", count: 200) + "x" + String(repeating: "]", count: 200) + ".len())"
    ),
    ("defaults", String(repeating: "x.to_float().to_int() else ", count: 200) + "x"),
  ])
  func `a deep expression is checked without running out of stack`(name: String, source: String) {
    let checked = CheckedFiles("fn f(x: Int) -> Int { x }\nfn subject(x: Int) -> Int { \(source) }\n")
    #expect(checked.report == "")
  }
}
