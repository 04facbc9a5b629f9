// M5xx modes, boundedness, time, and what is not built yet.

extension Code {
}

extension Catalogue {
  static let modes: [CatalogueEntry] = [
  ]
}
