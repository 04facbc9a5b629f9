import Columns
import Engine
import Formats
import Foundation
import Semantics

/// Reads what a task gives, and holds it against the declared type.
struct TaskResult {
  /// The declared type.
  let type: Type
  /// Whether what is found must not be shown.
  let isHidden: Bool

  /// Whether there is anything besides files, so that JSON is read.
  var hasValues: Bool {
    if case .record(let record) = type { return record.fields.contains { !$0.type.isPath } }
    return !type.isPath
  }

  /// The value of a command, as a column of one row.
  /// - Parameters:
  ///   - json: The JSON of what is no file.
  ///   - source: Where the JSON was, for messages.
  ///   - path: Where a `File` or `Directory` was to be written: that of a field, or the result itself.
  func value(
    json: () throws(TaskFailure) -> [UInt8], from source: String, path: (String?) -> String
  ) throws(TaskFailure) -> Column {
    if type.isPath { return .path(try written(type, path(nil), "the result")) }
    guard case .record(let record) = type, record.fields.contains(where: { $0.type.isPath }) else {
      return try parsed(try json(), schema, source)
    }
    var values: [Column] = []
    if hasValues {
      let columns = zip(record.fields, try schema.columns).filter { !$0.0.type.isPath }.map(\.1)
      values = try parsed(try json(), TableSchema(columns: columns), source).fields
    }
    var next = values.makeIterator()
    var columns: [Column] = []
    for field in record.fields {
      if field.type.isPath {
        columns.append(.path(try written(field.type, path(field.name), "`\(field.name)`")))
      } else if let value = next.next() {
        columns.append(value)
      }
    }
    return Column(count: 1, storage: .structure(columns))
  }

  private var schema: TableSchema {
    get throws(TaskFailure) {
      do { return try SchemaConversion(constants: ExpressionCompiler()).schema(of: type) } catch {
        throw TaskFailure("has a result type that can't be read: \(error.message)")
      }
    }
  }

  private func parsed(
    _ json: [UInt8], _ schema: TableSchema, _ source: String
  ) throws(TaskFailure) -> Column {
    if json.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) {
      throw TaskFailure(
        "gave no result: \(source) is empty", help: "write the `\(type)` there, as JSON")
    }
    let parser = JSONRowParser(schema: schema)
    if let problem = json.withUnsafeBufferPointer({ parser.append($0) }) {
      throw TaskFailure(
        "gave something else than the `\(type)` that it declares: "
          + (isHidden ? "what is wrong is not shown, because it may be labelled" : problem),
        help: "\(source) must hold the result as JSON")
    }
    let value = parser.finish()
    return type.isOptional ? value : value.assumingPresent
  }

  private func written(_ type: Type, _ path: String, _ what: String) throws(TaskFailure) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw TaskFailure("did not write \(what), a `\(type)`: there is nothing at `\(path)`")
    }
    if isFolder.boolValue != (type == .directory) {
      throw TaskFailure(
        "wrote a \(isFolder.boolValue ? "folder" : "file") for \(what), which is a `\(type)`")
    }
    return path
  }
}

extension Column {
  /// One row that holds a path.
  fileprivate static func path(_ path: String) -> Column {
    let arena = TextArena()
    return Column(count: 1, storage: .text(Buffer([arena.add(path)]), owners: [arena]))
  }
}
