import Columns
import Semantics
import Syntax

/// Values as they are written in a program.
struct ValueText {
  /// The name of a declared type in the file; nil where it has none.
  let name: (Type) -> String?
  /// The type of the first value that can't be written exactly: it has no literal, or no name here.
  private(set) var unwritable: Type?

  /// Without a file, each type has its own name.
  init(name: @escaping (Type) -> String? = { "\($0)" }) { self.name = name }

  /// One value.
  mutating func text(_ column: Column, _ row: Int, _ type: Type) -> String {
    guard column.isPresent(row) else { return "none" }
    switch type {
    case .optional(let inner): return text(column, row, inner)
    case .distinct(let distinct): return "\(declared(type))(\(text(column, row, distinct.raw)))"
    case .record(let record):
      let fields = record.fields.enumerated().map { index, field in
        "\(field.name): \(text(column.fields[index], row, field.type))"
      }
      return "\(declared(type)) { \(fields.joined(separator: ", ")) }"
    case .row(let row_):
      let fields = row_.names.indices.map { index in
        "\(row_.names[index]): \(text(column.fields[index], row, row_.types[index]))"
      }
      return "row { \(fields.joined(separator: ", ")) }"
    case .list(let element):
      let (offsets, values) = column.lists
      let elements = (Int(offsets[row])..<Int(offsets[row + 1])).map { text(values, $0, element) }
      return "[\(elements.joined(separator: ", "))]"
    case .map(let value):
      let (offsets, entries) = column.lists
      let parts = (Int(offsets[row])..<Int(offsets[row + 1])).map { index in
        "\(text(entries.fields[0], index, .string)): \(text(entries.fields[1], index, value))"
      }
      return "[\(parts.joined(separator: ", "))]"
    default: return scalar(column, row, type)
    }
  }

  /// A value in a table: the column says the type, so a distinct value is shown as what it wraps.
  mutating func cell(_ column: Column, _ row: Int, _ type: Type) -> String {
    switch type {
    case .optional(let inner) where column.isPresent(row): return cell(column, row, inner)
    case .distinct(let distinct): return cell(column, row, distinct.raw)
    case .date where column.isPresent(row):
      return ScalarText.string { ScalarText.writeDate(column.int32s[row], to: $0) }
    case .timestamp where column.isPresent(row):
      return ScalarText.string { ScalarText.writeTimestamp(column.int64s[row], to: $0) }
    case .uuid where column.isPresent(row):
      return ScalarText.string { ScalarText.writeUuid(column.int128s[row], to: $0) }
    default: return text(column, row, type)
    }
  }

  private mutating func declared(_ type: Type) -> String {
    if let name = name(type) { return name }
    unwritable = unwritable ?? type
    return "\(type)"
  }

  private mutating func scalar(_ column: Column, _ row: Int, _ type: Type) -> String {
    switch type {
    case .bool: return column.bits[row] ? "true" : "false"
    case .int: return "\(column.int64s[row])"
    case .float:
      let value = column.floats[row]
      // Neither has a literal.
      if !value.isFinite { unwritable = unwritable ?? type }
      let text = ScalarText.string { ScalarText.writeFloat(value, to: $0) }
      return value.isFinite && !text.contains(where: { ".eE".contains($0) }) ? "\(text).0" : text
    case .decimal: return ScalarText.string { ScalarText.writeDecimal(column.int128s[row], to: $0) }
    case .string: return withExtendedLifetime(column) { Self.quoted(column.texts[row].string) }
    case .enumeration(let type):
      let index = Int(column.int32s[row])
      return type.cases.indices.contains(index) ? ".\(type.cases[index])" : "\(index)"
    case .date:
      return "date(\"\(ScalarText.string { ScalarText.writeDate(column.int32s[row], to: $0) })\")"
    case .timestamp:
      return "timestamp(\"\(ScalarText.string { ScalarText.writeTimestamp(column.int64s[row], to: $0) })\")"
    case .uuid: return "uuid(\"\(ScalarText.string { ScalarText.writeUuid(column.int128s[row], to: $0) })\")"
    case .duration: return Self.duration(column.int64s[row]) ?? outside(type, column, row)
    default: return outside(type, column, row)
    }
  }

  /// A value that has no literal.
  private mutating func outside(_ type: Type, _ column: Column, _ row: Int) -> String {
    unwritable = unwritable ?? type
    switch type {
    case .duration: return ScalarText.string { ScalarText.writeDuration(column.int64s[row], to: $0) }
    case .json: return withExtendedLifetime(column) { column.texts[row].string }
    case .bytes:
      let bytes = withExtendedLifetime(column) { column.texts[row].withBytes { Array($0) } }
      let shown = bytes.prefix(16).map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined()
      return "0x\(shown)\(bytes.count > 16 ? "…" : "")"
    case .vector(let width):
      let floats = column.vectors
      let shown = (0..<min(width, 4)).map { "\(floats[row * width + $0])" }
      return "[\(shown.joined(separator: ", "))\(width > 4 ? ", …" : "")]"
    default: return "…"
    }
  }

  /// The greatest unit that leaves no rest; nil for less than a millisecond.
  private static func duration(_ microseconds: Int64) -> String? {
    if microseconds == 0 { return "0s" }
    let units: [(String, Int64)] = [
      ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1000),
    ]
    for (suffix, size) in units where microseconds % size == 0 { return "\(microseconds / size)\(suffix)" }
    return nil
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "{": result += "\\{"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
