// G6xx the graph.

extension Code {
}

extension Catalogue {
  static let graph: [CatalogueEntry] = [
  ]
}
