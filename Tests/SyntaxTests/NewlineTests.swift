import Testing

/// Where a line break ends what stands before it, and where it means nothing.
struct NewlineTests {
  @Test(arguments: [
    // A line that can't end there goes on.
    ("a +\nb", "(+ a b)"),
    ("a ==\n\n// why\nb", "(== a b)"),
    ("try\na", "(try a)"),
    ("x ->\nx", "(\\x x)"),
    ("let a =\n1\na", "(block (let a 1) a)"),
    ("let\na = 1\na", "(block (let a 1) a)"),
    ("if\na { 1 } else\n{ 2 }", "(if a {1} {2})"),
    ("a.\nb", "(. a b)"),
    // So does one whose next begins with an operator of two operands, `.`, `?.` or `else`.
    ("a\n.b\n  .c()", "(call (. (. a b) c))"),
    ("a\n?.b", "(?. a b)"),
    ("a\n\n// comment\n\n.b", "(. a b)"),
    ("a\n+ b", "(+ a b)"),
    ("a\n- b", "(- a b)"),
    ("let x = a\n-1\nx", "(block (let x (- a 1)) x)"),
    ("let x = a\n.b\nx", "(block (let x (. a b)) x)"),
    ("a\n?? b", "(?? a b)"),
    ("a\n&& b\n|| c", "(|| (&& a b) c)"),
    ("a\nin b", "(in a b)"),
    ("a\n< b", "(< a b)"),
    ("a\nelse b", "(else a b)"),
    ("if a { 1 }\nelse { 2 }", "(if a {1} {2})"),
    ("if a { 1 }\nelse if b { 2 }\nelse { 3 }", "(if a {1} (if b {2} {3}))"),
    // Brackets and the braces of constructions, rows and matches are free of line breaks.
    ("f(\na\n,\nb\n)", "(call f a b)"),
    ("f\n", "f"),
    ("(a\n(b))", "(call a b)"),
    ("[a\n[0], b\n]", "[(index a 0) b]"),
    ("Priced\n{ a: 1 }", "(new Priced a:1) !! 3:1 P116"),
    ("(Priced\n{ a:\n1\n})", "(new Priced a:1)"),
    ("row\n{ a }", "(row a<-a)"),
    ("match a {\n.b\n->\n1\n,\nelse -> 2\n}", "(match a (.b 1) (else 2))"),
    ("\"\"\"\n{a\n+\nb}\n\"\"\"", "\"{(+ a b)}\""),
    // A block inside brackets has statements again.
    ("f({ let a = 1\na })", "(call f (block (let a 1) a))"),
    ("f(x -> {\n  let a = x\n  a\n}, b)", "(call f (\\x (block (let a x) a)) b)"),
    // The first expression after `{` is free.
    ("(a)", "a"),
    ("[a]", "[a]"),
    ("-1", "(- 1)"),
    (".a", ".a"),
  ])
  func `a line break ends a statement or it does not`(text: String, meaning: String) {
    let parts = meaning.split(separator: " !! ")
    let found = body(text)
    if parts.count == 2 {
      #expect(found.contains(parts[1]), "\(found)")
    } else {
      #expect(found == meaning)
    }
  }

  @Test func `entries end at a comma or at the end of their line`() {
    #expect(
      program("record A {\n  a: Int, b: Int = 1\n  c: Int @key\n  in: Int = 2\n  else: Int\n\n  d: Int,\n}")
        == "(record A (a Int) (b Int = 1) (c Int @key) (in Int = 2) (else Int) (d Int))")
    #expect(program("enum A { a, b\n  c,\n d }") == "(enum A a b c d)")
    #expect(program("import \"x\" { A\n b, C }") == "(import \"x\" A b C)")
    #expect(
      statements(
        "run batch {\n  retry: 2\n  timeout: 20m, a: b\n}\ncheck a { rows(min: 1), unique(b)\n every(c) }")
        == "(run batch retry:2 timeout:1200000000us a:b)\n(check a (rows min:1) (unique b) (every c))")
  }

  @Test func `a sink's flow may stand on the next line`() {
    #expect(
      statements("into a: Table<B> = csv(\"x\")\n  <- b\n    .c()\nlet d = e")
        == "(into a Table<B> (call csv \"x\") <- (call (. b c)))\n(let d e)")
  }

  @Test func `CR LF ends a line as LF does`() {
    #expect(program("record A {\r\n  a: Int\r\n  b: Int\r\n}\r\n") == "(record A (a Int) (b Int))")
  }
}
