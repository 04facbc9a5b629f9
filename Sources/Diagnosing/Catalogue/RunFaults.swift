// F48x what fails while a run is under way.

extension Code {
  /// A row of a source does not fit its record.
  public static let refusedRow = Code("F480")
  /// An operation failed on a row, and nothing covers it.
  public static let failedOperation = Code("F481")
  /// A check did not hold.
  public static let failedCheck = Code("F482")
  /// A task failed for good.
  public static let failedTask = Code("F483")
}

extension Catalogue {
  static let runFaults: [CatalogueEntry] = [
    CatalogueEntry(
      .refusedRow, "a row does not fit its record",
      """
      A row of a source does not decode as the record says, or breaks a constraint of it. The message names the \
      place in the source, the column, what was expected and what was found. The run fails and publishes nothing. \
      Mend the data, or say what it really is: an optional field, another type, a wider `@range`.
      """, example: .command,
      bad: """
        record Sale { shop: String, price: Decimal }     // and a row: north,n/a
        """,
      good: """
        record Sale { shop: String, price: Decimal? }
        from sales: Table<Sale> = csv("sales.csv", null: "n/a")
        """),
    CatalogueEntry(
      .failedOperation, "an operation failed while the run was under way",
      """
      An expression under `try` failed on a row, or a number left the range of its type. The run fails and \
      publishes nothing. Give the operation another outcome with `else`, or keep the failed rows apart with \
      `try_map`.
      """, example: .command,
      bad: "rows.map(r -> row { size: try r.size.to_int() })",
      good: "rows.map(r -> row { size: r.size.to_int() else 0 })"),
    CatalogueEntry(
      .failedCheck, "a check did not hold",
      """
      The rows of a flow are not what a `check` in the pipeline says. The run fails, and no output is published: \
      what was there before is untouched. Where a finding should only be reported, write `warn` before the clause.
      """, example: .command,
      bad: "check report { rows(min: 1) }          // and no row came",
      good: "check report { warn rows(min: 1) }"),
    CatalogueEntry(
      .failedTask, "a task failed",
      """
      The work of a task ended with an error, took longer than its `timeout`, or gave something else than the \
      result that it declares, also after its retries. The run fails and publishes nothing. The message says how it \
      ended, with the last lines that it wrote; all of them are in the log that is named there. What the task was \
      given stays in the folder `.thalweg/work` for a look. A task that is `pure` or `idempotent` may be tried \
      again with `retry`.
      """, example: .command,
      bad: """
        task count(rows: Table<Row>) -> Int {
          command "wc -l {rows}"        // prints the file's name as well: this is no Int
        }
        """,
      good: """
        task count(rows: Table<Row>) -> Int {
          command "wc -l < {rows}"
        }
        """),
  ]
}
