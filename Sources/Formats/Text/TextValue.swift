public import Columns

/// Values that stand as plain texts: in the path, the query or the headers of a request.
public enum TextValue {
  /// The value of a scalar field, as a column of one row.
  /// - Throws: What was expected and what was found.
  public static func read(_ text: String, _ field: FieldSchema) throws(Mismatch) -> Column {
    guard let column = column(text, field) else {
      let reason = field.format == nil ? ScalarText.whyNot(field.type, text) : nil
      throw Mismatch(
        message: "expected \(Wording.expected(field)), found \(Wording.quoted(text))"
          + (reason.map { ": \($0)" } ?? ""))
    }
    if let violation = Batch(count: 1, columns: [column]).firstViolation(of: TableSchema(columns: [field])) {
      throw Mismatch(message: violation.message)
    }
    return column
  }

  /// Why a text does not fit.
  public struct Mismatch: Error, Sendable {
    /// What was expected and what was found, in one line.
    public let message: String

    /// Makes one.
    public init(message: String) { self.message = message }
  }

  private static func column(_ text: String, _ field: FieldSchema) -> Column? {
    var text = text
    return text.withUTF8 { bytes in storage(bytes, field).map { Column(count: 1, storage: $0) } }
  }

  private static func storage(_ text: UnsafeBufferPointer<UInt8>, _ field: FieldSchema) -> Storage? {
    func int64(_ value: Int64?) -> Storage? { value.map { .int64(Buffer([$0])) } }
    func int128(_ value: Int128?) -> Storage? { value.map { .int128(Buffer([$0])) } }
    switch field.type {
    case .bool: return ScalarText.parseBool(text).map { value in .bits(Bitmap(repeating: value, count: 1)) }
    case .int: return int64(ScalarText.parseInt(text))
    case .float: return ScalarText.parseFloat(text).map { .float64(Buffer([$0])) }
    case .decimal: return int128(ScalarText.parseDecimal(text))
    case .uuid: return int128(ScalarText.parseUuid(text))
    case .duration: return int64(ScalarText.parseDuration(text))
    case .timestamp:
      guard let format = field.format else { return int64(ScalarText.parseTimestamp(text)) }
      return int64(format.parseTimestamp(text))
    case .date:
      let day = field.format.map { $0.parseDate(text) } ?? ScalarText.parseDate(text)
      return day.map { .int32(Buffer([$0])) }
    case .enumeration(let cases):
      guard let index = cases.firstIndex(of: String(decoding: text, as: UTF8.self)) else { return nil }
      return .int32(Buffer([Int32(truncatingIfNeeded: index)]))
    case .string:
      let arena = TextArena()
      return .text(Buffer([arena.add(text)]), owners: [arena])
    case .bytes, .json, .list, .map, .vector, .structure: return nil
    }
  }
}
