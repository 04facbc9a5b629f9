extension Rule {
  static let unknownAllow = Rule(
    "L903", "unknown-allow", .suppression,
    "a comment allows a rule that there is not",
    """
    `// thalweg:allow` names a rule by its code. With a code that no rule has it does nothing. Errors of the program \
    have codes too; they can't be allowed.
    """,
    bad: """
      // thalweg:allow L997 the amounts are stored, not computed
      fn same(a: Int, b: Int) -> Bool { a == b }
      """,
    good: """
      // thalweg:allow L907 the amounts are stored, not computed
      fn same(a: Float, b: Float) -> Bool { a == b }
      """, checks: [])
}
