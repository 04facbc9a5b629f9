// What streams take over from one process to the next: C897.

extension Code {
  /// State that a version of a pipeline can't go on with.
  public static let changedState = Code("C897")
}

extension Catalogue {
  static let states: [CatalogueEntry] = [
    CatalogueEntry(
      .changedState, "state that does not fit the pipeline any more",
      """
      A stream that goes on takes over what its operators held, by their names. It can't where an operator of the \
      same name does something else now: it has another key, window or aggregate, or the records that it holds \
      have lost a field, given one another type, or got one that has no default. Nothing is taken over by halves: \
      the run stays as it was. Give the new field a default; give a statement that does something else another \
      name, so that it begins anew; write `@was` before one that was only renamed; or start a new run. \
      `thalweg plan FILE --against RUN` shows what would become of each operator.
      """, example: .command,
      bad: """
        // The run counted by user.
        let visits = timed.group_by(c -> c.session)
          .scan(0, (n, c) -> n + 1, emit: (n, c) -> row { n }, ttl: 1d, late: fail)
        """,
      good: """
        let visits_by_session = timed.group_by(c -> c.session)
          .scan(0, (n, c) -> n + 1, emit: (n, c) -> row { n }, ttl: 1d, late: fail)
        """)
  ]
}
