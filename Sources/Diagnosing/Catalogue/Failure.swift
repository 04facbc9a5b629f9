// F4xx absence and failure.

extension Code {
}

extension Catalogue {
  static let failure: [CatalogueEntry] = [
  ]
}
