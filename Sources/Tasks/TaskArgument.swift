import Columns
import Engine
import Formats
import Foundation
import Semantics

/// What a task is given for a parameter.
public enum TaskArgument: Sendable {
  /// The rows of a table, in a file.
  case table(path: String)
  /// A value, as a column of one row.
  case value(Column, Type)
}

extension TaskArgument {
  /// The value in JSON.
  static func json(_ value: Column, _ type: Type) throws(TaskFailure) -> [UInt8] {
    do {
      let schema = try SchemaConversion(constants: ExpressionCompiler()).schema(of: type)
      return try JSONLinesWriter(schema: schema).encode(Batch(elements: value, of: type)).dropLast()
    } catch {
      throw TaskFailure("can't be given a value: \((error as? RowFault)?.message ?? "\(error)")")
    }
  }

  /// How a scalar is written as an argument of a process: as in JSON, text without quotes, nothing for `none`. What
  /// is no scalar has no such text.
  static func text(_ value: Column, _ type: Type) throws(TaskFailure) -> String? {
    guard type.isScalar else { return nil }
    guard value.isPresent(0) else { return "" }
    let json = try json(value, type)
    guard json.first == UInt8(ascii: "\"") else { return String(decoding: json, as: UTF8.self) }
    guard let text = try? JSONDecoder().decode(String.self, from: Data(json)) else {
      throw TaskFailure("can't be given a value: it is no text")
    }
    if text.utf8.contains(0) {
      throw TaskFailure("can't be given a text with a zero byte as an argument: it would end there")
    }
    return text
  }
}

extension Type {
  /// Whether it is written in one word; what has parts goes into a file.
  fileprivate var isScalar: Bool {
    switch self {
    case .list, .map, .vector, .record, .row, .json: false
    case .optional(let wrapped): wrapped.isScalar
    default: true
    }
  }

  /// Whether its value is a path.
  var isPath: Bool { self == .file || self == .directory }
}
