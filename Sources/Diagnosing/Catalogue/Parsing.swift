// P1xx lexing and parsing.

extension Code {
}

extension Catalogue {
  static let parsing: [CatalogueEntry] = [
  ]
}
