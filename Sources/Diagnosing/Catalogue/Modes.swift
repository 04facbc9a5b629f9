// M5xx modes, boundedness, time, and what is not built yet.

extension Code {
  /// Part of the language, but not of this version.
  public static let notBuilt = Code("M590")
}

extension Catalogue {
  static let modes: [CatalogueEntry] = [
    CatalogueEntry(
      .notBuilt, "not built yet",
      """
      The language has this, and the file says it rightly, but this version of Thalweg does not build it yet. \
      It is refused rather than ignored, so that nothing runs otherwise than written.
      """,
      bad: """
        label health
        """,
      good: """
        record Patient {
          name: String
        }
        """)
  ]
}
