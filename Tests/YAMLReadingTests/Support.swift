import Diagnosing
import YAMLReading

func source(_ bytes: [UInt8]) -> SourceFile {
  var sources = SourceMap()
  return sources.add(path: "a.yaml", bytes: bytes)
}

func read(_ text: String) -> YAMLDocument { readYAML(source(Array(text.utf8))) }

/// A document as text, each value with the bytes that its place covers.
func outline(_ text: String) -> String {
  let file = source(Array(text.utf8))
  let document = readYAML(file)
  guard let root = document.root else { return document.diagnostics.map(\.code.text).joined(separator: " ") }
  return outline(root, file)
}

private func outline(_ node: YAMLNode, _ file: SourceFile) -> String {
  switch node.content {
  case .scalar(let scalar):
    let style = scalar.style == .plain ? "" : "\(scalar.style) "
    return
      "\(style)\(quoted(scalar.text)) at \(quoted(file.text(node.span))) in \(quoted(file.text(scalar.inner)))"
  case .sequence(let elements):
    return
      "[\(elements.map { outline($0, file) }.joined(separator: ", "))] at \(quoted(file.text(node.span)))"
  case .mapping(let entries):
    let parts = entries.map { entry in
      "\(quoted(file.text(entry.keySpan))): \(outline(entry.value, file))"
    }
    return "{\(parts.joined(separator: ", "))} at \(quoted(file.text(node.span)))"
  case .reported: return "reported"
  }
}

private func quoted(_ text: String) -> String {
  "<\(text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "|"))>"
}

extension YAMLNode {
  /// Whether all places lie within those around them, and within the text.
  func isWellPlaced(within outer: Span) -> Bool {
    guard outer.start <= span.start, span.start <= span.end, span.end <= outer.end else { return false }
    switch content {
    case .scalar(let scalar):
      return span.start <= scalar.inner.start && scalar.inner.start <= scalar.inner.end
        && scalar.inner.end <= span.end
    case .sequence(let elements): return elements.allSatisfy { $0.isWellPlaced(within: span) }
    case .mapping(let entries):
      return entries.allSatisfy {
        YAMLNode(.reported, span: $0.keySpan).isWellPlaced(within: span)
          && $0.value.isWellPlaced(within: span)
      }
    case .reported: return true
    }
  }
}
