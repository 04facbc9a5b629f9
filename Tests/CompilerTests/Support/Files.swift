import Compiler
import Diagnosing

/// Files in memory, by path.
func compile(_ files: [String: String], _ entries: [String]) async -> Compilation {
  await check(entries) { path in
    let name = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    return files[name].map { Array($0.utf8) }
  }
}

/// One file.
func compile(_ source: String) async -> Compilation { await compile(["a.thal": source], ["a.thal"]) }

extension Compilation {
  /// Each finding on a line: place, code and message.
  var report: [String] {
    diagnostics.map { diagnostic in
      let file = sources[diagnostic.span.file]
      let place = file.position(of: diagnostic.span.start)
      return "\(file.path):\(place.line):\(place.column) \(diagnostic.code) \(diagnostic.message)"
    }
  }

  /// The codes of all findings.
  var codes: [String] { diagnostics.map(\.code.text) }
}

/// A pipeline over `orders`, with these statements.
func pipeline(_ statements: String) -> String {
  """
  record Order { id: Int, shop: String, amount: Float, note: String?, tags: List<String>, at: Timestamp }
  record Shop { name: String, city: String }
  pipeline p {
    from orders: Table<Order> = jsonl("orders.jsonl")
    from shops: Table<Shop> = csv("shops.csv")
    discard shops
    \(statements)
  }
  """
}
