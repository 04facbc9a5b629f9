import Columns
import Execution
import Formats
import NIOCore
import NIOHTTP1
import Semantics

/// A request as its endpoint reads it.
struct CallRequest {
  let headers: HTTPHeaders
  /// What stands for the braces of the route, in order; still percent-encoded.
  let pathParts: [Substring]
  /// What stands behind the `?`, by name, decoded.
  let query: [(name: String, value: String)]
  let form: JSONBodyReader.Form
  let wantsLines: Bool
  var body = ByteBuffer()
}

/// Reads a field that does not come from the body.
struct RequestPartReader: Sendable {
  /// What is said of a value that must not be shown.
  static let hidden = "the value does not fit; it carries a label and is not shown"

  /// Where the value is found.
  enum Place: Sendable {
    case path(Int)
    case query(String)
    case header(String)
  }

  /// The field's place in the record.
  let index: Int
  let place: Place
  let field: FieldSchema
  let isLabelled: Bool

  /// The value, as a column of one row.
  func read(_ request: CallRequest) throws(Problem.Wrong) -> Column {
    let found: [String?]
    switch place {
    case .path(let position): found = [PercentCoding.decoded(request.pathParts[position], plusIsSpace: false)]
    case .query(let name): found = request.query.filter { $0.name == name }.map(\.value)
    case .header(let name): found = request.headers[name]
    }
    guard found.count <= 1 else { throw wrong("it is given \(found.count) times") }
    guard let first = found.first else {
      if let value = field.defaultValue { return value }
      if field.isOptional { return .absent(field.type, count: 1) }
      throw wrong("a value is wanted, and none is given")
    }
    guard let text = first else { throw wrong("this is no text in UTF-8") }
    do throws(TextValue.Mismatch) { return try TextValue.read(text, field) } catch {
      throw wrong(isLabelled ? Self.hidden : error.message)
    }
  }

  /// As it is called in messages and in the description.
  var part: String {
    switch place {
    case .path: "path"
    case .query: "query"
    case .header: "header"
    }
  }

  /// As callers write it.
  var name: String {
    switch place {
    case .path: field.name
    case .query(let name), .header(let name): name
    }
  }

  private func wrong(_ detail: String) -> Problem.Wrong {
    Problem.Wrong(pointer: JSONPointer.step(name), part: part, detail: detail)
  }
}

extension ServiceInterface {
  /// The readers of the fields that do not come from the body.
  var partReaders: [RequestPartReader] {
    let braces = path.split(separator: "/").filter { $0.hasPrefix("{") }.map { $0.dropFirst().dropLast() }
    return inputs.enumerated().compactMap { index, input in
      let place: RequestPartReader.Place
      switch input.part {
      case .path: place = .path(braces.firstIndex { $0 == input.name } ?? 0)
      case .query: place = .query(input.schema.name)
      case .header(let name): place = .header(name)
      case nil: return nil
      }
      return RequestPartReader(
        index: index, place: place, field: input.schema, isLabelled: input.isLabelled)
    }
  }
}

/// `%20` and its like.
enum PercentCoding {
  /// The text; nil where it is not UTF-8 or a `%` stands alone.
  static func decoded(_ text: Substring, plusIsSpace: Bool) -> String? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var rest = text.utf8.makeIterator()
    while let byte = rest.next() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else { return nil }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 0x30
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 0x57
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 0x37
    default: nil
    }
  }
}
