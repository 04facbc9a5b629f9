extension Rule {
  static let uselessAllow = Rule(
    "L902", "useless-allow", .suppression, mending: .safe,
    "a comment allows what is not found",
    """
    `// thalweg:allow CODE reason` takes a finding away at the declaration or statement that it stands above. One \
    that takes nothing away is left over from code that was changed, and would hide a finding that comes later.
    """,
    bad: """
      // thalweg:allow L907 the amounts are stored, not computed
      fn same(a: Int, b: Int) -> Bool { a == b }
      """,
    good: """
      fn same(a: Int, b: Int) -> Bool { a == b }
      """, checks: [])
}
