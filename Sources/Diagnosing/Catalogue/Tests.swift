// N28x and T39x tests beside the code, C89x what comes of them.

extension Code {
  /// A test is for a pipeline that the file does not declare.
  public static let unknownTestedPipeline = Code("N280")
  /// Something is given that the pipeline does not read.
  public static let unknownGiven = Code("N281")
  /// Something is expected of a flow that the pipeline does not have.
  public static let unknownExpectedFlow = Code("N282")
  /// Two tests of one title.
  public static let duplicateTest = Code("N283")
  /// A source is given twice.
  public static let duplicateGiven = Code("N284")
  /// A source of the pipeline under test is not given.
  public static let missingGiven = Code("T390")
  /// A test without `expect`.
  public static let nothingExpected = Code("T391")
  /// A flow is expected, but not compared with rows.
  public static let flowNotCompared = Code("T392")
  /// `given` in a test that is for no pipeline.
  public static let givenWithoutPipeline = Code("T393")
  /// A task that the pipeline under test calls has no stub.
  public static let missingStub = Code("T394")
  /// A test's expectation does not hold.
  public static let failedExpectation = Code("C890")
  /// A value of a test can't be computed.
  public static let failedTestValue = Code("C891")
  /// `--filter` is no regular expression, or matches nothing.
  public static let badFilter = Code("C892")
  /// The file has no record of that name.
  public static let unknownRecord = Code("C893")
  /// No rows can be made of a record.
  public static let notSynthesizable = Code("C894")
  /// A stream or a call gives other rows than the batch.
  public static let modesDiffer = Code("C895")
}

extension Catalogue {
  /// A pipeline, with tests behind it.
  private static func tested(_ tests: String) -> String {
    """
    record Sale { shop: String, price: Int }
    pipeline cheap {
      from sales: Table<Sale> = csv("sales.csv")
      into report = csv("cheap.csv") <- sales.filter(s -> s.price < 10)
    }
    \(tests)
    """
  }

  /// A pipeline with a task, and a test with these statements.
  private static func scored(_ statements: String) -> String {
    """
    record Text { text: String }
    record Scored { text: String, score: Float }
    task score(text: Text) -> Float {
      python "score.py:score"
      effect pure
      timeout 10s
    }
    pipeline scored {
      from texts: Table<Text> = jsonl("texts.jsonl")
      into report = jsonl("scored.jsonl") <- texts.map(t -> Scored { t.text, score: score(t) })
    }
    test "nothing in, nothing out" for scored {
      \(statements)
      expect report == []
    }
    """
  }

  static let tests: [CatalogueEntry] = [
    CatalogueEntry(
      .unknownTestedPipeline, "a test is for a pipeline that is not in the file",
      """
      A test stands beside the pipeline that it is for, in the same file. What functions give can be tested
      without a pipeline, also functions that are imported.
      """,
      bad: tested(
        """
        test "dear ones are left out" for cheep {
          given sales = [Sale { shop: "a", price: 10 }]
          expect report == []
        }
        """),
      good: tested(
        """
        test "dear ones are left out" for cheap {
          given sales = [Sale { shop: "a", price: 10 }]
          expect report == []
        }
        """)),
    CatalogueEntry(
      .unknownGiven, "something is given that the pipeline does not read",
      """
      `given NAME = ...` says what a source of the pipeline under test holds. What the pipeline computes, and what
      it writes, comes out of that: it is expected, not given.
      """,
      bad: tested(
        """
        test "dear ones are left out" for cheap {
          given sales = []
          given prices = [10]
          expect report == []
        }
        """),
      good: tested(
        """
        test "dear ones are left out" for cheap {
          given sales = [Sale { shop: "a", price: 10 }]
          expect report == []
        }
        """)),
    CatalogueEntry(
      .unknownExpectedFlow, "something is expected of a flow that is not there",
      """
      A test sees the sinks of its pipeline, and the flows that a `let` of the pipeline names. What a source holds
      is what the test gives.
      """,
      bad: tested(
        """
        test "dear ones are left out" for cheap {
          given sales = [Sale { shop: "a", price: 10 }]
          expect results { rows(max: 0) }
        }
        """),
      good: tested(
        """
        test "dear ones are left out" for cheap {
          given sales = [Sale { shop: "a", price: 10 }]
          expect report { rows(max: 0) }
        }
        """)),
    CatalogueEntry(
      .duplicateTest, "two tests of one title",
      """
      Within a file each test has a title of its own: reports and `thalweg test --filter` tell tests apart by it.
      """,
      bad: """
        test "adds" { expect 1 + 1 == 2 }
        test "adds" { expect 2 + 2 == 4 }
        """,
      good: """
        test "adds" { expect 1 + 1 == 2 }
        test "adds twos" { expect 2 + 2 == 4 }
        """),
    CatalogueEntry(
      .duplicateGiven, "a source is given twice",
      """
      A test gives each source once. What happens with other rows is a test of its own.
      """,
      bad: tested(
        """
        test "nothing in, nothing out" for cheap {
          given sales = []
          given sales = [Sale { shop: "a", price: 10 }]
          expect report == []
        }
        """),
      good: tested(
        """
        test "nothing in, nothing out" for cheap {
          given sales = []
          expect report == []
        }
        """)),
    CatalogueEntry(
      .missingGiven, "a source is not given",
      """
      A test of a pipeline touches no file and no network: for each source it says which rows are read. `[]` is a
      source without rows, `synthetic(100, seed: 7)` one with rows made from the record's types and constraints.
      """,
      bad: tested(
        """
        test "nothing in, nothing out" for cheap {
          expect report == []
        }
        """),
      good: tested(
        """
        test "nothing in, nothing out" for cheap {
          given sales = []
          expect report == []
        }
        """)),
    CatalogueEntry(
      .nothingExpected, "a test expects nothing",
      """
      A test without `expect` would pass whatever the pipeline does. Say what must hold: the rows of a sink, clauses
      of a check, or any condition.
      """,
      bad: tested(
        """
        test "nothing in, nothing out" for cheap {
          given sales = []
        }
        """),
      good: tested(
        """
        test "nothing in, nothing out" for cheap {
          given sales = []
          expect report { rows(max: 0) }
        }
        """)),
    CatalogueEntry(
      .flowNotCompared, "a flow is expected, but not compared with rows",
      """
      A flow is no value. `expect NAME == [...]` compares its rows with a list: their order counts only where the
      flow was sorted. `expect NAME { ... }` takes the clauses of a `check`.
      """,
      bad: tested(
        """
        test "dear ones are left out" for cheap {
          given sales = [Sale { shop: "a", price: 10 }]
          expect report.len() == 0
        }
        """),
      good: tested(
        """
        test "dear ones are left out" for cheap {
          given sales = [Sale { shop: "a", price: 10 }]
          expect report { rows(max: 0) }
        }
        """)),
    CatalogueEntry(
      .givenWithoutPipeline, "rows are given in a test that is for no pipeline",
      """
      `given` says what a source of a pipeline holds, so the test names the pipeline behind its title. In a test of
      plain expressions, `let` gives a value a name.
      """,
      bad: """
        test "adds" {
          given numbers = [1, 2]
          expect [1, 2].sum() == 3
        }
        """,
      good: """
        test "adds" {
          let numbers = [1, 2]
          expect numbers.sum() == 3
        }
        """),
    CatalogueEntry(
      .missingStub, "a task has no stub",
      """
      A test starts no process and calls no service. For each task that its pipeline calls it says what comes back:
      `given NAME = (arguments) -> result`. Of a table the stub is given the list of its rows. It may use `fail(...)`, to
      see what becomes of a row whose task fails.
      """,
      bad: scored("given texts = []"),
      good: scored("given texts = []\n  given score = t -> t.text.len().to_float()")),
    CatalogueEntry(
      .failedExpectation, "an expectation of a test does not hold",
      """
      The pipeline ran, or the functions were called, and what came is not what the test expects. Rows are compared
      whatever their order, unless the flow was sorted. In the difference `-` stands before what was expected, `+`
      before what came, and `^` under the fields that are not the same. `thalweg test --update` takes the rows that
      came as the expected ones.
      """, example: .command,
      bad: "test \"adds\" { expect 1 + 1 == 3 }",
      good: "test \"adds\" { expect 1 + 1 == 2 }"),
    CatalogueEntry(
      .modesDiffer, "a pipeline does not mean the same in every mode",
      """
      `thalweg test --modes` runs each test of a pipeline as a batch, and again as a stream in which rows come in other
      orders and several partitions, and which is killed and goes on. The same rows must come out, and at the end of
      each epoch those that the rows so far give. A service is called with all rows, with one row a call where each row
      is answered by itself, and with several calls at once. Where they differ an operator depends on the order of arrival, which
      is a mistake of the language's engine: please report it with the seed that is shown, which repeats the arrangement.
      """, example: .command,
      bad: "thalweg test --modes --seed 1,2,3",
      good: "thalweg test --modes --seed 3"),
    CatalogueEntry(
      .failedTestValue, "a value of a test can't be computed",
      """
      A value in a test failed: a `fail(...)`, a text that is no number, an index outside of a list, a number that
      is too large. The test fails at that place.
      """, example: .command,
      bad: "test \"reads\" { expect try \"five\".to_int() == 5 }",
      good: "test \"reads\" { expect try \"5\".to_int() == 5 }"),
    CatalogueEntry(
      .badFilter, "the filter chooses no test",
      """
      `--filter` takes a regular expression in RE2's syntax, and keeps the tests in whose title it is found. One
      that no title matches is most likely a mistake, so it is not taken for success.
      """, example: .command,
      bad: "thalweg test --filter 'no sales('",
      good: "thalweg test --filter 'no sales'"),
    CatalogueEntry(
      .unknownRecord, "the file has no record of that name",
      """
      `thalweg synth` makes rows of a record that the file declares or imports. One of a file that is imported
      under a name is written with it: `types.Order`.
      """, example: .command,
      bad: "thalweg synth revenue.thal Sales --rows 10 --seed 1",
      good: "thalweg synth revenue.thal Sale --rows 10 --seed 1"),
    CatalogueEntry(
      .notSynthesizable, "rows that fulfil the constraints can't be made",
      """
      Made rows fit the record: its types, `@range`, `@pattern`, `@one_of`, and a different `@key` in each row.
      Constraints that exclude each other leave nothing; a key with few values allows few rows. CSV holds no nested
      values.
      """, example: .command,
      bad: "record Seat { row: Int @key @range(1, 5) }       // and 10 rows are wanted",
      good: "record Seat { row: Int @key @range(1, 50) }"),
  ]
}
