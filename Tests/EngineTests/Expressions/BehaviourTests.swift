import Columns
import Semantics
import Testing

@testable import Engine

@Suite struct FailureTests {
  @Test(arguments: [
    ("a + b", Int64.max, Int64(1), "9223372036854775807 + 1 overflows `Int`"),
    ("a + b", .min, -1, "-9223372036854775808 + -1 overflows `Int`"),
    ("a - b", .min, 1, "-9223372036854775808 - 1 overflows `Int`"),
    ("a - b", 0, .min, "0 - -9223372036854775808 overflows `Int`"),
    ("a * b", .min, -1, "-9223372036854775808 * -1 overflows `Int`"),
    ("a * b", 1 << 32, 1 << 31, "4294967296 * 2147483648 overflows `Int`"),
    ("(a / b) else 7", .min, -1, "-9223372036854775808 / -1 overflows `Int`"),
    ("-a + b", .min, 0, "-(-9223372036854775808) overflows `Int`"),
    ("a.abs() + b", .min, 0, "the magnitude of -9223372036854775808 overflows `Int`"),
    ("[a, b].sum()", .max, 1, "the sum overflows `Int`"),
  ])
  func integerOverflowIsAFault(_ body: String, _ a: Int64, _ b: Int64, _ message: String) throws {
    let compiled = try Compiled("fn f(a: Int, b: Int) -> Int { \(body) }")
    // Among rows that are fine, at every place of a word of bits.
    let rows = (0..<70).map { $0 == 65 ? [Single.int(a), .int(b)] : [.int(6), .int(3)] }
    let outcomes = compiled.run(rows)
    #expect(outcomes[65] == .fault(message))
    #expect(outcomes.filter { if case .value = $0 { true } else { false } }.count == 69)
  }

  @Test(arguments: [(Int64.max, 0), (.min, 0), (.max - 1, 1), (.min + 1, -1)] as [(Int64, Int64)])
  func whatJustFitsIsNoFault(_ a: Int64, _ b: Int64) throws {
    #expect(
      try Compiled("fn f(a: Int, b: Int) -> Int { a + b }").run(.int(a), .int(b)) == .value(.int(a + b)))
  }

  @Test func divisionByZeroFailsAndIsCovered() throws {
    #expect(
      try Compiled("fn f(a: Int, b: Int) -> Int! { try a / b }").run(.int(7), .int(0))
        == .failure("division by zero: 7 / 0"))
    #expect(
      try Compiled("fn f(a: Int, b: Int) -> Int { a / b else -1 }").run(.int(7), .int(0)) == .value(.int(-1)))
    #expect(
      try Compiled("fn f(a: Int, b: Int) -> Int { a % b else -1 }").run(.int(-7), .int(2)) == .value(.int(-1))
    )
    #expect(
      try Compiled("fn f(a: Int, b: Int) -> Int { a % b else 9 }").run(.int(.min), .int(-1))
        == .value(.int(0)))
    #expect(
      try Compiled("fn f(a: Float, b: Float) -> Float! { try a / b }").run(.float(1), .float(-0.0))
        == .failure("division by zero: 1.0 / -0.0"))
  }

  @Test func failuresSayWhatWasFound() throws {
    let compiled = try Compiled("fn f(s: String) -> Int! { try s.to_int() }")
    #expect(compiled.run(.string("abc")) == .failure("`abc` is not an `Int`"))
    #expect(
      compiled.run(.string("9999999999999999999"))
        == .failure("`9999999999999999999` is not an `Int`: it does not fit 64 bits"))
    #expect(
      try Compiled("fn f(xs: List<Int>) -> Int! { try xs[3] }").run(.list([.int(1)]))
        == .failure("there is no element 3 in a list of 1 element"))
    #expect(
      try Compiled(#"fn f(s: String) -> Int! { fail("no {s}") }"#).run(.string("way")) == .failure("no way"))
  }

  @Test func untakenBranchesNeitherFailNorFault() throws {
    let rows: [[Single]] = (0..<200).map { [.int($0 % 2 == 0 ? .max : Int64($0)), .int(Int64($0 % 3))] }
    let sources = [
      "if b == 0 { 0 } else { (a / b) else 5 }",
      "if a == 9223372036854775807 { a } else { a + 1 }",
      "if a > 1000 { a } else { (1..<a).map(x -> x + 1).len() }",
      "if a > 1000 && b < 5 { 1 } else { a * 2 }",
      "match b { 0 -> a, 1 -> b, else -> (a % b else 0) }",
    ]
    for source in sources {
      for outcome in try Compiled("fn f(a: Int, b: Int) -> Int { \(source) }").run(rows) {
        guard case .value = outcome else {
          Issue.record("\(outcome) of \(source)")
          break
        }
      }
    }
  }

  @Test func theRightSideOfLogicIsAskedOnlyWhereItDecides() throws {
    let compiled = try Compiled("fn f(a: Int, b: Int) -> Bool! { try b != 0 && a / b > 1 }")
    #expect(
      compiled.run([[.int(4), .int(0)], [.int(4), .int(2)], [.int(4), .int(4)]]) == [
        .value(.bool(false)), .value(.bool(true)), .value(.bool(false)),
      ])
    let either = try Compiled("fn f(a: Int, b: Int) -> Bool { a > 0 || a - 9223372036854775807 < b }")
    #expect(
      either.run([[.int(1), .int(0)], [.int(-2), .int(0)], [.int(-1), .int(0)]]) == [
        .value(.bool(true)), .fault("-2 - 9223372036854775807 overflows `Int`"), .value(.bool(true)),
      ])
  }

  @Test func aCoverHandlesFailuresButNoFaults() throws {
    let compiled = try Compiled("fn f(s: String, a: Int) -> Int { (s.to_int() else 0) + a }")
    #expect(
      compiled.run([[.string("x"), .int(1)], [.string("2"), .int(.max)], [.string("3"), .int(4)]]) == [
        .value(.int(1)), .fault("2 + 9223372036854775807 overflows `Int`"), .value(.int(7)),
      ])
    let nested = try Compiled("fn f(s: String, t: String) -> Int { s.to_int() else t.to_int() else -1 }")
    #expect(
      nested.run([
        [.string("1"), .string("x")], [.string("x"), .string("2")], [.string("x"), .string("y")],
      ]) == [
        .value(.int(1)), .value(.int(2)), .value(.int(-1)),
      ])
  }

  @Test func constantsThatFailFailEveryRow() throws {
    let compiled = try Compiled(#"fn f(a: Int) -> Int! { try a + "x".to_int() }"#)
    #expect(
      compiled.run([[.int(1)], [.int(2)]]) == [
        .failure("`x` is not an `Int`"), .failure("`x` is not an `Int`"),
      ])
    #expect(compiled.run([]).isEmpty)
    // A constant over the pipeline's parameters: one row, or the reason why there is none.
    let text = TypedExpression(.literal(.string("x")), .string, span)
    let failing = TypedExpression(.builtin(.stringToInt, [text], []), .int, span)
    #expect(throws: RowFailure.self) { try ExpressionCompiler().evaluateConstant(failing) }
  }
}

@Suite struct ValueTests {
  @Test(arguments: [
    ("a == none", false), ("b == none", true), ("a == b", false), ("b == c", true),
    ("a == 1", true), ("b != 1", true),
  ])
  func equalityIsTwoValued(_ body: String, _ expected: Bool) throws {
    let compiled = try Compiled("fn f(a: Int?, b: Int?, c: Int?) -> Bool { \(body) }")
    #expect(compiled.run(.int(1), .none, .none) == .value(.bool(expected)))
  }

  @Test func notANumberEqualsItselfAndIsGreatest() throws {
    let compiled = try Compiled(
      "fn f(a: Float, b: Float) -> List<Bool> { [a == b, a < b, a >= b, a in [b]] }")
    func outcome(_ a: Double, _ b: Double) -> Outcome { compiled.run(.float(a), .float(b)) }
    func list(_ values: Bool...) -> Outcome { .value(.list(values.map { .bool($0) })) }
    #expect(outcome(.nan, .nan) == list(true, false, true, true))
    #expect(outcome(.infinity, .nan) == list(false, true, false, false))
    #expect(outcome(-0.0, 0.0) == list(true, false, true, true))
  }

  @Test func recordsAndListsAreCompared() throws {
    let compiled = try Compiled(
      """
      record P { x: Int, y: String? }
      fn f(a: P, b: P) -> Bool { a == b && [a] == [b] && a in [b] }
      """)
    let p = Single.record([.int(1), .none])
    #expect(compiled.run(p, p) == .value(.bool(true)))
    #expect(compiled.run(p, .record([.int(1), .string("")])) == .value(.bool(false)))
  }

  @Test(arguments: [
    (#""{a} {b} {c}""#, "-5 1.5 true"), (#""{d}""#, "2026-02-01"),
    (#""{1.50.to_decimal()}|{250ms}""#, "1.5|250ms"),
  ])
  func interpolationWritesTexts(_ body: String, _ expected: String) throws {
    let compiled = try Compiled("fn f(a: Int, b: Float, c: Bool, d: Date) -> String { \(body) }")
    #expect(compiled.run(.int(-5), .float(1.5), .bool(true), .date(20_485)) == .value(.string(expected)))
  }

  @Test(arguments: [
    ("2026-03-29T00:59:59Z", "Europe/Berlin", "2026-03-29"),
    ("2026-03-28T23:00:00Z", "Europe/Berlin", "2026-03-29"),
    ("2026-07-01T22:00:00Z", "Europe/Berlin", "2026-07-02"),
    ("2026-12-01T22:59:59Z", "Europe/Berlin", "2026-12-01"),
    ("2090-07-01T22:00:00Z", "Europe/Berlin", "2090-07-02"),
    ("2090-12-01T22:59:59Z", "Europe/Berlin", "2090-12-01"),
    ("2026-01-01T04:59:59Z", "America/New_York", "2025-12-31"),
    ("1800-01-01T00:00:00Z", "Europe/Berlin", "1800-01-01"),
    ("2026-01-01T13:00:00Z", "Pacific/Auckland", "2026-01-02"),
    ("2060-01-01T11:00:00Z", "Pacific/Auckland", "2060-01-02"),
    ("2026-01-01T18:29:59Z", "Asia/Kolkata", "2026-01-01"),
    ("2026-01-01T18:30:00Z", "Asia/Kolkata", "2026-01-02"),
    ("1969-12-31T23:59:59Z", "UTC", "1969-12-31"),
  ])
  func daysDependOnTheZone(_ time: String, _ zone: String, _ day: String) throws {
    let compiled = try Compiled(
      #"fn f(s: String, zone: String) -> String! {\#n let t = try s.to_timestamp()\#n "{t.date(zone: zone)}"\#n}"#
    )
    #expect(compiled.run(.string(time), .string(zone)) == .value(.string(day)))
  }

  @Test(arguments: ["Mars/Base", "", "../../etc/passwd", "/etc/passwd"])
  func unknownZonesAreFaults(_ zone: String) throws {
    let compiled = try Compiled("fn f(t: Timestamp, zone: String) -> Date { t.date(zone: zone) }")
    guard case .fault(let message) = compiled.run(.timestamp(0), .string(zone)) else {
      Issue.record("no fault for \(zone)")
      return
    }
    #expect(message.hasPrefix("there is no time zone `\(zone)`"))
  }

  @Test func constantListsAreSearchedByHash() throws {
    let list = (0..<40).map { "\($0 * 3)" }.joined(separator: ", ")
    let compiled = try Compiled("fn f(a: Int) -> Bool { a in [\(list)] }")
    #expect(
      compiled.run((0..<130).map { [.int(Int64($0))] })
        == (0..<130).map { .value(.bool($0 % 3 == 0 && $0 < 120)) })
  }

  @Test func listsMayHaveMoreElementsThanAnyOtherThing() {
    let local = Local(id: 1, name: "a", type: .int)
    let elements = (0..<70_000).map { TypedExpression(.literal(.int(Int64($0))), .int, span) }
    let last = TypedExpression(.local(local), .int, span)
    let list = TypedExpression(.list(elements + [last]), .list(.int), span)
    let sum = TypedExpression(.builtin(.listSum, [list], []), .int, span)
    let kernel = ExpressionCompiler().compile(sum, inputs: [local])
    let result = kernel.evaluate(column([.int(1), .int(5)], .int)).column.int64s
    #expect((result[0], result[1]) == (2_449_965_001, 2_449_965_005))
  }

  @Test func longChainsOfCallsHaveNoCost() throws {
    var source = "fn f0(a: Int) -> Int { a + 1 }\n"
    for level in 1...200 {
      source += "fn f\(level)(a: Int) -> Int { if a > 0 { f\(level - 1)(a) } else { f\(level - 1)(1) } }\n"
    }
    #expect(try Compiled(source).run([[.int(100)], [.int(-1)]]) == [.value(.int(101)), .value(.int(2))])
  }

  @Test func lambdasUseWhatStandsAroundThem() throws {
    let compiled = try Compiled(
      "fn f(xs: List<Int>, k: Int) -> List<Int> { xs.filter(x -> x > k).flat_map(x -> [1, 2].map(y -> x * y + k)) }"
    )
    #expect(
      compiled.run([
        [.list([.int(1), .int(5), .int(7)]), .int(2)], [.list([]), .int(0)], [.list([.int(3)]), .int(1)],
      ])
        == [
          .value(.list([.int(7), .int(12), .int(9), .int(16)])), .value(.list([])),
          .value(.list([.int(4), .int(7)])),
        ])
  }

  @Test func jsonIsRead() throws {
    let compiled = try Compiled(
      #"""
      fn f(j: Json) -> List<String?> {
        [j["a"]?.as_string(), j["b"]?.as_list()?.first()?.as_string(), if let c = j["c"] { c["d"]?.as_string() } else { none }]
      }
      """#)
    #expect(
      compiled.run(
        .string(#" { "x": [1, {"a": 2}], "\u0061" : "ö\n\ud83d\ude00", "b": ["p", "q"], "c": {"d": null} } "#)
      )
        == .value(.list([.string("ö\n😀"), .string("p"), .none])))
    #expect(compiled.run(.string("[1, 2]")) == .value(.list([.none, .none, .none])))
  }

  @Test(arguments: [
    ("7", "7", "7.0"), ("-1.5", "none", "-1.5"), ("\"7\"", "none", "none"), ("null", "none", "none"),
    ("true", "none", "none"),
  ])
  func jsonNumbersAreRead(_ json: String, _ integer: String, _ float: String) throws {
    let compiled = try Compiled(
      #"""
      fn whole(j: Json) -> String { if let i = j.as_int() { "{i}" } else { "none" } }
      fn number(j: Json) -> String { if let x = j.as_float() { "{x}" } else { "none" } }
      fn f(j: Json) -> String { "{whole(j)} {number(j)}" }
      """#)
    #expect(compiled.run(.string(json)) == .value(.string("\(integer) \(float)")))
  }

  @Test func callsShareOneCompiledFunction() throws {
    // Each level calls the one below twice: inlined, it would be a million bodies.
    var source = "fn f0(a: Int) -> Int { a + 1 }\n"
    for level in 1...20 {
      source +=
        "fn f\(level)(a: Int) -> Int { if a > \(level) { f\(level - 1)(a) } else { f\(level - 1)(a - 1) } }\n"
    }
    #expect(try Compiled(source).run(.int(100)) == .value(.int(101)))
  }
}
