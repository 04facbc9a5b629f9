import Compiler
import Diagnosing
import Testing

/// A labelled value on every way out: as it is, it is stopped; made harmless or let through, it passes.
struct PrivacyTests {
  @Test(arguments: Route.all, Treatment.allCases)
  func `what is labelled leaves on no way unless it is let out`(route: Route, treatment: Treatment) async {
    let program = route.program(treatment)
    let compilation = await compile(["a.thal": program, "shared.thal": Route.shared], ["a.thal"])
    guard treatment == .plain || treatment == .allow && !route.allowOpens else {
      #expect(compilation.report == [], "\(program)")
      return
    }
    let lines = program.split(separator: "\n", omittingEmptySubsequences: false)
    let leak = (lines.firstIndex { $0.hasSuffix("// here") } ?? -1) + 1
    let found = compilation.diagnostics.map { diagnostic in
      "\(compilation.sources[diagnostic.span.file].position(of: diagnostic.span.start).line) \(diagnostic.code)"
    }
    #expect(found == ["\(leak) \(route.code)"], "\(compilation.report)\n\(program)")
    for diagnostic in compilation.diagnostics {
      #expect(diagnostic.help != nil)
      #expect(diagnostic.labels.contains { $0.message == "labelled `@pii` here" })
    }
  }

  /// What is done to the labelled value.
  enum Treatment: String, CaseIterable {
    case plain, mask, hash, declassify, allow

    func apply(to value: String) -> String {
      switch self {
      case .plain, .allow: value
      case .mask: "mask(\(value))"
      case .hash: "hash(\(value), key: secret(\"k\"))"
      case .declassify: "shared.first(\(value))"
      }
    }
  }

  /// A way out. In its text `«value»` is what is treated, `«allow»` where a sink may be opened; the line on
  /// which the leak is reported ends with `// here`.
  struct Route: CustomTestStringConvertible {
    let name: String
    let code: String
    let allowOpens: Bool
    let declarations: String
    let sources: String
    let statements: String

    init(
      _ name: String, code: String = "S730", allowOpens: Bool = true, declarations: String = "",
      sources: String = #"from people: Table<Person> = csv("people.csv")"#, _ statements: String
    ) {
      self.name = name
      self.code = code
      self.allowOpens = allowOpens
      self.declarations = declarations
      self.sources = sources
      self.statements = statements
    }

    /// One expression, written by a sink.
    init(value name: String, declarations: String = "", _ expression: String) {
      self.init(
        name, declarations: declarations,
        #"into out = jsonl("out.jsonl"«allow») <- people.map(p -> row { x: \#(expression) }) // here"#)
    }

    /// An operator over rows with one labelled field, `text`.
    init(rows name: String, _ operators: String, sources: String = "") {
      self.init(
        name, sources: #"from people: Table<Person> = csv("people.csv")"# + "\n" + sources,
        """
        let rows = people.map(p -> row { p.id, p.name, text: «p.email», p.at })
        into out = jsonl("out.jsonl"«allow») <- rows\(operators) // here
        """)
    }

    /// As `rows`, of a timed stream.
    init(stream name: String, _ operators: String) {
      self.init(
        name, sources: #"from people: Stream<Person> = kafka("people", group: "g")"#,
        """
        let rows = people.map(p -> row { p.id, p.name, text: «p.email», p.at }).timed(r -> r.at, delay: 10s)
        into out = kafka("out"«allow») <- rows\(operators) // here
        """)
    }

    var testDescription: String { name }

    func program(_ treatment: Treatment) -> String {
      """
      import "./shared.thal" { Person, Open }
      import "./shared.thal" as shared
      \(declarations)
      pipeline p {
        \(sources)
        \(statements)
      }
      """.replacingMarks(treatment)
    }

    static let shared = """
      record Person { id: Int, name: String, email: String @pii, at: Timestamp }
      record Open { id: Int, text: String }
      record Wrapped { id: Int, person: Person }
      declassify fn first(text: String @pii) -> String unlabels pii { text.slice(0, 1) }
      fn shout(text: String) -> String { text.upper() }
      fn opened(id: Int, text: String) -> Open { Open { id, text } }
      fn kept(opens: Flow<Open>) -> Flow<Open> { opens.filter(o -> o.id > 0) }
      fn noted(opens: Flow<Open>) -> Flow<Open> { opens.map(o -> Open { o.id, text: shout(o.text) }) }
      """
  }
}

extension String {
  fileprivate func replacingMarks(_ treatment: PrivacyTests.Treatment) -> String {
    var result = ""
    var rest = self[...]
    while let open = rest.firstIndex(of: "«"), let close = rest[open...].firstIndex(of: "»") {
      result += rest[..<open]
      let mark = String(rest[rest.index(after: open)..<close])
      switch mark {
      case "allow": result += treatment == .allow ? ", allow: [pii]" : ""
      case "allow only": result += treatment == .allow ? "allow: [pii]" : ""
      case "allow [pii]": result += treatment == .allow ? mark : ""
      default: result += treatment.apply(to: mark)
      }
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }
}
