import Foundation
import Subprocess
import Testing

@Suite struct TestCommandTests {
  private static let pipeline = """
    record Sale { shop: String, price: Int @range(0, 100) }
    record Total { shop: String @key, sales: Int, sum: Int }

    pipeline totals(least: Int = 0) {
      from sales: Table<Sale> = csv("sales.csv")
      let dear = sales.filter(s -> s.price >= least)
      let shops = dear
        .group_by(s -> s.shop)
        .aggregate(g -> Total { shop: g.key, sales: g.count(), sum: g.sum(s -> s.price) })
      check shops { every(t -> t.sum < 1000) }
      into report = csv("out/totals.csv") <- shops.sort(by: t -> t.shop)
      into bag = jsonl("out/bag.jsonl") <- shops
    }

    fn sale(shop: String, price: Int) -> Sale { Sale { shop, price } }


    """

  /// Runs one file with these tests behind the pipeline.
  private func test(
    _ tests: String, _ arguments: String..., in sandbox: Sandbox? = nil
  ) async throws -> CommandResult {
    let sandbox = try sandbox ?? Sandbox()
    try sandbox.write(Self.pipeline + tests + "\n", to: "a.thal")
    let result = try await sandbox.run(["test", "a.thal"] + arguments)
    // Whatever happens, nothing is written.
    #expect(try sandbox.files() == ["a.thal"])
    #expect(!sandbox.exists(".thalweg"))
    return result
  }

  @Test func testsThatHoldAreListed() async throws {
    let result = try await test(
      """
      test "sums" for totals {
        let sales_of_a = [sale("a", 3), sale("a", 4)]
        given sales = [sale("b", 1)].concat(sales_of_a)
        expect report == [Total { shop: "a", sales: 2, sum: 7 }, Total { shop: "b", sales: 1, sum: 1 }]
        // Without `sort` the order does not count.
        expect bag == [Total { shop: "b", sales: 1, sum: 1 }, Total { shop: "a", sales: 2, sum: 7 }]
        let three = 3
        expect dear { rows(min: three, max: three), every(s -> s.price < 5 && s.price <= three + 1) }
      }
      test "arguments" for totals(least: 4) {
        given sales = [sale("a", 3), sale("a", 4)]
        expect report == [Total { shop: "a", sales: 1, sum: 4 }]
      }
      test "nothing" for totals {
        given sales = []
        expect report == []
      }
      test "made rows" for totals {
        given sales = synthetic(20, seed: 7)
        expect report { unique(t -> t.shop), that(g -> g.sum(t -> t.sales) == 20) }
      }
      test "plain" { expect sale("a", 1).price == 1 }
      """)
    #expect(result.status == .exited(0), "\(result.output)")
    #expect(result.error == "")
    #expect(
      result.output == """
        a.thal
          ok      sums
          ok      arguments
          ok      nothing
          ok      made rows
          ok      plain

        5 tests passed

        """)
  }

  @Test func rowsThatDifferAreShownSideBySide() async throws {
    let result = try await test(
      """
      test "sums" for totals {
        given sales = [sale("b", 1), sale("a", 3), sale("c", 5), sale("d", 6)]
        expect bag == [
          Total { shop: "a", sales: 2, sum: 3 },
          Total { shop: "b", sales: 1, sum: 1 },
          Total { shop: "z", sales: 1, sum: 100 },
        ]
      }
      """)
    #expect(result.status == .exited(1))
    #expect(
      result.output == """
        a.thal
          FAILED  sums

        --- a.thal:17: sums

        error[C890]: `bag` has other rows than expected
           --> a.thal:19:10
            |
         19 |   expect bag == [
            |          ^^^ 1 row differs, 1 is missing, 2 are too many
            |
            = more: thalweg explain C890

              shop  sales  sum
            - "a"       2    3
            + "a"       1    3
                        ^
            - "z"       1  100
            + "c"       1    5
            + "d"       1    6
            (1 row is as expected)

        1 of 1 test failed

        """)
  }

  @Test func stubsStandForTasks() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      """
      record Text { text: String }
      record Scored { text: String, score: Float }
      task score(text: Text, model: Int = 1) -> Float {
        python "score.py:score"
        effect pure
        timeout 10s
      }
      fn scored(texts: Flow<Text>) -> Flow<Scored> {
        texts.map(t -> Scored { t.text, score: score(t, model: 2) else 0.0 })
      }
      pipeline scores {
        from texts: Table<Text> = jsonl("texts.jsonl")
        let good, bad = texts.try_map(t -> score(t))
        into report = jsonl("scored.jsonl") <- scored(texts)
        into goods = jsonl("g.jsonl") <- good.map(g -> row { g })
        into bads = jsonl("b.jsonl") <- bad.map(b -> row { b.input.text, b.error })
      }
      test "stubs" for scores {
        let half = 0.5
        given texts = [Text { text: "ab" }, Text { text: "" }]
        given score = (t, m) -> if t.text == "" { fail("empty") } else { m.to_float() + t.text.len().to_float() * half }
        expect report == [Scored { text: "ab", score: 3 }, Scored { text: "", score: 0 }]
        expect goods == [row { g: 2 }]
        expect bads == [row { text: "", error: "empty" }]
      }

      """, to: "a.thal")
    let result = try await sandbox.run("test")
    #expect(result.output == "a.thal\n  ok      stubs\n\n1 test passed\n", "\(result.error)")
  }

  @Test func stubsStandForJobs() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      """
      record Text { text: String }
      task count(texts: Table<Text>) -> Int { command "wc -l < {texts}" }
      pipeline counted {
        from texts: Table<Text> = csv("texts.csv")
        let n = count(texts)
        into out = csv("out.csv") <- texts.filter(t -> t.text.len() > n)
      }
      test "a task" for counted {
        given texts = []
        given count = texts -> texts.len()
        expect out == []
      }
      test "rows of a table are a list" for counted {
        given texts = [Text { text: "a" }, Text { text: "abc" }]
        given count = texts -> texts.len()
        expect out == [Text { text: "abc" }]
      }
      test "a task that fails" for counted {
        given texts = []
        given count = texts -> fail("it is {texts.len()}")
        expect out == []
      }

      """, to: "a.thal")
    let result = try await sandbox.run("test")
    #expect(result.status == .exited(1))
    let lines = result.output.split(separator: "\n")
    #expect(
      lines.prefix(4) == [
        "a.thal", "  ok      a task", "  ok      rows of a table are a list", "  FAILED  a task that fails",
      ],
      "\(result.output)\(result.error)")
    #expect(result.output.contains("error[F483]: `count` failed: it is 0"), "\(result.output)")
  }

  @Test func valuesOfJobsAreTested() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      """
      record Text { text: String }
      record Found { text: String, n: Int }
      pipeline lists {
        from texts: Table<Text> = csv("texts.csv")
        let all = texts.map(t -> t.text).distinct().to_list(max: 9)
        let found = for text in all {
          let own = texts.filter(t -> t.text == text)
          into part = csv("{text}.csv") <- own
          let counted = own.aggregate(g -> row { n: g.count() }).single()
          Found { text, n: counted.n }
        }
        if found.len() > 1 {
          into out = csv("out.csv") <- found
        }
      }
      test "several" for lists {
        given texts = [Text { text: "a" }, Text { text: "b" }, Text { text: "a" }]
        expect out == [Found { text: "a", n: 2 }, Found { text: "b", n: 1 }]
        expect part == [Text { text: "a" }, Text { text: "a" }, Text { text: "b" }]
      }
      test "one" for lists {
        given texts = [Text { text: "a" }]
        expect out == []
      }

      """, to: "a.thal")
    let result = try await sandbox.run("test", "--modes")
    #expect(result.status == .exited(0), "\(result.output)\(result.error)")
    #expect(try sandbox.files() == ["a.thal"])
  }

  /// Each with a part of what is printed.
  static let failures = [
    (
      """
      given sales = [sale("b", 1), sale("a", 3)]
        expect report == [Total { shop: "b", sales: 1, sum: 1 }, Total { shop: "a", sales: 1, sum: 3 }]
      """, "the rows are the same, in another order"
    ),
    ("given sales = [sale(\"b\", 1)]\n  expect report == []", "    + \"b\"       1    1\n"),
    ("given sales = []\n  expect report { rows(min: 1) }", "found 0 rows, wanted at least 1"),
    ("given sales = []\n  expect 1 + 1 == 3", "    left:  2\n    right: 3\n"),
    ("given sales = []\n  expect 1 > 3", "is false"),
    (
      "given sales = []\n  expect sale(\"a\", 1) == sale(\"a\", 2)",
      "      shop  price\n    - \"a\"       2\n    + \"a\"       1\n                ^\n"
    ),
    ("given sales = []\n  expect try \"x\".to_int() == 1", "error[C891]"),
    ("given sales = [sale(\"a\", try \"x\".to_int())]\n  expect report == []", "error[C891]"),
    ("given sales = [sale(\"a\", 101)]\n  expect report == []", "expected a value from 0 to 100, found 101"),
    (
      "given sales = [Sale { shop: \"a\", price: 101 }]\n  expect report == []",
      "                                         ^^^ expected a value from 0 to 100, found 101"
    ),
    (
      "given sales = (1..20).map(n -> sale(\"a\", 90))\n  expect report { rows(min: 1) }",
      "error[F482]: a check does not hold: every(t -> t.sum < 1000)"
    ),
  ]

  @Test(arguments: failures)
  func whatDoesNotHoldIsTold(body: String, text: String) async throws {
    let result = try await test("test \"t\" for totals {\n  \(body)\n}")
    #expect(result.status == .exited(1))
    #expect(result.output.contains(text), "\(result.output)")
    #expect(result.output.hasSuffix("\n1 of 1 test failed\n"))
  }

  @Test func longDifferencesAreCut() async throws {
    let result = try await test(
      """
      test "t" for totals {
        given sales = (10..60).map(n -> sale("s{n}", n))
        expect report == []
      }
      """)
    #expect(result.output.contains("51 rows are too many"))
    #expect(result.output.contains("(31 more rows differ)"), "\(result.output)")
    #expect(result.output.split(separator: "\n").count { $0.hasPrefix("    + ") } == 20)
  }

  @Test func aWideRowIsShownFieldByField() async throws {
    let sandbox = try Sandbox()
    let names = (1...12).map { "a_rather_long_name_\($0)" }
    let fields = names.map { "\($0): Int" }.joined(separator: ", ")
    let values = names.map { "\($0): 1" }.joined(separator: ", ")
    try sandbox.write(
      """
      record Wide { id: Int @key, \(fields) }
      pipeline p {
        from rows: Table<Wide> = csv("a.csv")
        into out = csv("b.csv") <- rows
      }
      test "t" for p {
        given rows = [Wide { id: 7, \(values) }, Wide { id: 8, \(values) }]
        expect out == [Wide { id: 7, \(values.replacing("name_12: 1", with: "name_12: 2")) }]
      }

      """, to: "a.thal")
    let result = try await sandbox.run("test")
    #expect(
      result.output.contains(
        "      id: 7\n        - a_rather_long_name_12: 2\n        + a_rather_long_name_12: 1\n    + id: 8, a_rather"
      ),
      "\(result.output)")
  }

  @Test func theFilterChoosesByTitle() async throws {
    let tests = "test \"adds\" { expect 1 + 1 == 2 }\ntest \"adds not\" { expect 1 + 1 == 3 }"
    let one = try await test(tests, "--filter", "^adds$")
    #expect(one.status == .exited(0))
    #expect(one.output == "a.thal\n  ok      adds\n\n1 test passed, 1 left out by the filter\n")
    let none = try await test(tests, "--filter", "subtracts")
    #expect(none.status == .exited(2))
    #expect(none.error.hasPrefix("error[C892]: no test has a title that matches `subtracts`"))
    let broken = try await test(tests, "--filter", "(")
    #expect(broken.status == .exited(2))
    #expect(broken.error.hasPrefix("error[C892]: the filter is no regular expression"))
  }

  @Test func noTestsAreNoFailure() async throws {
    let result = try await test("")
    #expect(result.status == .exited(0))
    #expect(result.output == "no tests in 1 file\n")
  }

  @Test func errorsOfTheProgramComeFirst() async throws {
    let result = try await test("test \"t\" for totals { expect report == [] }")
    #expect(result.status == .exited(1))
    #expect(result.output == "")
    #expect(result.error.hasPrefix("error[T390]: the test gives no rows for `sales`"))
    let sandbox = try Sandbox()
    let missing = try await sandbox.run("test", "missing.thal")
    #expect(missing.status == .exited(3))
  }

  @Test func onlyTheTestsOfTheFilesNamedAreRun() async throws {
    let sandbox = try Sandbox()
    try sandbox.write("fn one() -> Int { 1 }\ntest \"one\" { expect one() == 1 }\n", to: "lib/one.thal")
    try sandbox.write(
      "import \"./lib/one.thal\" { one }\ntest \"two\" { expect one() + 1 == 2 }\n", to: "two.thal")
    let alone = try await sandbox.run("test", "two.thal")
    #expect(alone.output == "two.thal\n  ok      two\n\n1 test passed\n")
    let all = try await sandbox.run("test")
    #expect(all.output == "lib/one.thal\n  ok      one\n\ntwo.thal\n  ok      two\n\n2 tests passed\n")
  }

  private struct TestReport: Decodable {
    struct Test: Decodable {
      struct Failure: Decodable {
        let diagnostic: Report.Finding
        let difference: String?
      }
      let file: String
      let line: Int
      let title: String
      let status: String
      let seconds: Double
      let failures: [Failure]
    }
    struct Summary: Decodable {
      let passed: Int
      let failed: Int
      let left_out: Int
      let files: Int
    }
    let version: Int
    let tests: [Test]
    let summary: Summary
  }

  private static let two = """
    test "a < b & \\"c\\"" { expect 1 == 1 }
    test "fails" {
      expect 1 == 2
      expect 1 > 2
    }
    """

  @Test func resultsComeAsJSON() async throws {
    let result = try await test(Self.two, "--format", "json")
    #expect(result.status == .exited(1))
    let report = try JSONDecoder().decode(TestReport.self, from: Data(result.output.utf8))
    #expect(report.version == 1)
    #expect(report.tests.map(\.status) == ["passed", "failed"])
    #expect(report.tests.map(\.line) == [17, 18])
    #expect(report.tests[1].failures.map(\.diagnostic.code) == ["C890", "C890"])
    #expect(report.tests[1].failures[0].difference == "    left:  1\n    right: 2\n")
    #expect(report.summary.passed == 1 && report.summary.failed == 1 && report.summary.files == 1)
  }

  @Test func resultsComeAsJUnit() async throws {
    let result = try await test(Self.two, "--format", "junit")
    #expect(result.status == .exited(1))
    let times = try Regex("time=\"\\d+\\.\\d{6}\"")
    #expect(
      result.output.replacing(times, with: "time=\"T\"") == """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites tests="2" failures="1" errors="0" time="T">
          <testsuite name="a.thal" tests="2" failures="1" errors="0" skipped="0" time="T">
            <testcase name="a &lt; b &amp; &quot;c&quot;" classname="a.thal" file="a.thal" line="17" time="T"/>
            <testcase name="fails" classname="a.thal" file="a.thal" line="18" time="T">
              <failure message="the two sides are not equal (and 1 more)" type="C890">error[C890]: the two sides are not equal
           --&gt; a.thal:19:10
            |
         19 |   expect 1 == 2
            |          ^^^^^^ not equal
            |
            = more: thalweg explain C890

            left:  1
            right: 2

        error[C890]: this does not hold
           --&gt; a.thal:20:10
            |
         20 |   expect 1 &gt; 2
            |          ^^^^^ is false
            |
            = more: thalweg explain C890
        </failure>
            </testcase>
          </testsuite>
        </testsuites>

        """)
  }

  @Test func updateRewritesTheExpectedRows() async throws {
    let sandbox = try Sandbox()
    let tests = """
      test "sums" for totals {
        given sales = [sale("b", 1), sale("a", 3)]
        expect report == []
        expect bag == [Total { shop: "a", sales: 9, sum: 9 }] // as they come
        expect dear == [sale("b", 1)]
      }
      """
    let result = try await test(tests, "--update", in: sandbox)
    #expect(result.status == .exited(1))
    #expect(
      result.error == """
        a.thal:19: expected rows rewritten
        a.thal:20: expected rows rewritten
        a.thal:21: left as it is: the expected rows are computed, not written out

        """)
    let text = try sandbox.read("a.thal")
    #expect(
      text.hasSuffix(
        """
        test "sums" for totals {
          given sales = [sale("b", 1), sale("a", 3)]
          expect report == [
            Total { shop: "a", sales: 1, sum: 3 },
            Total { shop: "b", sales: 1, sum: 1 },
          ]
          expect bag == [
            Total { shop: "a", sales: 1, sum: 3 },
            Total { shop: "b", sales: 1, sum: 1 },
          ] // as they come
          expect dear == [sale("b", 1)]
        }

        """), "\(text)")
    #expect(text.hasPrefix(Self.pipeline))
  }

  @Test func updateWritesEveryTypeSoThatTheTestHoldsAfterwards() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      """
      enum Mood { good, bad }
      type Id = Int
      record Place { city: String, lat: Float }
      record Thing {
        id: Id, name: String, note: String?, n: Decimal, f: Float, day: Date, at: Timestamp, took: Duration
        ref: Uuid, mood: Mood, tags: List<String>, counts: Map<String, Int>, place: Place, open: Bool
      }
      """, to: "types.thal")
    try sandbox.write(
      """
      import "./types.thal" as types

      pipeline copy {
        from things: Table<types.Thing> = jsonl("a.jsonl")
        into out = jsonl("b.jsonl") <- things
      }

      test "t" for copy {
        given things = synthetic(12, seed: 3)
        expect out == []
      }

      """, to: "a.thal")
    let updated = try await sandbox.run("test", "a.thal", "--update")
    #expect(updated.status == .exited(0), "\(updated.output)\(updated.error)")
    let again = try await sandbox.run("test", "a.thal")
    #expect(again.status == .exited(0), "\(again.output)\(again.error)")
    let formatted = try await sandbox.run("fmt", "--check", "a.thal")
    #expect(formatted.status == .exited(0), "\(formatted.output)")
  }
}
