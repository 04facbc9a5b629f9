// C8xx configuration and the environment.

extension Code {
}

extension Catalogue {
  static let configuration: [CatalogueEntry] = [
  ]
}
