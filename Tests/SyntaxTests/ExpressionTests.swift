import Testing

/// Operators, literals, lambdas, blocks: what they mean in the abstract syntax.
struct ExpressionTests {
  @Test(arguments: [
    ("1 + 2 * 3", "(+ 1 (* 2 3))"),
    ("1 * 2 + 3", "(+ (* 1 2) 3)"),
    ("1 - 2 - 3", "(- (- 1 2) 3)"),
    ("a / b % c", "(% (/ a b) c)"),
    ("-a * b", "(* (- a) b)"),
    ("-a.b()", "(- (call (. a b)))"),
    ("!a && b", "(&& (! a) b)"),
    ("!!a", "(! (! a))"),
    ("a - -1", "(- a (- 1))"),
    ("a || b && c", "(|| a (&& b c))"),
    ("a == b && c < d", "(&& (== a b) (< c d))"),
    ("a ?? b ?? c", "(?? a (?? b c))"),
    ("a ?? b == c", "(== (?? a b) c)"),
    ("a + 1 .. b * 2", "(.. (+ a 1) (* b 2))"),
    ("0..<n ?? m", "(?? (..< 0 n) m)"),
    ("x in xs && y", "(&& (in x xs) y)"),
    ("a else b else c", "(else a (else b c))"),
    ("a || b else c", "(else (|| a b) c)"),
    ("try a else b", "(try (else a b))"),
    ("a else try b", "(else a (try b))"),
    ("x -> x + 1 else 2", "(\\x (else (+ x 1) 2))"),
    ("(a, b) -> a - b", "(\\a,b (- a b))"),
    ("(a) -> a", "(\\a a)"),
    ("(a, b,) -> a", "(\\a,b a)"),
    ("(a)", "a"),
    ("(a + b) * c", "(* (+ a b) c)"),
    ("a < b", "(< a b)"),
    ("a < -1", "(< a (- 1))"),
    ("a <Int", "(< a Int)"),
    ("a<b", "(< a b)"),
    ("a?.b.c?.d", "(?. (. (?. a b) c) d)"),
    ("a.b(1)[2].c", "(. (index (call (. a b) 1) 2) c)"),
    ("json.parse<Click>(b)", "(call (. json parse)<Click> b)"),
    ("parse<m.Click>(b)", "(call parse<m.Click> b)"),
    ("parse<List<Map<String, Int?>>>(b)", "(call parse<List<Map<String,Int?>>> b)"),
    ("f(1, by: x -> x.id, late: fail, then: discard)", "(call f 1 by:(\\x (. x id)) late:fail then:discard)"),
    ("f(a, for: 1, in: 2, row: 3,)", "(call f a for:1 in:2 row:3)"),
    ("x.match.for.none", "(. (. (. x match) for) none)"),
    ("OrderId(7)", "(call OrderId 7)"),
    ("m.OrderId(7)", "(call (. m OrderId) 7)"),
    ("fail(\"no\")", "(call fail \"no\")"),
    (".paid", ".paid"),
    (".none", ".none"),
    ("[]", "[]"),
    ("[1, 2, ]", "[1 2]"),
    ("[\"k\": 1, \"l\": 2]", "[\"k\":1 \"l\":2]"),
    ("Priced { o.id, usd: 0, usd }", "(new Priced id<-(. o id) usd:0 usd<-usd)"),
    ("Priced { ...x, if: 1 }", "(new Priced ...x if:1)"),
    ("m.Priced { }", "(new m.Priced)"),
    ("Failed<Order> { input: o }", "(new Failed<Order> input:o)"),
    ("row { o.shop, day: o.at.date() }", "(row shop<-(. o shop) day:(call (. (. o at) date)))"),
    ("if a { 1 } else { 2 }", "(if a {1} {2})"),
    ("if a { 1 }", "(if a {1})"),
    ("if a { 1 } else if b { 2 } else { 3 }", "(if a {1} (if b {2} {3}))"),
    ("if let x = a.b { x } else { 0 }", "(if (let x (. a b)) {x} {0})"),
    ("if a { 1 } else { 2 } else 3", "(else (if a {1} {2}) 3)"),
    ("a else if b { 1 } else { 2 }", "(else a (if b {1} {2}))"),
    ("match e { .paid -> 1, .open | .refunded -> 2 }", "(match e (.paid 1) (.open|.refunded 2))"),
    (
      "match x { none -> 0, -1 | 1.5 -> 1, \"a\" -> 2, true -> 3, 5m -> 4, n -> n, else -> 9, }",
      "(match x (none 0) ((- 1)|1.5 1) (\"a\" 2) (true 3) (300000000us 4) (?n n) (else 9))"
    ),
    ("match x { else -> 1 }.y", "(. (match x (else 1)) y)"),
    ("{ let a = 1\n let b, c = f(a)\n a + b }", "(block (let a 1) (let b c (call f a)) (+ a b))"),
    ("x -> { x }", "(\\x {x})"),
    ("1..4", "(.. 1 4)"),
    ("from.into(check)", "(call (. from into) check)"),
    ("record + type", "(+ record type)"),
  ])
  func `an expression means what its operators say`(text: String, meaning: String) {
    #expect(body(text) == meaning)
  }

  @Test(arguments: [
    ("42", "42"), ("1_000", "1000"), ("0xff", "255"), ("0xFF_FF", "65535"),
    ("18446744073709551615", "18446744073709551615"),
    ("3.14", "3.14"), ("1e-3", "1e-3"), ("1_0.5E+2", "10.5E+2"), ("1.to_float()", "(call (. 1 to_float))"),
    ("250ms", "250000us"), ("10s", "10000000us"), ("5m", "300000000us"), ("2h", "7200000000us"),
    ("1d", "86400000000us"), ("1w", "604800000000us"), ("64KiB", "65536B"), ("8GiB", "8589934592B"),
    ("500MB", "500000000B"), ("2TiB", "2199023255552B"), ("true", "true"), ("none", "none"),
    ("re\"[a-z]\\d+\\\"x\\\\\"", "re\"[a-z]\\d+\"x\\\\\""),
  ])
  func `a literal has its value`(text: String, value: String) {
    #expect(body(text) == value)
  }

  @Test(arguments: [
    (#""""#, #""""#),
    (#""a b""#, #""a b""#),
    (#""a\n\t\\\"\{\}\u{e9}\0""#, "\"a\\n\t\\\"{}\u{e9}\0\""),
    (#""{a}""#, #""{a}""#),
    (#""x {a + 1} y {b.c()} z""#, #""x {(+ a 1)} y {(call (. b c))} z""#),
    (#""{a}{b}""#, #""{a}{b}""#),
    (#""{"in {"deep {x}"}"}""#, #""{"in {"deep {x}"}"}""#),
    (#""{f("}")} and {row { a }}""#, #""{(call f "}")} and {(row a<-a)}""#),
    (#""{if a { "y" } else { "n" }}""#, #""{(if a {"y"} {"n"})}""#),
    (#""http://{host}/""#, #""http://{host}/""#),
    ("\"\"\"\n  one\n    two\n\n  three\n  \"\"\"", "\"one\\n  two\\n\\nthree\""),
    ("\"\"\"\n  \"\"\"", "\"\""),
    ("\"\"\"\n\n  \"\"\"", "\"\""),
    ("\"\"\"\n  a {b}\n  c \"quoted\" {\n d }\n  \"\"\"", "\"a {b}\\nc \"quoted\" {d}\""),
    ("\"\"\"\n  one \\\n  two\n  \"\"\"", "\"one two\""),
    ("\"\"\"\r\n  one\r\n  two\r\n  \"\"\"", "\"one\\ntwo\""),
  ])
  func `a string holds its text and its expressions`(text: String, value: String) {
    #expect(body(text) == value)
  }
}
