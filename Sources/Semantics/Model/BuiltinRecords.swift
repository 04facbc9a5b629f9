import Diagnosing

// The records that the language declares itself.

extension RecordType {
  /// `Fault`: what a row did that no cover caught.
  public static let fault = builtin(
    "Fault", ["operator", "source", "position", "kind", "message", "payload"].map { ($0, .string) })

  /// `FileRef`: a file that `files(glob)` found.
  public static let fileReference = builtin(
    "FileRef",
    [
      ("path", .string), ("bytes", .int), ("modified", .timestamp), ("sha256", .string), ("file", .file),
    ])

  private static func builtin(_ name: String, _ fields: [(name: String, type: Type)]) -> RecordType {
    let nowhere = Span(FileID(0), 0, 0)
    let record = RecordType(name: name, span: nowhere)
    record.fields = fields.map { Field(name: $0.name, type: $0.type, column: $0.name, span: nowhere) }
    return record
  }

  /// Whether the language declares it: then it has no place in any file.
  public var isBuiltin: Bool { self == .fault || self == .fileReference }
}
