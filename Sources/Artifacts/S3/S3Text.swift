/// The little of XML that S3 answers with: elements without attributes that count, and text.
struct S3Text: Sendable {
  private let text: Substring

  init(_ bytes: [UInt8]) { text = String(decoding: bytes, as: UTF8.self)[...] }

  private init(_ text: Substring) { self.text = text }

  /// The elements of a name.
  func elements(_ name: String) -> [S3Text] {
    var found: [S3Text] = []
    var rest = text
    while let start = rest.firstRange(of: "<\(name)>"),
      let end = rest[start.upperBound...].firstRange(of: "</\(name)>")
    {
      found.append(S3Text(rest[start.upperBound..<end.lowerBound]))
      rest = rest[end.upperBound...]
    }
    return found
  }

  /// The text of the first element of a name.
  subscript(name: String) -> String? { elements(name).first?.plain }

  private var plain: String {
    [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&apos;", "'"), ("&#39;", "'"),
      ("&amp;", "&"),
    ]
    .reduce(String(text)) { $0.replacing($1.0, with: $1.1) }
  }
}
