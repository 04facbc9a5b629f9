extension Rule {
  static let allowWithoutReason = Rule(
    "L901", "allow-without-reason", .suppression,
    "a finding is allowed without a reason",
    """
    Whoever reads `// thalweg:allow` later wants to know whether it still holds. The reason stands behind the code, \
    in a few words.
    """,
    bad: """
      fn same(a: Float, b: Float) -> Bool {
        let limit = 1
        // thalweg:allow L907
        let equal = a == b
        equal && limit > 0
      }
      """,
    good: """
      fn same(a: Float, b: Float) -> Bool {
        let limit = 1
        // thalweg:allow L907 both come from the same column
        let equal = a == b
        equal && limit > 0
      }
      """, checks: [])
}
