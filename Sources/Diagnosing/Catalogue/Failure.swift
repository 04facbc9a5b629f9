// F4xx absence and failure.

extension Code {
  /// Something that can fail without a cover.
  public static let uncovered = Code("F401")
  /// A cover over nothing that can fail.
  public static let coverOverNothing = Code("F402")
  /// A `try` with nowhere to hand the failure.
  public static let tryOutOfPlace = Code("F403")
  /// A value that may be absent used as if it were there.
  public static let mayBeAbsent = Code("F404")
  /// Absence handled where there is none.
  public static let neverAbsent = Code("F405")
}

extension Catalogue {
  static let failure: [CatalogueEntry] = [
    CatalogueEntry(
      .uncovered, "a failure is not covered",
      """
      What can fail must stand under a cover: to the left of `else`, to the right of `try` in a function
      `-> T!` or a pipeline, or in the lambda of `try_map`.
      """,
      bad: #"""
        fn amount(text: String) -> Int { text.to_int() }
        """#,
      good: #"""
        fn amount(text: String) -> Int { text.to_int() else 0 }
        fn strict(text: String) -> Int! { try text.to_int() }
        """#),
    CatalogueEntry(
      .coverOverNothing, "a cover has nothing to cover",
      """
      `else`, `try` and `try_map` stand over something that can fail; otherwise they would hide a change.
      What may be absent is taken by `??`.
      """,
      bad: #"""
        fn double(x: Int) -> Int { x * 2 else 0 }
        """#,
      good: #"""
        fn double(x: Int) -> Int { x * 2 }
        """#),
    CatalogueEntry(
      .tryOutOfPlace, "`try` has nowhere to hand a failure to",
      """
      `try` is legal in a function whose result has a `!`, and in a pipeline, where it fails the run. In
      the lambda of `try_map` everything is covered already.
      """,
      bad: #"""
        fn amount(text: String) -> Int { try text.to_int() }
        """#,
      good: #"""
        fn amount(text: String) -> Int! { try text.to_int() }
        """#),
    CatalogueEntry(
      .mayBeAbsent, "a value may be absent",
      """
      A `T?` is not a `T`. Say what stands for it with `??`, read on with `?.`, or take it apart with `if
      let` or `match`; nothing else narrows.
      """,
      bad: #"""
        record Rate { usd: Decimal }
        fn usd(rate: Rate?) -> Decimal { rate.usd }
        """#,
      good: #"""
        record Rate { usd: Decimal }
        fn usd(rate: Rate?) -> Decimal { rate?.usd ?? 1 }
        """#),
    CatalogueEntry(
      .neverAbsent, "absence is handled where there is none",
      """
      `??`, `?.`, `if let`, `none` and a name in a `match` are for values that may be absent. On others
      they would hide a change.
      """,
      bad: #"""
        fn name(text: String) -> String { text ?? "unknown" }
        """#,
      good: #"""
        fn name(text: String?) -> String { text ?? "unknown" }
        """#),
  ]
}
