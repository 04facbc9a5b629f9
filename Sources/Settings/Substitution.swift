import Diagnosing
import YAMLReading

/// `${NAME}`, `${NAME:-default}` or `$$` in a text.
struct VariableReference {
  /// The bytes of the text that it takes.
  let range: Range<Int>
  /// What it stands for; nil where it was reported.
  let value: String?
}

/// A text with what stands for variables in it.
struct Substituted {
  /// The text with the variables' values; nil where something was reported.
  let text: String?
  /// What was found, by its place in the text as it was.
  let references: [VariableReference]
}

extension SettingsReader {
  /// Puts the variables' values into a scalar's text.
  mutating func substituted(_ scalar: YAMLScalar, in span: Span) -> Substituted {
    let bytes = Array(scalar.text.utf8)
    // Where the text stands in the file as it is, each place in it is one in the file.
    let isVerbatim = Array(file.bytes[Int(scalar.inner.start)..<Int(scalar.inner.end)]) == bytes
    return substituted(bytes) { range in
      guard isVerbatim else { return span }
      let start = scalar.inner.start
      return Span(span.file, start + UInt32(range.lowerBound), start + UInt32(range.upperBound))
    }
  }

  /// Finds the variables in a text; `place` tells where a part of it stands.
  mutating func substituted(_ bytes: [UInt8], place: (Range<Int>) -> Span) -> Substituted {
    var output: [UInt8] = []
    var references: [VariableReference] = []
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "$") else {
        output.append(bytes[index])
        index += 1
        continue
      }
      let next = index + 1 < bytes.count ? bytes[index + 1] : 0
      let reference: VariableReference
      switch next {
      case UInt8(ascii: "$"): reference = VariableReference(range: index..<index + 2, value: "$")
      case UInt8(ascii: "{"): reference = variable(bytes, at: index, place)
      default:
        report(.loneDollar(at: place(index..<index + 1)))
        reference = VariableReference(range: index..<index + 1, value: nil)
      }
      references.append(reference)
      output += (reference.value ?? "").utf8
      index = reference.range.upperBound
    }
    let isWhole = references.allSatisfy { $0.value != nil }
    return Substituted(text: isWhole ? String(decoding: output, as: UTF8.self) : nil, references: references)
  }

  /// The reference that starts with the `${` at `start`.
  private mutating func variable(
    _ bytes: [UInt8], at start: Int, _ place: (Range<Int>) -> Span
  ) -> VariableReference {
    guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "}")) else {
      report(.openVariable(at: place(start..<start + 2)))
      return VariableReference(range: start..<bytes.count, value: nil)
    }
    let range = start..<end + 1
    let inner = bytes[start + 2..<end]
    let nameEnd = inner.firstIndex { !Self.isName($0) } ?? end
    let name = String(decoding: inner[..<nameEnd], as: UTF8.self)
    let rest = inner[nameEnd...]
    let hasDefault = rest.starts(with: ":-".utf8)
    guard let first = name.utf8.first, !(0x30...0x39 ~= first), rest.isEmpty || hasDefault else {
      report(.malformedVariable(at: place(range)))
      return VariableReference(range: range, value: nil)
    }
    if let value = environment(name) { return VariableReference(range: range, value: value) }
    if hasDefault {
      return VariableReference(range: range, value: String(decoding: rest.dropFirst(2), as: UTF8.self))
    }
    unset.append(.unsetVariable(name, at: place(range)))
    // Stands for itself, so that what is around it is checked nevertheless.
    return VariableReference(range: range, value: name)
  }

  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension YAMLScalar {
  /// The variable whose value it is as a whole.
  var variable: String? {
    guard text.hasPrefix("${"), text.hasSuffix("}") else { return nil }
    let name = text.dropFirst(2).dropLast()
    return name.isEmpty || name.utf8.contains(where: { [0x3A, 0x7D, 0x24].contains($0) }) ? nil : String(name)
  }
}
