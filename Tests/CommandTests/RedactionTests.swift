import Subprocess
import SystemPackage
import Testing

/// What a run writes itself tells no labelled value.
@Suite struct RedactionTests {
  private static let declarations = """
    record Person { id: Int, name: String, email: String @pii, score: Int? @pii }
    fn digits(text: String) -> Int! { try text.to_int() }

    """

  private static let routes = [
    "an expression": "let rows = people.map(p -> row { p.id, n: mask(try p.email.to_int()) })",
    "a function": "let rows = people.map(p -> row { p.id, n: mask(try digits(p.email)) })",
    "another expression": "let rows = people.map(p -> row { p.id, n: mask(try p.name.to_int()) })",
    "a check of rows": "check people { every(p -> p.id > 100) }\nlet rows = people.map(p -> row { p.id })",
    "a check of keys": "check people { unique(p -> p.email) }\nlet rows = people.map(p -> row { p.id })",
    "a check of the whole":
      "check people { that(g -> g.max(p -> p.email) == none) }\nlet rows = people.map(p -> row { p.id })",
    "a source": "let rows = people.filter(p -> p.score != none).map(p -> row { p.id })",
  ]

  @Test(arguments: routes.keys.sorted())
  func `no labelled value is printed`(name: String) async throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      Self.declarations + """
        pipeline p {
          from people: Table<Person> = csv("people.csv")
          \(Self.routes[name] ?? "")
          into out = csv("out.csv") <- rows
        }
        """, to: "p.thal")
    let score = name == "a source" ? "hidden-score" : "1"
    try sandbox.write(
      "id,name,email,score\n1,Ada,hidden-mail,\(score)\n2,Bob,hidden-mail,2\n", to: "people.csv")
    let result = try await sandbox.run("run", "p.thal")
    #expect(result.status == .exited(1), "\(result.error)")
    #expect(!(result.output + result.error).contains("hidden"), "\(result.error)")
    let shown = try await sandbox.run("runs", "show", "last", "--json")
    #expect(!(shown.output + shown.error).contains("hidden"), "\(shown.output)")
    if name == "another expression" { #expect(result.error.contains("Ada"), "\(result.error)") }
  }
}
