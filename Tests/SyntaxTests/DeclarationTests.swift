import Diagnosing
import Syntax
import Testing

/// Each declaration and statement in the abstract syntax.
struct DeclarationTests {
  @Test(arguments: [
    (#"import "./types.thal" { Priced, rate }"#, #"(import "./types.thal" Priced rate)"#),
    (#"import "./pricing.thal" as pricing"#, #"(import "./pricing.thal" as pricing)"#),
    ("enum Status { paid, open }", "(enum Status paid open)"),
    (#"enum Status { paid @name("PAID"), open }"#, #"(enum Status (paid @(name "PAID")) open)"#),
    ("type OrderId = Int", "(type OrderId Int)"),
    ("label health", "(label health)"),
    (
      #"record A { id: Int @key, b: String? @pii @range(0, 130) = none, c: List<String @pii> }"#,
      "(record A (id Int @key) (b String? @pii @(range 0 130) = none) (c List<String@pii>))"
    ),
    (
      "@names(prefix: \"l_\")\nrecord A { a: Vector<384>, match: m.B }",
      #"(record A @(names prefix:"l_") (a Vector<384>) (match m.B))"#
    ),
    ("record A { }", "(record A)"),
    ("fn f() -> Int { 1 }", "(fn f ->Int {1})"),
    (
      "fn f(a: Int, b: String @pii = \"x\",) -> Flow<R>! @pii { a }",
      "(fn f (a Int) (b String@pii = \"x\") ->Flow<R>@pii! {a})"
    ),
    (
      "declassify fn f(s: String @pii) -> String unlabels pii, health { s }",
      "(declassify fn f (s String@pii) ->String (unlabels pii health) {s})"
    ),
    ("/// One.\n///   Two.\nfn f() -> Int { 1 }", "[One.\n  Two.] (fn f ->Int {1})"),
    ("/// Doc.\n@names(a)\nrecord A { a: Int }", "[Doc.] (record A @(names a) (a Int))"),
    ("//// No.\n// No.\nfn f() -> Int { 1 }", "(fn f ->Int {1})"),
    ("pipeline p { }", "(pipeline p)"),
    ("pipeline p(day: Date, n: Int = 1) {\n}", "(pipeline p (day Date) (n Int = 1))"),
    ("test \"x\" { expect a == b }", "(test \"x\" (expect (== a b)))"),
    (
      "test \"x\" for p(day: d) {\n  given a = []\n  let b = 1\n  expect c { rows(min: 1) }\n  expect c == []\n}",
      "(test \"x\" p day:d (given a []) (let b 1) (expect c (rows min:1)) (expect (== c [])))"
    ),
  ])
  func `a declaration has its abstract syntax`(text: String, meaning: String) {
    #expect(program(text) == meaning)
  }

  @Test func `a task has its clauses`() {
    let text = """
      declassify task t(d: Doc, n: Int = 1) -> Vector<3> unlabels pii {
        python "embed.py:embed"
        command \"""
          run {d} {out.model}
          \"""
        http "https://x/{n}"
        container "image"
        effect pure
        effect idempotent(by: d -> d.id)
        effect external
        batch 64 within 20ms
        batch 8
        replicas 1..4
        resources { cpu: 1, memory: 2GiB
          gpu: 0 }
        env { HF_TOKEN: secret("hf"), lower: "x" }
        timeout 30s
        retry 3 backoff 1s..30s
        retry n
        cache 90d
        allow [pii, health]
        format csv
      }
      """
    #expect(
      program(text) == """
        (declassify task t (d Doc) (n Int = 1) ->Vector<3> (unlabels pii) (python "embed.py:embed") \
        (command "run {d} {(. out model)}") (http "https://x/{n}") (container "image") (effect pure) \
        (effect idempotent by:(\\d (. d id))) (effect external) (batch 64 within 20000us) (batch 8) \
        (replicas (.. 1 4)) (resources cpu:1 memory:2147483648B gpu:0) \
        (env HF_TOKEN:(call secret "hf") lower:"x") (timeout 30000000us) \
        (retry 3 backoff (.. 1000000us 30000000us)) (retry n) (cache 7776000000000us) (allow [pii health]) \
        (format csv))
        """)
  }

  @Test(arguments: [
    ("from a: Table<B> = csv(\"x\")", "(from a Table<B> (call csv \"x\"))"),
    ("from lines: Table<Line> = lines(\"x\")", "(from lines Table<Line> (call lines \"x\"))"),
    ("from from: Stream<A?> = from", "(from from Stream<A?> from)"),
    ("into a = b <- c", "(into a b <- c)"),
    ("into a: Table<B> = b(c) <- d.e()", "(into a Table<B> (call b c) <- (call (. d e)))"),
    ("let a = b", "(let a b)"),
    ("let a, b = c.split(0.5)", "(let a b (call (. c split) 0.5))"),
    ("@was(\"old\")\nlet a = b", "@(was \"old\") (let a b)"),
    ("check a { }", "(check a)"),
    (
      "check a.b {\n  rows(min: 1)\n  warn every(r -> r.x, at_least: 0.9)\n}",
      "(check (. a b) (rows min:1) (warn every (\\r (. r x)) at_least:0.9))"
    ),
    ("discard a", "(discard a)"),
    ("reply a", "(reply a)"),
    ("reply a.b() status 201 allow [pii, health]", "(reply (call (. a b)) 201 @pii @health)"),
    ("run { retry: 1 }", "(run retry:1)"),
    (
      "run stream { delivery: exactly_once, on: dataset(\"a\") }",
      "(run stream delivery:exactly_once on:(call dataset \"a\"))"
    ),
    ("if a {\n  discard b\n}", "(if a (then (discard b)))"),
    (
      "if let a = b { discard c } else if d { fail(\"x\") } else { let e = f }",
      "(if (let a b) (then (discard c)) (else (if d (then (do (call fail \"x\"))) (else (let e f)))))"
    ),
    ("fail(\"x\")", "(do (call fail \"x\"))"),
    (
      "let a = for r in b, d in [2, 4] {\n  let x = d\n  check x { }\n  train(x)\n}",
      "(let a (for (r b) (d [2 4]) (let x d) (check x) (do (call train x))))"
    ),
    ("let a, b = try for r in c { d(r) }", "(let a b (try for (r c) (do (call d r))))"),
    ("for r in c { if r { 1 } else { 2 } }", "(do (for (r c) (if r (then (do 1)) (else (do 2)))))"),
  ])
  func `a statement has its abstract syntax`(text: String, meaning: String) {
    #expect(statements(text) == meaning)
  }

  @Test func `spans cover what was written`() throws {
    let text = "/// Doc.\nfn f(a: Int) -> Int {\n  a + (1)\n}\n"
    let parsed = parse(text)
    let declaration = try #require(parsed.program.declarations.first)
    #expect(parsed.file.text(declaration.span) == "fn f(a: Int) -> Int {\n  a + (1)\n}")
    guard case .function(let function) = declaration.kind, case .block(_, let value) = function.body.kind,
      case .binary(_, let sign, _, let right) = value.kind
    else {
      Issue.record("not a function whose value is a sum")
      return
    }
    #expect(parsed.file.text(function.name.span) == "f")
    #expect(parsed.file.text(value.span) == "a + (1)")
    #expect(parsed.file.text(sign) == "+")
    #expect(parsed.file.text(right.span) == "(1)")
    #expect(parsed.file.text(function.body.span) == "{\n  a + (1)\n}")
  }
}
