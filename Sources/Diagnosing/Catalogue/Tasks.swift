// T3xx tasks: their declarations and their calls.

extension Code {
  /// A parameter or result that a task can't have.
  public static let taskSignature = Code("T326")
  /// Clauses of a task that exclude each other, or one that stands twice.
  public static let clauseConflict = Code("T327")
  /// A task without `command`, `python` or `http`.
  public static let taskWithoutWork = Code("T328")
  /// A clause whose value does not fit it.
  public static let clauseValue = Code("T329")
  /// A clause that the task's effect forbids.
  public static let effectForbids = Code("T330")
  /// Something in a command that is no parameter and no place of the result.
  public static let commandPlaceholder = Code("T331")
  /// A value put into quotes, a comment or a here-document of the shell.
  public static let placeholderInQuotes = Code("T332")
  /// A file of the result that the command does not write.
  public static let outputNotWritten = Code("T333")
  /// A clause for another kind of task.
  public static let clauseOfOtherTask = Code("T334")
  /// A call of a task where none may stand.
  public static let taskOutOfPlace = Code("T335")
  /// An argument that differs from row to row where it must not.
  public static let variesByRow = Code("T336")
  /// An external task in a stream plan.
  public static let externalInStream = Code("T337")
}

extension Catalogue {
  static let tasks: [CatalogueEntry] = [
    CatalogueEntry(
      .taskSignature, "a task can't take or give this",
      """
      A task is handed scalars, enums, records, lists and maps, files, directories and whole tables. It gives
      a value, a file, or a record with files among its fields. Streams never end, secrets go into `env`, and
      every task may fail, so its result has no `!`.
      """,
      bad: """
        record Click { user: Int }
        task count(clicks: Stream<Click>) -> Int { command "wc -l {clicks}" }
        """,
      good: """
        record Click { user: Int }
        task count(clicks: Table<Click>) -> Int { command "wc -l {clicks}" }
        """),
    CatalogueEntry(
      .clauseConflict, "two clauses of a task exclude each other",
      """
      Each clause stands once, and a task does its work in one way: `command`, `python` or `http`. A
      `container` runs a program, so it does not go with `http`.
      """,
      bad: """
        task size(text: String) -> Int {
          python "size.py:size"
          http "https://example.org/size"
        }
        """,
      good: """
        task size(text: String) -> Int {
          python "size.py:size"
        }
        """),
    CatalogueEntry(
      .taskWithoutWork, "a task without its work",
      """
      A task says what does the work: a shell `command`, a `python` function, or a request over `http`.
      """,
      bad: """
        task size(text: String) -> Int {
          timeout 3s
        }
        """,
      good: """
        task size(text: String) -> Int {
          python "size.py:size"
          timeout 3s
        }
        """),
    CatalogueEntry(
      .clauseValue, "the value of a clause does not fit",
      """
      The values of clauses are literals: counts from 1, durations above zero, ranges whose smaller bound
      stands first, plain texts.
      """,
      bad: """
        task size(text: String) -> Int {
          python "size.py:size"
          timeout 3
        }
        """,
      good: """
        task size(text: String) -> Int {
          python "size.py:size"
          timeout 3s
        }
        """),
    CatalogueEntry(
      .effectForbids, "the effect of a task forbids a clause",
      """
      The effect decides what is legal. An `external` task, which is the default, may count how often it is
      done, so it is never tried again by itself; only a `pure` one gives answers that can be kept.
      """,
      bad: """
        task charge(account: Int) -> Bool {
          http "https://example.org/charge"
          retry 3
        }
        """,
      good: """
        task charge(account: Int) -> Bool {
          http "https://example.org/charge"
          effect idempotent(by: a -> a)
          retry 3
        }
        """),
    CatalogueEntry(
      .commandPlaceholder, "something else than a parameter in a command",
      """
      In a command stand `{parameter}`, `{out}` where the result goes, and `{out.field}` where a file of the
      result goes. Each is one argument. A brace of the shell is written `\\{`.
      """,
      bad: """
        task size(text: String) -> Int { command "wc -c {txt}" }
        """,
      good: """
        task size(text: String) -> Int { command "wc -c {text}" }
        """),
    CatalogueEntry(
      .placeholderInQuotes, "a value inside shell quotes",
      """
      What is put into a command is always one argument, whatever is in it, and is never spliced into the
      shell's text. So it stands without quotes, and not in a comment or here-document.
      """,
      bad: """
        task size(text: String) -> Int { command "wc -c '{text}'" }
        """,
      good: """
        task size(text: String) -> Int { command "wc -c {text}" }
        """),
    CatalogueEntry(
      .outputNotWritten, "a file of the result is not written",
      """
      Each `File` and `Directory` of the result is written by the command where `{out.field}` says; a result
      that is itself a file, where `{out}` says.
      """,
      bad: """
        record Trained { model: File, loss: Float }
        task train(epochs: Int) -> Trained { command "train {epochs} {out}" }
        """,
      good: """
        record Trained { model: File, loss: Float }
        task train(epochs: Int) -> Trained { command "train {epochs} {out} {out.model}" }
        """),
    CatalogueEntry(
      .clauseOfOtherTask, "a clause for another kind of task",
      """
      `batch` and `replicas` are for tasks of single records; a task that takes a table, file or directory
      is a job of its own. `format` says how tables are handed over. Over `http` goes JSON, which holds
      neither tables nor files.
      """,
      bad: """
        record Point { x: Float }
        task train(points: Table<Point>) -> Float {
          command "train {points}"
          replicas 4
        }
        """,
      good: """
        record Point { x: Float }
        task train(points: Table<Point>) -> Float {
          command "train {points}"
        }
        """),
    CatalogueEntry(
      .taskOutOfPlace, "a task is called where none may stand",
      """
      A record task is called in the lambdas of `map`, `flat_map` and `try_map`, where it is batched across
      rows, and on job values. Functions are pure, and the lambdas of `filter`, joins, aggregates and
      checks only look at rows. A task that takes a table or file is called in a statement.
      """,
      bad: """
        task size(text: String) -> Int { python "size.py:size" }
        fn twice(text: String) -> Int { 2 * size(text) }
        """,
      good: """
        record Doc { text: String }
        task size(text: String) -> Int { python "size.py:size" }
        pipeline p {
          from docs: Table<Doc> = csv("docs.csv")
          into sizes = csv("sizes.csv") <- docs.map(d -> row { size: 2 * size(d.text) })
        }
        """),
    CatalogueEntry(
      .variesByRow, "a constant of a task differs from row to row",
      """
      What follows the record among a task's parameters, such as a model, is loaded once for a replica and
      is the same for all rows.
      """,
      bad: """
        record Doc { text: String, limit: Int }
        task score(doc: Doc, limit: Int) -> Float { python "score.py:score" }
        pipeline p {
          from docs: Table<Doc> = csv("docs.csv")
          into scores = csv("scores.csv") <- docs.map(d -> row { score: score(d, d.limit) })
        }
        """,
      good: """
        record Doc { text: String, limit: Int }
        task score(doc: Doc, limit: Int) -> Float { python "score.py:score" }
        pipeline p(limit: Int) {
          from docs: Table<Doc> = csv("docs.csv")
          into scores = csv("scores.csv") <- docs.map(d -> row { score: score(d, limit) })
        }
        """),
    CatalogueEntry(
      .externalInStream, "an external task in a stream plan",
      """
      A stream goes back to its last checkpoint after a crash and does its work again. That is right only
      for a task that is `pure` or `idempotent`.
      """,
      bad: """
        record Click { user: Int }
        task charge(user: Int) -> Bool { http "https://example.org/charge" }
        pipeline p {
          from clicks: Stream<Click> = kafka("clicks", group: "p")
          into charged = kafka("charged") <- clicks.map(c -> row { c.user, done: charge(c.user) })
        }
        """,
      good: """
        record Click { user: Int }
        task charge(user: Int) -> Bool { http "https://example.org/charge" }
        pipeline p {
          from clicks: Table<Click> = csv("clicks.csv")
          into charged = csv("charged.csv") <- clicks.map(c -> row { c.user, done: charge(c.user) })
        }
        """),
  ]
}
