import Semantics
import Testing

/// What the checker gives for an expression: names resolved, conversions explicit, types known.
struct TypedExpressionTests {
  /// An expression over the parameters of the program below, the result asked for, and what it becomes.
  struct Sample: Sendable, CustomTestStringConvertible {
    let source: String
    let result: String
    let printed: String

    init(_ source: String, _ result: String, _ printed: String) {
      self.source = source
      self.result = result
      self.printed = printed
    }

    var testDescription: String { source }
  }

  private static let declarations = """
    enum Status { paid, open }
    type Id = Int
    record Order { id: Id, total: Decimal, note: String?, status: Status = .paid }
    fn scaled(x: Decimal, factor: Decimal = 2) -> Decimal { x * factor }
    fn strict(x: Int) -> Int! { if x < 0 { fail("negative") } else { x } }
    """
  private static let parameters =
    "a: Int, b: Int?, d: Decimal, f: Float, s: String, o: Order, p: Order?, xs: List<Int>, t: Timestamp, j: Json"

  @Test(arguments: [
    Sample("a + 1", "Int", "(a + 1): Int"),
    Sample("a", "Int?", "some(a): Int?"),
    Sample("b", "Int?", "b: Int?"),
    Sample("none", "Int?", "none: Int?"),
    Sample("1.5", "Decimal", "1500000000000000000e-18: Decimal"),
    Sample("-2", "Float", "-2.0: Float"),
    Sample("d * 2", "Decimal", "(d * 2000000000000000000e-18): Decimal"),
    Sample("2 * 3", "Decimal?", "some((2000000000000000000e-18 * 3000000000000000000e-18)): Decimal?"),
    Sample("o.id.raw + 1", "Int", "(rewrap(o.id as Int) + 1): Int"),
    Sample("Id(a)", "Id", "rewrap(a as Id): Id"),
    Sample(
      "o.id.max(Id(3))", "Id", "rewrap(max(rewrap(o.id as Int), rewrap(rewrap(3 as Id) as Int)) as Id): Id"),
    Sample("b == 1", "Bool", "(b == some(1)): Bool"),
    Sample("b == none", "Bool", "(b == none): Bool"),
    Sample(".open == o.status", "Bool", "(.open == o.status): Bool"),
    Sample("b ?? 0", "Int", "if let present = b then present else 0: Int"),
    Sample("b ?? none", "Int?", "if let present = b then some(present) else none: Int?"),
    Sample("p?.total", "Decimal?", "if let present = p then some(present.total) else none: Decimal?"),
    Sample("p?.note", "String?", "if let present = p then present.note else none: String?"),
    Sample(
      "p?.note?.len()", "Int?",
      "if let present = if let present = p then present.note else none then some(String.len(present)) else none: Int?"
    ),
    Sample("if let x = b { x } else { 0 }", "Int", "if let x = b then x else 0: Int"),
    Sample("if a > 0 { a } else { none }", "Int?", "if (a > 0) then some(a) else none: Int?"),
    Sample(
      "match o.status { .paid -> 1, .open -> a }", "Int",
      "match o.status {.paid -> 1: Int; .open -> a: Int}: Int"),
    Sample("match b { none -> 0, x -> x }", "Int", "match b {none -> 0: Int; x -> x: Int}: Int"),
    Sample(
      "match a { 1 | 2 -> true, else -> false }", "Bool",
      "match a {1 | 2 -> true: Bool; else -> false: Bool}: Bool"),
    Sample("s.to_int() else 0", "Int", "cover(String.to_int(s) else 0): Int"),
    Sample("s.to_int() else none", "Int?", "cover(some(String.to_int(s)) else none): Int?"),
    Sample("strict(a) else -1", "Int", "cover(strict(a) else -1): Int"),
    Sample("scaled(d)", "Decimal", "scaled(d, 2000000000000000000e-18): Decimal"),
    Sample("scaled(1, factor: d)", "Decimal", "scaled(1000000000000000000e-18, d): Decimal"),
    Sample("xs.map(x -> x * 2)", "List<Int>", "List.map(xs, x: Int -> (x * 2): Int): List<Int>"),
    Sample("xs.first() ?? 0", "Int", "if let present = first(xs) then present else 0: Int"),
    Sample("xs[0] else 0", "Int", "cover(List[](xs, 0) else 0): Int"),
    Sample("[1, a]", "List<Decimal?>", "error"),
    Sample("[a, none]", "List<Int?>", "[some(a), none]: List<Int?>"),
    Sample("[]", "List<Int>", "[]: List<Int>"),
    Sample("a in [1, 2]", "Bool", "(a in [1, 2]): Bool"),
    Sample("1..a", "List<Int>", "1..a: List<Int>"),
    Sample(#""{s} has {a}""#, "String", #"text(s, " has ", a): String"#),
    Sample(#""plain""#, "String", #""plain": String"#),
    Sample("t - t", "Duration", "(t - t): Duration"),
    Sample("t + 5m", "Timestamp", "(t + 300000000us): Timestamp"),
    Sample(#"date("2026-01-31")"#, "Date", "day 20484: Date"),
    Sample(#"date("2026-01-31") + 1d"#, "Date", "(day 20484 + 86400000000us): Date"),
    Sample(#"timestamp("1970-01-01T00:00:01.5Z")"#, "Timestamp", "time 1500000: Timestamp"),
    Sample(#"uuid("00000000-0000-0000-0000-0000000000ff")"#, "Uuid", "uuid ff: Uuid"),
    Sample("t.date()", "Date", #"Timestamp.date(t, "UTC"): Date"#),
    Sample(#"s.to_date() else date("1970-01-01")"#, "Date", #"cover(to_date(s, "") else day 0): Date"#),
    Sample("d.round()", "Decimal", "round(d, 0): Decimal"),
    Sample(#"s.matches(re"\d+")"#, "Bool", #"matches(s, re"\d+"): Bool"#),
    Sample(
      #"j["k"]?.as_int()"#, "Int?", #"if let present = Json[](j, "k") then as_int(present) else none: Int?"#),
    Sample(#"json.parse<List<Int>>(s) else []"#, "List<Int>", "cover(json.parse(s) else []): List<Int>"),
    Sample(
      "Order { id: o.id, total: 1, note: s }", "Order",
      "{id: o.id, total: 1000000000000000000e-18, note: some(s), status: .paid}: Order"),
    Sample(
      "Order { ...o, total: 0 }", "Order",
      "let spread = o in {id: spread.id, total: 0e-18, note: spread.note, status: spread.status}: Order"),
    Sample("row { o.id, twice: a * 2 }.twice", "Int", "{id: o.id, twice: (a * 2)}.twice: Int"),
    Sample("!(a == 1) && true", "Bool", "(!(a == 1) && true): Bool"),
    Sample("-a", "Int", "-a: Int"),
  ])
  func `an expression becomes its typed form`(sample: Sample) {
    let checked = CheckedFiles(
      """
      \(Self.declarations)
      fn subject(\(Self.parameters)) -> \(sample.result) { \(sample.source) }
      """)
    #expect(checked.body(of: "subject")?.printed ?? "error" == sample.printed, "\(checked.report)")
  }

  @Test
  func `a block binds its names in order`() {
    let checked = CheckedFiles(
      """
      fn subject(a: Int) -> Int {
        let b = a + 1
        let c: Int? = b
        c ?? b
      }
      """)
    #expect(
      checked.body(of: "subject")?.printed
        == "let b = (a + 1) in let c = some(b) in if let present = c then present else b: Int")
  }

  @Test
  func `every local of a function has an id of its own`() throws {
    let checked = CheckedFiles(
      """
      fn first(a: Int, xs: List<Int>) -> Int {
        let b = xs.map(x -> x + a).sum()
        b
      }
      fn second(a: Int) -> Int { a }
      """)
    let functions = checked.program.functions.map(\.target)
    var ids = functions.flatMap { $0.parameters.map(\.id) }
    guard case .bind(let local, let value, _)? = checked.body(of: "first")?.kind,
      case .builtin(_, let arguments, _) = value.kind, case .builtin(_, _, let lambdas) = arguments[0].kind
    else {
      Issue.record("not the form expected")
      return
    }
    ids += [local.id] + lambdas.flatMap { $0.parameters.map(\.id) }
    #expect(Set(ids).count == ids.count)
  }
}
