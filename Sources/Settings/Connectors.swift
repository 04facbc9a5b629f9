import Diagnosing
import YAMLReading

extension SettingsReader {
  /// The connector of a binding. It is checked with the pipeline, at its place in this file: so the text must
  /// stand there as it is.
  mutating func connector(_ node: YAMLNode, of key: Spanned<String>) -> ConnectorText? {
    switch node.content {
    case .scalar(let scalar) where !scalar.isNull && !scalar.text.isEmpty:
      guard isVerbatim(scalar) else {
        report(.escapedConnector(at: node.span, scalar.style))
        return nil
      }
      if let comment = comment(behind: scalar) {
        report(.cutConnector(at: comment))
        return nil
      }
      let inner = scalar.inner
      let raw = Array(file.bytes[Int(inner.start)..<Int(inner.end)])
      func place(_ range: Range<Int>) -> Span {
        Span(inner.file, inner.start + UInt32(range.lowerBound), inner.start + UInt32(range.upperBound))
      }
      let found = substituted(raw, place: place)
      guard found.text != nil else { return nil }
      return ConnectorText(
        span: inner, substitutions: found.references.map { Spanned($0.value ?? "", place($0.range)) })
    case .reported: return nil
    case .mapping(let entries): report(.nestedBinding(key, entries, found: node))
    default: report(.wrongType("the binding", wants: "a connector", found: node))
    }
    return nil
  }

  /// The `#` that ends a text without quotes in the middle of a string of the language.
  private func comment(behind scalar: YAMLScalar) -> Span? {
    let isOpen = scalar.text.utf8.count { $0 == UInt8(ascii: "\"") } % 2 == 1
    guard scalar.style == .plain, isOpen else { return nil }
    let rest = file.bytes[Int(scalar.inner.end)...]
    guard let next = rest.firstIndex(where: { $0 != 0x20 && $0 != 0x09 }), rest[next] == UInt8(ascii: "#")
    else { return nil }
    return Span(file.id, UInt32(next), UInt32(next) + 1)
  }

  /// Whether the text stands in the file as it is, but for the spaces and line breaks between its parts.
  private func isVerbatim(_ scalar: YAMLScalar) -> Bool {
    func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
    let raw = file.bytes[Int(scalar.inner.start)..<Int(scalar.inner.end)]
    return raw.lazy.filter { !isBlank($0) }.elementsEqual(scalar.text.utf8.lazy.filter { !isBlank($0) })
  }
}
