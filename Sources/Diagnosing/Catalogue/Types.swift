// T3xx types.

extension Code {
}

extension Catalogue {
  static let types: [CatalogueEntry] = [
  ]
}
