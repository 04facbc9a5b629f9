// N2xx names and imports.

extension Code {
}

extension Catalogue {
  static let names: [CatalogueEntry] = [
  ]
}
